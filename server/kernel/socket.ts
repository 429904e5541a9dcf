import type { Refusal } from "@readroom/shared/contract/errors.js";
import type { Action, Actor } from "@readroom/shared/domain/access.js";
import type { Result } from "@readroom/shared/kernel/result.js";
import type { Server, Socket } from "socket.io";
import type { z } from "zod";
import type { PublishedEvent } from "./reactions.js";

/** One message that a client may send: validated, gated by its action, answered by the acknowledgement. */
export interface SocketMessage<S extends z.ZodType = z.ZodType> {
  readonly name: string;
  readonly action: Action;
  readonly schema: S;
  /** Binary-heavy messages say how many of them a socket may send per second (a token bucket); the rest share 50. */
  readonly perSecond?: number;
  handle(context: SocketContext, message: z.output<S>): Promise<Result<unknown, Refusal>> | Result<unknown, Refusal>;
}

export interface SocketContext {
  readonly actor: Actor;
  readonly socket: Socket;
  readonly io: Server;
}

/** What a feature adds to the socket: its messages, and what it does when a socket has gone. */
export interface SocketFeature {
  readonly name: string;
  readonly messages: readonly SocketMessage[];
  onDisconnect?(context: SocketContext): void;
  /** Every published event, in every process that has sockets: for what people in a room may do now. Must not throw. */
  onEvent?(event: PublishedEvent): void;
}

/** Keeps the schema's type in `handle` while the list holds messages of different shapes. */
export const message = <S extends z.ZodType>(spec: SocketMessage<S>): SocketMessage => spec as unknown as SocketMessage;
