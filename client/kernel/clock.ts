import type { NowSource } from "../ui/now";

/**
 * The server's time as this browser knows it. Each answer that carries the server's time is one sample; the sample with the
 * shortest round trip of the last few is believed, since half of its trip bounds the error (as in NTP's clock filter, RFC 5905 §10).
 */
export class ServerClock implements NowSource {
  private samples: Array<{ offset: number; trip: number }> = [];
  private listeners = new Set<() => void>();
  private timer: ReturnType<typeof setInterval> | null = null;

  constructor(private readonly local: () => number) {}

  /** ms to add to the local clock. */
  get offset(): number {
    let best: { offset: number; trip: number } | null = null;
    for (const sample of this.samples) if (!best || sample.trip <= best.trip) best = sample;
    return best?.offset ?? 0;
  }

  /** UTC instant in ms, as the server would tell it. */
  now = (): number => this.local() + this.offset;

  /** One sample: the server said `serverNow` somewhere between `sentAt` and `receivedAt` (both of the local clock, ms). */
  observe(serverNow: number, sentAt: number, receivedAt: number): void {
    const trip = Math.max(0, receivedAt - sentAt);
    this.samples = [...this.samples.slice(-7), { offset: serverNow + trip / 2 - receivedAt, trip }];
  }

  /** Forgets the samples: the local clock jumped (the machine slept). */
  forget(): void {
    this.samples = [];
  }

  subscribe = (tick: () => void): (() => void) => {
    this.listeners.add(tick);
    this.timer ??= setInterval(() => {
      for (const listener of this.listeners) listener();
    }, 1000);
    return () => {
      this.listeners.delete(tick);
      if (this.listeners.size > 0 || this.timer === null) return;
      clearInterval(this.timer);
      this.timer = null;
    };
  };
}

/** The one clock of the page. */
export const serverClock = new ServerClock(() => Date.now());
