import type { Server } from "socket.io";
import type { Sent } from "../kernel/feature.js";

/** An event waits so long for the views that are computed from it, to go out with them. */
const TOGETHER_MS = 8;
/** What a message to one screen is worth in rest before the next round: 10,000 a second at most, and nobody waits while there are few. */
const REST_PER_MESSAGE_MS = 0.1;
const LONGEST_REST_MS = 50;

interface Letter {
  readonly topics: readonly string[];
  readonly event: Sent;
}

/**
 * What goes out to the screens, in order. Whatever gathers goes to each screen as one message ("events"): an event and the row computed
 * from it, and under load all of the last 50 ms. Every message is a system call for each receiver, and those were the largest item of a
 * busy hub's profile.
 */
export class Mailbox {
  private letters: Letter[] = [];
  private cancel: () => void = () => undefined;
  private dueAt = Number.POSITIVE_INFINITY;
  private restUntil = 0;

  constructor(private readonly io: Server) {}

  /** complete: nothing that belongs with it will follow, so it need not wait for it. */
  post(topics: readonly string[], event: Sent, complete: boolean): void {
    if (topics.length === 0) return;
    this.letters.push({ topics, event });
    const now = performance.now();
    this.due(Math.max(this.restUntil, complete ? now : now + TOGETHER_MS), now);
  }

  /** Sends everything now. */
  flush(): void {
    this.cancel();
    this.dueAt = Number.POSITIVE_INFINITY;
    const { letters } = this;
    if (letters.length === 0) return;
    this.letters = [];
    let messages = 0;
    for (const { events, screens } of this.rounds(letters)) {
      messages += screens.length;
      this.io.to(screens).emit("events", events);
    }
    this.restUntil = performance.now() + Math.min(messages * REST_PER_MESSAGE_MS, LONGEST_REST_MS);
  }

  private due(at: number, now: number): void {
    if (at >= this.dueAt) return;
    this.cancel();
    this.dueAt = at;
    if (at <= now) {
      const soon = setImmediate(() => this.flush());
      this.cancel = () => clearImmediate(soon);
    } else {
      const later = setTimeout(() => this.flush(), at - now);
      this.cancel = () => clearTimeout(later);
    }
  }

  /** Screens that get the same events, so that their message is written once. */
  private rounds(letters: readonly Letter[]): Iterable<{ events: Sent[]; screens: string[] }> {
    const { rooms } = this.io.sockets.adapter;
    const ofScreen = new Map<string, number[]>();
    for (const [n, { topics }] of letters.entries())
      for (const topic of topics)
        for (const screen of rooms.get(topic) ?? []) {
          const places = ofScreen.get(screen);
          if (!places) ofScreen.set(screen, [n]);
          else if (places[places.length - 1] !== n) places.push(n);
        }
    const rounds = new Map<string, { events: Sent[]; screens: string[] }>();
    for (const [screen, places] of ofScreen) {
      const key = places.join();
      const round = rounds.get(key);
      if (round) round.screens.push(screen);
      else
        rounds.set(key, {
          events: places.flatMap((n) => letters[n]?.event ?? []),
          screens: [screen],
        });
    }
    return rounds.values();
  }
}
