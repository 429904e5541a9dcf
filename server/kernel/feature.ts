import type { FastifyInstance } from "fastify";
import type { Reaction, Timer } from "./reactions.js";
import type { SocketFeature } from "./socket.js";

/** What a feature's public.ts gives to the composition root. start/stop: connections and listeners of its own. */
export interface Feature {
  readonly name: string;
  readonly routes?: (app: FastifyInstance) => void | Promise<void>;
  readonly socket?: SocketFeature;
  readonly reactions?: readonly Reaction[];
  readonly timers?: readonly Timer[];
  readonly start?: () => Promise<void>;
  readonly stop?: () => Promise<void>;
}
