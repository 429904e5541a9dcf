import type { Server as HttpServer } from "node:http";
import { ErrorCode, type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import { frames } from "@readroom/shared/contract/frames.js";
import { Subscribe } from "@readroom/shared/contract/up.js";
import { type Actor, may, mayRole } from "@readroom/shared/domain/access.js";
import { ok, type Result } from "@readroom/shared/kernel/result.js";
import { Server, type Socket } from "socket.io";
import type { Authenticate } from "../kernel/credentials.js";
import type { Deps } from "../kernel/deps.js";
import type { Broadcast, Sent } from "../kernel/feature.js";
import type { PublishedEvent } from "../kernel/reactions.js";
import { message, type SocketContext, type SocketFeature, type SocketMessage } from "../kernel/socket.js";
import { replayAfter, topPublishedSeq } from "./catchup.js";
import { Mailbox } from "./mailbox.js";
import { startRecheck, whoIs } from "./recheck.js";
import { sendToMany } from "./whole-frame.js";

const DEFAULT_RATE = 50;
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

export interface SocketGateway {
  readonly io: Server;
  readonly messages: readonly SocketMessage[];
  /** Sends a published event to whoever subscribed to one of its topics. */
  publish(event: PublishedEvent): void;
  /** Sends what a feature computed from published events (Feature.follow); it is not stored, so it is not replayed after a gap. */
  broadcast: Broadcast;
  /** Ends the live sockets of a session, user or guest link whose right was withdrawn. */
  disconnectWhere(predicate: (actor: Actor) => boolean): number;
  /** Asks again who each live socket is, and ends those that are somebody else now, or nobody; gives their number. */
  recheck(): Promise<number>;
  close(): Promise<void>;
}

/** What an actor may subscribe to. Study topics are asked of the database, since a study has a tenant. */
export interface TopicPolicy {
  standing(actor: Actor): readonly string[];
  studySubject(studyId: string): Promise<{ hospitalId: string; siteId: string; studyId: string } | null>;
}

export function buildSocket(
  server: HttpServer,
  deps: Deps,
  authenticate: Authenticate,
  policy: TopicPolicy,
  features: readonly SocketFeature[],
): SocketGateway {
  const io = new Server(server, {
    transports: ["websocket"],
    perMessageDeflate: false,
    maxHttpBufferSize: MAX_MESSAGE_BYTES,
    pingInterval: 10_000,
    pingTimeout: 10_000,
    serveClient: false,
    parser: frames,
    allowRequest: (request, done) => done(null, sameOrigin(request.headers)),
  });
  let withdrawals = 0;
  const messages = [subscribeMessage(deps, policy), ...features.flatMap((feature) => feature.messages)];

  io.use((socket, next) => {
    // A right may go while it is asked for: who they were before that does not count.
    socket.data.withdrawals = withdrawals;
    whoIs(socket, authenticate).then((actor) => {
      if (!mayRole(actor, "session.read")) return next(new Error("unauthenticated"));
      socket.data.actor = actor;
      next();
    }, next);
  });
  const recheck = startRecheck(io, authenticate, deps.log);
  io.on("connection", (socket) => {
    if (socket.data.withdrawals !== withdrawals) return void socket.disconnect(true);
    attach(io, socket, deps, messages, features);
  });
  const mailbox = new Mailbox({
    of: (topic) => io.sockets.adapter.rooms.get(topic) ?? [],
    send: (screens, events) => sendToMany(io, screens, "events", events),
  });

  return {
    io,
    messages,
    publish: (event) => {
      const { publishedSeq: seq, type, payload, at, actor } = event;
      mailbox.post(event.topics, { seq, type, payload, at, actor }, false);
      for (const feature of features) feature.onEvent?.(event);
    },
    broadcast: Object.assign((topics: readonly string[], event: Sent) => mailbox.post(topics, event, true), {
      rest: () => mailbox.rest(),
    }),
    disconnectWhere: (predicate) => {
      // Why it ends reaches the screen before the end.
      mailbox.flush();
      withdrawals += 1;
      const gone = [...io.sockets.sockets.values()].filter((socket) => predicate(socket.data.actor as Actor));
      for (const socket of gone) socket.disconnect(true);
      return gone.length;
    },
    recheck: () => recheck.run(),
    close: () => {
      recheck.stop();
      mailbox.flush();
      return io.close();
    },
  };
}

function attach(
  io: Server,
  socket: Socket,
  deps: Deps,
  messages: readonly SocketMessage[],
  features: readonly SocketFeature[],
): void {
  const actor = socket.data.actor as Actor;
  const context: SocketContext = { actor, socket, io };
  for (const spec of messages) {
    const take = bucket(spec.perSecond ?? DEFAULT_RATE, deps);
    socket.on(spec.name, async (body: unknown, reply?: unknown) => {
      const answer = typeof reply === "function" ? (reply as (answer: unknown) => void) : () => undefined;
      const result = take() ? await run(spec, context, body, deps) : err429(spec.name);
      answer(result.ok ? { ok: true, value: result.value } : { ok: false, error: result.error });
    });
  }
  // Round-trip time and the server's clock, for "live ● 24 ms" and every countdown.
  socket.on("clock", (reply: unknown) => {
    if (typeof reply === "function") reply({ serverNow: deps.clock.now() });
  });
  socket.on("disconnect", () => {
    for (const feature of features) feature.onDisconnect?.(context);
  });
}

async function run(
  spec: SocketMessage,
  context: SocketContext,
  body: unknown,
  deps: Deps,
): Promise<Result<unknown, Refusal>> {
  if (!mayRole(context.actor, spec.action))
    return { ok: false, error: refusal("forbidden", "Your role does not allow this.") };
  const parsed = spec.schema.safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return {
      ok: false,
      error: refusal("invalid", `${issue?.path.join(".") || spec.name}: ${issue?.message ?? "not valid"}`),
    };
  }
  try {
    return await spec.handle(context, parsed.data);
  } catch (error) {
    deps.log.error(
      { err: error instanceof Error ? { message: error.message, stack: error.stack } : {}, message: spec.name },
      "socket message failed",
    );
    return {
      ok: false,
      error: refusal("internal", "Something went wrong in the hub. What was saved before is safe; try again."),
    };
  }
}

const err429 = (name: string): Result<never, Refusal> => ({
  ok: false,
  error: refusal(ErrorCode.enum.throttled, `Too many "${name}" messages: slow down.`, {
    detail: { retryAfterMs: 1_000 },
  }),
});

/** A token bucket: `perSecond` a second, as many again in a burst. */
function bucket(perSecond: number, deps: Deps): () => boolean {
  let tokens = perSecond * 2;
  let last = deps.clock.now();
  return () => {
    const now = deps.clock.now();
    tokens = Math.min(perSecond * 2, tokens + ((now - last) * perSecond) / 1000);
    last = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}

/** Subscribes to topics and hands over what was missed since `since`, or says "reset" where that is too much or unknown. */
function subscribeMessage(deps: Deps, policy: TopicPolicy): SocketMessage {
  return message({
    name: "topics.subscribe",
    action: "session.read",
    schema: Subscribe,
    handle: async ({ actor, socket }, { topics, since }) => {
      const granted: string[] = [];
      const refused: string[] = [];
      for (const topic of topics) ((await allowed(actor, topic, policy)) ? granted : refused).push(topic);
      await socket.join(granted);
      if (since === undefined)
        return ok({ granted, refused, seq: await topPublishedSeq(deps.db), missed: [], reset: false });
      return ok({ granted, refused, ...(await replayAfter(deps.db, since, granted)) });
    },
  });
}

async function allowed(actor: Actor, topic: string, policy: TopicPolicy): Promise<boolean> {
  if (policy.standing(actor).includes(topic)) return true;
  const studyId = /^study:([0-9a-f-]{36})$/.exec(topic)?.[1];
  if (!studyId) return false;
  const subject = await policy.studySubject(studyId);
  return subject !== null && may(actor, "study.read", subject);
}

/** Browsers send Origin on a websocket; a page of another site must not ride on our cookie. Machine clients send none. */
function sameOrigin(headers: {
  origin?: string | undefined;
  host?: string | undefined;
  "x-forwarded-host"?: string | string[] | undefined;
}): boolean {
  if (!headers.origin) return true;
  const host = typeof headers["x-forwarded-host"] === "string" ? headers["x-forwarded-host"] : headers.host;
  return URL.canParse(headers.origin) && new URL(headers.origin).host === host;
}
