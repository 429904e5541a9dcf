import type { Sent } from "../kernel/feature.js";

/** An event waits so long for the views that are computed from it, to go out with them. */
const TOGETHER_MS = 8;
/** Where it had to rest anyway, views of many are computed at once, which takes longer. */
const TOGETHER_IN_RUSH_MS = 60;
/** Messages to screens a second that the hub spends without a rest, and how many at once beyond that. */
const MESSAGES_A_SECOND = 4_000;
const AT_ONCE = 1_000;
const LONGEST_REST_MS = 150;
const DEEPEST = (-MESSAGES_A_SECOND * LONGEST_REST_MS) / 1000;

/** Where the screens are that follow a topic, and the way to them. */
export interface Screens {
  of(topic: string): Iterable<string>;
  send(ids: readonly string[], events: readonly Sent[]): void;
}

interface Letter {
  readonly topics: readonly string[];
  readonly event: Sent;
}

/**
 * What goes out to the screens, in order. Whatever gathers goes to each screen as one message ("events"): an event and the row computed
 * from it, and under load all of the last 150 ms. Every message is a system call for each receiver: their number is what
 * costs and is rationed, not their size (docs/decisions/fan-out.md).
 */
export class Mailbox {
  private letters: Letter[] = [];
  private cancel: () => void = () => undefined;
  private dueAt = Number.POSITIVE_INFINITY;
  /** Messages that may go out without a rest; below 0 it rests until they are there again. */
  private purse = AT_ONCE;
  private countedAt = 0;

  constructor(private readonly screens: Screens) {}

  /** complete: nothing that belongs with it will follow, so it need not wait for it. */
  post(topics: readonly string[], event: Sent, complete: boolean): void {
    if (topics.length === 0) return;
    this.letters.push({ topics, event });
    const now = performance.now();
    const rest = this.rest(now);
    this.due(now + rest + (complete ? 0 : rest > 0 ? TOGETHER_IN_RUSH_MS : TOGETHER_MS), now);
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
      this.screens.send(screens, events);
    }
    this.purse = Math.max(this.purse - messages, DEEPEST);
  }

  /** How long from now until messages may go out again, ms. */
  rest(now = performance.now()): number {
    this.purse = Math.min(AT_ONCE, this.purse + ((now - this.countedAt) * MESSAGES_A_SECOND) / 1000);
    this.countedAt = now;
    return this.purse >= 0 ? 0 : (-this.purse * 1000) / MESSAGES_A_SECOND;
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
    const ofScreen = new Map<string, number[]>();
    for (const [n, { topics }] of letters.entries())
      for (const topic of topics)
        for (const screen of this.screens.of(topic)) {
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
