import fs from "node:fs";
import { promisify } from "node:util";

const open = promisify(fs.open);
const fdatasync = promisify(fs.fdatasync);
const close = promisify(fs.close);
const unlink = promisify(fs.unlink);
const writev = promisify(fs.writev);
const read = promisify(fs.read);

/** Written once this much is waiting, or at the end: fewer, larger writes. */
const COALESCE_BYTES = 262_144;
/** Node hands a vector to the kernel in one call up to IOV_MAX (1024) buffers. */
const MOST_BUFFERS = 1000;

/** What the store does for an object that gets its final name. */
export type Publication = {
  link(finalPath: string): Promise<"stored" | "exists">;
  sync(finalPath: string): Promise<void>;
};

/**
 * An object on its way in. `write` never waits: pieces queue and go out in large vectored writes; the caller watches `queuedBytes`.
 * Trouble (disk full, I/O error) is kept and thrown by `commit`.
 */
export class IncomingFile {
  #queue: Buffer[] = [];
  #queued = 0;
  #writing: Promise<void> | undefined;
  #handle: Promise<number> | undefined;
  #failure: Error | undefined;
  #size = 0;
  #ended = false;
  #watchers: { level: number; callback: () => void }[] = [];

  #synced: Promise<void> | undefined;

  constructor(
    private readonly path: string,
    private readonly publish: Publication,
  ) {}

  /** Bytes given to `write` so far. */
  get size(): number {
    return this.#size;
  }

  /** Bytes that wait for the disk. */
  get queuedBytes(): number {
    return this.#queued;
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  write(piece: Buffer): void {
    if (this.#ended || piece.length === 0) return;
    this.#size += piece.length;
    if (this.#failure !== undefined) return;
    this.#queue.push(piece);
    this.#queued += piece.length;
    if (this.#queued >= COALESCE_BYTES || this.#queue.length >= MOST_BUFFERS) this.#pump();
  }

  whenBelow(level: number, callback: () => void): void {
    if (this.#queued < level || this.#failure !== undefined) callback();
    else this.#watchers.push({ level, callback });
  }

  #pump(): void {
    if (this.#writing !== undefined || this.#queue.length === 0) return;
    this.#writing = this.#writeQueue().finally(() => {
      this.#writing = undefined;
      this.#tell();
      if (this.#queued >= COALESCE_BYTES) this.#pump();
    });
  }

  async #writeQueue(): Promise<void> {
    try {
      this.#handle ??= open(this.path, "wx+", 0o640);
      const fd = await this.#handle;
      const batch = this.#queue.splice(0, MOST_BUFFERS);
      await writeAll(fd, batch);
      this.#queued -= batch.reduce((sum, piece) => sum + piece.length, 0);
    } catch (error) {
      this.#failure = error as Error;
      this.#queue = [];
      this.#queued = 0;
    }
  }

  #tell(): void {
    const due = this.#watchers.filter(({ level }) => this.#queued < level);
    this.#watchers = this.#watchers.filter(({ level }) => this.#queued >= level);
    for (const { callback } of due) callback();
  }

  /** Puts everything written so far into the file (not onto the disk yet). Throws what a write met. */
  async flush(): Promise<void> {
    while (this.#writing !== undefined || this.#queue.length > 0) {
      this.#pump();
      await this.#writing;
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Reads back from what was flushed. Shorter than asked where the file ends. */
  async read(offset: number, length: number): Promise<Buffer> {
    await this.flush();
    if (this.#handle === undefined) return Buffer.alloc(0);
    const fd = await this.#handle;
    const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(length, this.#size - offset)));
    let filled = 0;
    while (filled < buffer.length) {
      const { bytesRead } = await read(fd, buffer, filled, buffer.length - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return buffer.subarray(0, filled);
  }

  /** No byte comes any more: the disk may begin, while others still look at what came. Trouble is told by `durable`. */
  seal(): void {
    this.#ended = true;
    this.#synced ??= this.#sync();
    this.#synced.catch(() => undefined);
  }

  async #sync(): Promise<void> {
    await this.flush();
    if (this.#handle === undefined) throw new Error("nothing was written");
    await fdatasync(await this.#handle);
  }

  /**
   * Takes the final name; not durable yet. The bytes are in the file by then, so a killed process leaves a whole object under it;
   * a power cut may leave a cut one that nobody was told of.
   */
  async place(finalPath: string): Promise<"stored" | "exists"> {
    this.#ended = true;
    await this.flush();
    if (this.#handle === undefined) throw new Error("nothing was written");
    return this.publish.link(finalPath);
  }

  /** Bytes and name are on the disk when this resolves: a power cut can't take the object. The two syncs share a journal commit. */
  async durable(finalPath: string): Promise<void> {
    this.seal();
    await Promise.all([this.#synced, this.publish.sync(finalPath)]);
  }

  /** All of it, for whoever has nothing to do meanwhile. */
  async commit(finalPath: string): Promise<"stored" | "exists"> {
    const placed = await this.place(finalPath);
    if (placed === "stored") await this.durable(finalPath);
    return placed;
  }

  /** Closes the descriptor; the temporary file goes too where it was not committed. Safe to call more than once. */
  async dispose(options: { keep: boolean } = { keep: false }): Promise<void> {
    this.#ended = true;
    this.#queue = [];
    this.#queued = 0;
    await this.#writing;
    const handle = this.#handle;
    this.#handle = undefined;
    this.#tell();
    if (handle === undefined) return;
    const fd = await handle.catch(() => undefined);
    if (fd !== undefined) await close(fd);
    if (!options.keep) await unlink(this.path).catch(ignoreMissing);
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}

async function writeAll(fd: number, pieces: Buffer[]): Promise<void> {
  let rest = pieces;
  while (rest.length > 0) {
    const { bytesWritten } = await writev(fd, rest);
    rest = remaining(rest, bytesWritten);
  }
}

/** A vectored write may stop in the middle (signal, quota): what is left to write. */
function remaining(pieces: Buffer[], written: number): Buffer[] {
  let left = written;
  let index = 0;
  while (index < pieces.length && left >= (pieces[index] as Buffer).length) {
    left -= (pieces[index] as Buffer).length;
    index += 1;
  }
  const rest = pieces.slice(index);
  const first = rest[0];
  if (first !== undefined && left > 0) rest[0] = first.subarray(left);
  return rest;
}
