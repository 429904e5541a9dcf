import type { FastifyInstance } from "fastify";
import type { PublishedEvent, Reaction, Timer } from "./reactions.js";
import type { SocketFeature } from "./socket.js";

/** An event as screens get it. */
export type Sent = Omit<PublishedEvent, "id" | "stream" | "version" | "topics" | "publishedSeq"> & {
  readonly seq: number;
};

/** Sends an event to the sockets of this process that subscribed to one of the topics. */
export interface Broadcast {
  (topics: readonly string[], event: Sent): void;
  /** How long what is sent now would wait to go out, ms: so long, what it is computed from can gather. */
  readonly rest?: () => number;
}

/** What a feature's public.ts gives to the composition root. start/stop: connections and listeners of its own. */
export interface Feature {
  readonly name: string;
  readonly routes?: (app: FastifyInstance) => void | Promise<void>;
  readonly socket?: SocketFeature;
  readonly reactions?: readonly Reaction[];
  readonly timers?: readonly Timer[];
  /**
   * Told of every published event, in order, in each process that has sockets, after the event itself went out: for views that are
   * computed once and pushed to many. Must return at once and not throw.
   */
  readonly follow?: (events: readonly PublishedEvent[], broadcast: Broadcast) => void;
  readonly start?: () => Promise<void>;
  /** The hub has opened: what takes processor time and nobody waits for begins here. Must return at once and not throw. */
  readonly opened?: () => void;
  readonly stop?: () => Promise<void>;
}
