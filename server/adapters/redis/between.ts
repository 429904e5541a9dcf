import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import type { Between, Word } from "../../gateway/rooms/ports.js";
import type { Log } from "../../kernel/log.js";

const CHANNEL = "readroom:rooms";
/** More than this waiting for a Redis that is away, and what is of the moment is dropped: it would be old when it came. */
const MAX_WAITING = 200;

/** Words between processes on several hosts, by Redis pub/sub. Nothing is stored there: an empty Redis is as good as the old one. */
export class RedisBetween implements Between {
  private readonly self = randomUUID().slice(0, 8);
  private readonly out: Redis;
  private readonly in: Redis;
  private waiting = 0;
  private stopped = false;

  /** @param url redis://[:password@]host:port[/db], or rediss:// for TLS */
  constructor(
    private readonly url: string,
    private readonly log: Log,
  ) {
    const options = {
      lazyConnect: true,
      maxRetriesPerRequest: null,
      retryStrategy: (tries: number) => Math.min(100 * tries, 2_000),
    };
    this.out = new Redis(this.url, options);
    this.in = new Redis(this.url, options);
    for (const line of [this.out, this.in]) line.on("error", (error: Error) => this.complain(error));
  }

  /** A Redis that is away does not keep the hub from starting: edits go by the log, and the words begin when it is back. */
  async start(hear: (from: string, word: Word) => void): Promise<void> {
    this.in.on("message", (_channel: string, text: string) => {
      const at = text.indexOf(" ");
      const from = text.slice(0, at);
      if (from === this.self) return;
      try {
        hear(from, JSON.parse(text.slice(at + 1)) as Word);
      } catch (error) {
        this.complain(error);
      }
    });
    this.in.subscribe(CHANNEL).catch((error: unknown) => this.complain(error));
    this.out.connect().catch((error: unknown) => this.complain(error));
  }

  tell(word: Word): void {
    if (this.stopped || this.waiting >= MAX_WAITING) return;
    this.waiting += 1;
    this.out
      .publish(CHANNEL, `${this.self} ${JSON.stringify(word)}`)
      .catch((error: unknown) => this.complain(error))
      .finally(() => {
        this.waiting -= 1;
      });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    // What was just told still leaves; a Redis that is away is not waited for.
    const left = this.out.status === "ready" ? this.out.quit() : Promise.resolve();
    await left.catch(() => undefined);
    this.out.disconnect();
    this.in.disconnect();
  }

  private complain(error: unknown): void {
    if (this.stopped) return;
    const message = error instanceof Error ? error.message : String(error);
    this.log.warn({ err: { message } }, "redis: words between the processes of the hub");
  }
}
