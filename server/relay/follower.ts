import { type HeldConnection, holdConnection } from "../kernel/database.js";
import type { Deps } from "../kernel/deps.js";
import type { PublishedEvent } from "../kernel/reactions.js";
import { startTurns } from "./turns.js";

const POLL_MS = 1_000;
/** What the publisher of this process tells of comes by itself: only what does not is asked for. */
const OFFER_MS = 20;
const BATCH = 500;

/** A row of the outbox as a PublishedEvent. */
export const EVENT_COLUMNS = `id, stream, version, type, payload, topics, actor, (extract(epoch FROM at) * 1000)::bigint AS at,
  published_seq AS "publishedSeq"`;

export interface Follower {
  /** Events that were published this moment, in order: taken without asking the database where they follow on what was taken last. */
  offer(events: readonly PublishedEvent[]): void;
  stop(): Promise<void>;
}

/**
 * Every process that has sockets follows the published events by itself, so that no broker is needed between processes for them.
 * `onEvents` answers false to be given the same events again later (a process that is not the leader does not react to them).
 * offersCome: whether this process publishes now, so that `offer` will be called for what was just published.
 */
export function startFollower(
  deps: Deps,
  url: string,
  from: number,
  onEvents: (events: readonly PublishedEvent[]) => Promise<boolean> | boolean,
  offersCome: () => boolean = () => false,
): Follower {
  let last = from;
  let client: HeldConnection | null = null;
  /** The newest one that there is, as far as this process has heard. */
  let newest = from;
  let offered: readonly PublishedEvent[] = [];
  let inHand = from;
  /** The newest one that is on its way to `onEvents`. */
  const known = () => Math.max(last, inHand, offered[offered.length - 1]?.publishedSeq ?? 0);

  const next = async (from: HeldConnection): Promise<readonly PublishedEvent[]> => {
    const events = offered;
    offered = [];
    if (events[0]?.publishedSeq === last + 1) return events;
    return eventsAfter(from, last);
  };
  const soon = () => turns.again(offersCome() && offered.length === 0 ? OFFER_MS : 0);

  const turn = async (): Promise<void> => {
    try {
      if (!client) {
        const fresh = holdConnection(url, "readroom-follower");
        fresh.on("error", () => {
          client = null;
        });
        fresh.on("notification", ({ payload }) => {
          newest = Math.max(newest, Number(payload) || 0);
          if (newest > known()) soon();
        });
        await fresh.connect();
        await fresh.query("LISTEN readroom_published");
        client = fresh;
      }
      const events = await next(client);
      let taken = true;
      if (events.length > 0) {
        inHand = events[events.length - 1]?.publishedSeq ?? last;
        taken = await onEvents(events);
        if (taken) last = inHand;
        else inHand = last;
      }
      if (taken && (offered.length > 0 || events.length >= BATCH)) turns.again(0);
      else if (taken && newest > last) soon();
      else turns.again(POLL_MS);
    } catch (error) {
      deps.log.error(
        { err: { message: error instanceof Error ? error.message : String(error) } },
        "events could not be followed; trying again",
      );
      await client?.end().catch(() => undefined);
      client = null;
      inHand = last;
      turns.again(POLL_MS);
    }
  };

  const turns = startTurns(turn);
  return {
    offer(events) {
      // What does not follow, or is too much to keep, is asked for when its turn comes.
      newest = Math.max(newest, events[events.length - 1]?.publishedSeq ?? 0);
      if (events[0]?.publishedSeq === known() + 1 && offered.length < BATCH) offered = [...offered, ...events];
      if (newest > last) turns.again(0);
    },
    stop: async () => {
      await turns.stop();
      await client?.end().catch(() => undefined);
    },
  };
}

async function eventsAfter(client: HeldConnection, last: number): Promise<PublishedEvent[]> {
  const { rows } = await client.query<PublishedEvent>({
    name: "events_after",
    text: `SELECT ${EVENT_COLUMNS} FROM outbox WHERE published_seq > $1 ORDER BY published_seq LIMIT ${BATCH}`,
    values: [last],
  });
  return rows;
}
