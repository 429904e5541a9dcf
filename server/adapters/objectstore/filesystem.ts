import { randomUUID } from "node:crypto";
import { constants, createReadStream, promises as fs, mkdirSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { DirectorySync } from "./directory-sync.js";
import { IncomingFile } from "./incoming-file.js";

/** A stored object opened for reading ranges. */
export type OpenObject = {
  readonly size: number;
  /** Exactly `length` bytes from `offset`; throws a RangeError where the object is shorter. */
  read(offset: number, length: number): Promise<Buffer>;
  stream(offset?: number, length?: number): AsyncIterable<Buffer>;
  close(): Promise<void>;
};

const PATH = /^[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)*(\.[a-z0-9]+)?$/;

/**
 * Object store in a directory: `incoming/` holds what is arriving, `objects/` what has its final name. A name in `objects/` is given
 * when the last byte is in the file, so a kill leaves whole objects or temporary files and nothing in between (storescp leaves
 * truncated files under final names); after a power cut an object that nobody was told of may be cut. Nothing is ever overwritten.
 */
export class FilesystemStore {
  readonly #incoming: string;
  readonly #objects: string;
  readonly #sync = new DirectorySync();
  readonly #known = new Map<string, Promise<void>>();

  private constructor(root: string) {
    this.#incoming = join(root, "incoming");
    this.#objects = join(root, "objects");
  }

  /** Makes the directories where they are missing. */
  static at(root: string): FilesystemStore {
    const store = new FilesystemStore(resolve(root));
    mkdirSync(store.#incoming, { recursive: true, mode: 0o750 });
    mkdirSync(store.#objects, { recursive: true, mode: 0o750 });
    return store;
  }

  /** Removes temporary files that no living process writes; their senders never got a success. Returns how many. */
  async sweep(olderThanMs = 0, now = Date.now()): Promise<number> {
    let swept = 0;
    for (const name of await fs.readdir(this.#incoming)) {
      const path = join(this.#incoming, name);
      const stat = await fs.stat(path).catch(() => undefined);
      if (stat === undefined || now - stat.mtimeMs < olderThanMs || isOwnedByLivingProcess(name)) continue;
      await fs.rm(path, { force: true });
      swept += 1;
    }
    return swept;
  }

  /** A new temporary file. Its name carries the process id, so that a sweep beside running processes spares it. */
  create(): IncomingFile {
    const path = join(this.#incoming, `${process.pid}-${randomUUID()}.part`);
    return new IncomingFile(path, {
      link: (finalPath) => this.#link(path, finalPath),
      sync: (finalPath) => this.#syncName(path, finalPath),
    });
  }

  #full(path: string): string {
    if (!PATH.test(path)) throw new Error("not an object path");
    return join(this.#objects, ...path.split("/"));
  }

  /** Hard link and unlink, not rename: rename would silently replace an object that another process stored a moment ago. */
  async #link(temporary: string, path: string): Promise<"stored" | "exists"> {
    const target = this.#full(path);
    await this.#ensureDirectory(dirname(target));
    try {
      await fs.link(temporary, target);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return "exists";
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      // The directory was removed behind our back (a purge): make it again, once.
      this.#known.delete(dirname(target));
      await this.#ensureDirectory(dirname(target));
      await fs.link(temporary, target);
    }
    return "stored";
  }

  async #syncName(temporary: string, path: string): Promise<void> {
    await this.#sync.sync(dirname(this.#full(path)));
    // The second name is no longer needed, and nobody waits for its going; where it fails, the next start's sweep takes it.
    fs.unlink(temporary).catch(() => undefined);
  }

  #ensureDirectory(directory: string): Promise<void> {
    const known = this.#known.get(directory);
    if (known !== undefined) return known;
    const made = this.#makeDirectory(directory);
    this.#known.set(directory, made);
    made.catch(() => this.#known.delete(directory));
    if (this.#known.size > 10_000) this.#known.clear();
    return made;
  }

  /** A directory's own name must be durable too, or fsyncing what is in it is worth nothing. */
  async #makeDirectory(directory: string): Promise<void> {
    if (directory.length <= this.#objects.length) return;
    await this.#ensureDirectory(dirname(directory));
    await fs.mkdir(directory, { mode: 0o750 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
    await this.#sync.sync(dirname(directory));
  }

  async open(path: string): Promise<OpenObject> {
    const full = this.#full(path);
    const handle = await fs.open(full, constants.O_RDONLY);
    const { size } = await handle.stat();
    return {
      size,
      read: async (offset, length) => {
        if (offset < 0 || length < 0 || offset + length > size)
          throw new RangeError("object is shorter than its index says");
        const buffer = Buffer.allocUnsafe(length);
        let filled = 0;
        while (filled < length) {
          const { bytesRead } = await handle.read(buffer, filled, length - filled, offset + filled);
          if (bytesRead === 0) throw new RangeError("object ended early");
          filled += bytesRead;
        }
        return buffer;
      },
      stream: (offset = 0, length = size - offset) =>
        length === 0
          ? emptyStream()
          : createReadStream(full, { start: offset, end: offset + length - 1, highWaterMark: 262_144 }),
      close: () => handle.close(),
    };
  }

  async exists(path: string): Promise<boolean> {
    return fs.access(this.#full(path)).then(
      () => true,
      () => false,
    );
  }

  /** Every object, for reconciling index and disk. Paths come as `create` and `open` take them. */
  async *list(under = ""): AsyncGenerator<{ path: string; size: number; modifiedMs: number }> {
    const start = under === "" ? this.#objects : this.#full(under);
    const entries = await fs.readdir(start, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const full = join(start, entry.name);
      const path = relative(this.#objects, full).split(sep).join("/");
      if (entry.isDirectory()) yield* this.list(path);
      else if (PATH.test(path)) {
        const stat = await fs.stat(full);
        yield { path, size: stat.size, modifiedMs: stat.mtimeMs };
      }
    }
  }

  /** Bytes free for writing, for refusing early with "out of resources". */
  async freeBytes(): Promise<number> {
    const stat = await fs.statfs(this.#objects);
    return stat.bavail * stat.bsize;
  }
}

async function* emptyStream(): AsyncGenerator<Buffer> {
  // An empty range has no first byte to ask for.
}

function isOwnedByLivingProcess(name: string): boolean {
  const pid = Number(/^(\d+)-/.exec(name)?.[1]);
  if (!Number.isInteger(pid) || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
