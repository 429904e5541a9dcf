import type { Instant } from "@readroom/shared/kernel/instant.js";

/** The part of a stream that a progress line needs; process.stdout fits. */
export interface Screen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const EVERY_MS = { terminal: 200, file: 5_000 } as const;

/** One line that is rewritten in place on a terminal, and a plain line now and then in a file. */
export class ProgressLine {
  #last: Instant = Number.NEGATIVE_INFINITY;
  #open = false;

  constructor(
    private readonly screen: Screen,
    private readonly now: () => Instant,
  ) {}

  /** `whole`: the last word on this piece of work, which is always written. */
  show(text: string, whole: boolean): void {
    const terminal = this.screen.isTTY === true;
    const now = this.now();
    if (!whole && now - this.#last < (terminal ? EVERY_MS.terminal : EVERY_MS.file)) return;
    this.#last = now;
    if (!terminal) {
      this.screen.write(`${text}\n`);
      return;
    }
    // Carriage return, then erase the line (ECMA-48 EL).
    this.screen.write(`\r\u001b[2K${text}${whole ? "\n" : ""}`);
    this.#open = !whole;
  }

  /** Leaves the cursor on a line of its own. */
  end(): void {
    if (this.#open) this.screen.write("\n");
    this.#open = false;
  }
}
