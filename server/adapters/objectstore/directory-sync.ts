import { promises as fs } from "node:fs";
import type { FileHandle } from "node:fs/promises";

const MOST_OPEN = 64;

/**
 * fsync of directories, batched: whoever asks while a sync of the same directory is under way shares the next one. With four
 * associations into one series this takes the syncs per instance from one to about a quarter.
 */
export class DirectorySync {
  readonly #handles = new Map<string, Promise<FileHandle>>();
  readonly #running = new Map<string, { current: Promise<void>; next: Promise<void> | undefined }>();

  /** Resolves when every entry made in the directory before this call is durable. */
  sync(directory: string): Promise<void> {
    const busy = this.#running.get(directory);
    if (busy === undefined) {
      const current = this.#start(directory);
      this.#running.set(directory, { current, next: undefined });
      return current;
    }
    // The one under way may have begun before the caller's entry was made: only the next one proves anything.
    busy.next ??= busy.current.then(
      () => this.#again(directory),
      () => this.#again(directory),
    );
    return busy.next;
  }

  #again(directory: string): Promise<void> {
    const current = this.#start(directory);
    this.#running.set(directory, { current, next: undefined });
    return current;
  }

  #start(directory: string): Promise<void> {
    return this.#fsync(directory).finally(() => {
      const entry = this.#running.get(directory);
      if (entry !== undefined && entry.next === undefined) this.#running.delete(directory);
    });
  }

  async #fsync(directory: string): Promise<void> {
    await (await this.#handle(directory)).sync();
  }

  /** Directories being filled stay open: opening and closing one for each instance cost two more turns of the thread pool. */
  #handle(directory: string): Promise<FileHandle> {
    const open = this.#handles.get(directory) ?? fs.open(directory, "r");
    this.#handles.delete(directory);
    this.#handles.set(directory, open);
    open.catch(() => this.#handles.delete(directory));
    for (const [oldest, handle] of this.#handles) {
      if (this.#handles.size <= MOST_OPEN) break;
      if (this.#running.has(oldest)) continue;
      this.#handles.delete(oldest);
      handle.then((old) => old.close()).catch(() => undefined);
    }
    return open;
  }
}
