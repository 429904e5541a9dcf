import { randomUUID } from "node:crypto";
import { type HeldConnection, holdConnection } from "../../kernel/database.js";
import type { Deps } from "../../kernel/deps.js";
import type { Between, Word } from "./ports.js";

const CHANNEL = "readroom_rooms";
/** NOTIFY takes at most 8,000 bytes. */
const PART_BYTES = 7_000;
/** Pointers wait so long for company: NOTIFY is for small words, not for a stream (measured.md: 63 % of a core at 2,000/s). */
const MOVING_EVERY_MS = 80;
const RECONNECT_MS = 1_000;
const MAX_PARTS = 64;

/** Words between processes by NOTIFY: nothing to install, enough for a few rooms with people at several processes. */
export class PostgresBetween implements Between {
  private readonly self = randomUUID().slice(0, 8);
  private listener: HeldConnection | null = null;
  private stopped = false;
  private soon: Word[] = [];
  private moving = new Map<string, Extract<Word, { kind: "moving" }>>();
  private turn: NodeJS.Immediate | null = null;
  private timer: NodeJS.Timeout | null = null;
  private readonly parts = new Map<string, string[]>();
  private sent = 0;
  private hear: (from: string, word: Word) => void = () => undefined;
  private leaving: Promise<void> = Promise.resolve();

  constructor(
    private readonly deps: Deps,
    private readonly url: string,
  ) {}

  async start(hear: (from: string, word: Word) => void): Promise<void> {
    this.hear = hear;
    await this.listen();
  }

  tell(word: Word): void {
    if (this.stopped) return;
    if (word.kind === "moving") {
      this.moving.set(word.document, joinMoving(this.moving.get(word.document), word));
      this.timer ??= setTimeout(() => this.flush(), MOVING_EVERY_MS);
      return;
    }
    this.soon.push(word);
    this.turn ??= setImmediate(() => this.flush());
  }

  async stop(): Promise<void> {
    this.flush();
    this.stopped = true;
    await this.leaving;
    await this.listener?.end().catch(() => undefined);
  }

  private flush(): void {
    if (this.turn) clearImmediate(this.turn);
    if (this.timer) clearTimeout(this.timer);
    this.turn = null;
    this.timer = null;
    const words = [...this.soon, ...this.moving.values()];
    this.soon = [];
    this.moving = new Map();
    if (words.length === 0 || this.stopped) return;
    const payloads = split(Buffer.from(JSON.stringify(words)).toString("base64"));
    if (payloads.length > MAX_PARTS) return;
    this.sent += 1;
    const heads = payloads.map((part, nth) => `${this.self} ${this.sent} ${nth} ${payloads.length} ${part}`);
    // One after the other: an older list of people must not overtake a newer one.
    this.leaving = this.leaving.then(() => this.send(heads));
  }

  /** No row is written, so this commit waits for no disk. */
  private async send(parts: readonly string[]): Promise<void> {
    try {
      await this.deps.db.pool.query("SELECT pg_notify($1, part) FROM unnest($2::text[]) AS part", [CHANNEL, parts]);
    } catch (error) {
      this.complain(error, "the other processes could not be told");
    }
  }

  private async listen(): Promise<void> {
    if (this.stopped) return;
    const client = holdConnection(this.url, "readroom-rooms");
    const again = (error: unknown): void => {
      if (this.stopped || this.listener !== client) return;
      this.listener = null;
      this.complain(error, "the words of the other processes could not be heard; trying again");
      void client.end().catch(() => undefined);
      setTimeout(() => void this.listen(), RECONNECT_MS).unref();
    };
    this.listener = client;
    client.on("error", again);
    client.on("notification", ({ payload }) => this.arrived(payload ?? ""));
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
    } catch (error) {
      again(error);
    }
  }

  private arrived(payload: string): void {
    const [from, number, nth, count, part] = payload.split(" ");
    if (!from || from === this.self || part === undefined) return;
    const text = this.whole(`${from} ${number}`, Number(nth), Number(count), part);
    if (text === null) return;
    try {
      for (const word of JSON.parse(Buffer.from(text, "base64").toString()) as Word[]) this.hear(from, word);
    } catch (error) {
      this.complain(error, "a word of another process could not be read");
    }
  }

  private whole(key: string, nth: number, count: number, part: string): string | null {
    if (count === 1) return part;
    const got = this.parts.get(key) ?? [];
    got[nth] = part;
    this.parts.set(key, got);
    if (got.filter((one) => one !== undefined).length < count) {
      // Parts of one word come in one transaction: what is left over is of a process that died.
      if (this.parts.size > MAX_PARTS) this.parts.delete(this.parts.keys().next().value ?? "");
      return null;
    }
    this.parts.delete(key);
    return got.join("");
  }

  private complain(error: unknown, what: string): void {
    this.deps.log.warn({ err: { message: error instanceof Error ? error.message : String(error) } }, what);
  }
}

function split(text: string): string[] {
  const parts: string[] = [];
  for (let at = 0; at < text.length; at += PART_BYTES) parts.push(text.slice(at, at + PART_BYTES));
  return parts;
}

type Moving = Extract<Word, { kind: "moving" }>;

/** The newest of each person, in one word. */
export function joinMoving(earlier: Moving | undefined, later: Moving): Moving {
  if (!earlier) return later;
  return {
    ...later,
    pointers: [...new Map([...earlier.pointers, ...later.pointers])],
    views: [...new Map([...earlier.views, ...later.views])],
    awareness: [...new Map([...earlier.awareness, ...later.awareness])],
  };
}
