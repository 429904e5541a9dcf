import {
  ConsultClose,
  ConsultConnect,
  ConsultConsume,
  ConsultJoin,
  ConsultLeave,
  ConsultPause,
  ConsultProduce,
  ConsultResume,
  ConsultRing,
  ConsultTransport,
} from "@readroom/shared/contract/consult.js";
import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import { actorStamp, may } from "@readroom/shared/domain/access.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import { message, type SocketContext, type SocketFeature, type SocketMessage } from "../../kernel/socket.js";
import { topics } from "../../kernel/topics.js";
import { standingIn } from "../reading/public.js";
import { type Call, type Calls, peersOf } from "./calls.js";
import { type ConsultStudy, colourOf, consultStudy, mayBeRung } from "./store.js";

const GUEST_COLOUR = "#f472b6";

/** The signalling of calls: a thin, checked passage between the browsers and the media engine. */
export function consultSocket(deps: Deps, calls: Calls): SocketFeature {
  return {
    name: "consult",
    messages: [join(deps, calls), leave(calls), ring(deps), ...mediaMessages(deps, calls)],
    onDisconnect: ({ socket, io }) => calls.leaveAll(socket, io),
    onEvent: ({ type, payload }) => {
      if (type === "room.out" && typeof payload.studyId === "string" && typeof payload.personId === "string")
        calls.sendOut(payload.studyId, payload.personId);
    },
  };
}

function join(deps: Deps, calls: Calls): SocketMessage {
  return message({
    name: "consult.join",
    action: "consult.join",
    schema: ConsultJoin,
    handle: async (context, { studyId }) => {
      const study = await allowedStudy(deps, context, studyId);
      if (!study.ok) return study;
      const colour = context.actor.kind === "user" ? await colourOf(deps.db, context.actor.userId) : GUEST_COLOUR;
      const joined = await calls.join(study.value, context.actor, context.socket, context.io, colour);
      if (!joined.ok) return joined;
      const { call, peerId } = joined.value;
      await audit(deps.db.pool, context.actor, [
        {
          action: "consult.join",
          organisationId: study.value.organisationId,
          patientId: study.value.patientId,
          studyId,
          subject: `consult:${call.consultId}`,
        },
      ]);
      return ok({
        consultId: call.consultId,
        peerId,
        routerRtpCapabilities: call.media.routerRtpCapabilities,
        peers: peersOf(call),
      });
    },
  });
}

function leave(calls: Calls): SocketMessage {
  return message({
    name: "consult.leave",
    action: "consult.join",
    schema: ConsultLeave,
    handle: async ({ socket, io }, { studyId }) => {
      await calls.leave(studyId, socket, io);
      return ok(undefined);
    },
  });
}

function ring(deps: Deps): SocketMessage {
  return message({
    name: "consult.ring",
    action: "consult.join",
    schema: ConsultRing,
    perSecond: 2,
    handle: async (context, { studyId, userId }) => {
      const study = await allowedStudy(deps, context, studyId);
      if (!study.ok) return study;
      // Only people of the study's own hospital or reading group: a ring tells them the caller's name and a study's id.
      if (!(await mayBeRung(deps.db, userId, study.value)))
        return err(refusal("not_found", "There is nobody of that name to ring."));
      const heard = await context.io.in(topics.user(userId)).fetchSockets();
      context.io
        .to(topics.user(userId))
        .emit("consult.ring", { studyId, from: actorStamp(context.actor).name, at: deps.clock.now() });
      return ok({ online: heard.length > 0 });
    },
  });
}

function mediaMessages(deps: Deps, calls: Calls): SocketMessage[] {
  const inCall = async <T>(
    context: SocketContext,
    studyId: string,
    work: (call: Call) => Promise<T>,
  ): Promise<Result<T, Refusal>> => {
    const call = await calls.of(studyId, context.socket);
    if (!call.ok) return call;
    try {
      return ok(await work(call.value));
    } catch (error) {
      // The media engine refuses what does not fit (a foreign transport, broken parameters): the caller's mistake, not the hub's.
      deps.log.warn(
        { err: { message: error instanceof Error ? error.message : String(error) } },
        "media engine refused",
      );
      return err(
        refusal("invalid", "The call's media could not be set up this way.", {
          action: "Leave the call and join again.",
        }),
      );
    }
  };
  const action = "consult.join" as const;
  return [
    message({
      name: "consult.transport",
      action,
      schema: ConsultTransport,
      handle: (context, { studyId }) =>
        inCall(context, studyId, (call) => call.media.createTransport(context.socket.id)),
    }),
    message({
      name: "consult.connect",
      action,
      schema: ConsultConnect,
      handle: (context, { studyId, transportId, dtlsParameters }) =>
        inCall(context, studyId, (call) => call.media.connectTransport(context.socket.id, transportId, dtlsParameters)),
    }),
    message({
      name: "consult.produce",
      action,
      schema: ConsultProduce,
      handle: (context, { studyId, transportId, kind, rtpParameters }) =>
        inCall(context, studyId, async (call) => {
          const producer = await call.media.produce(context.socket.id, transportId, kind, rtpParameters);
          call.peers.get(context.socket.id)?.producers.set(producer.id, { kind, paused: false });
          calls.announce(call, context.io);
          return producer;
        }),
    }),
    message({
      name: "consult.consume",
      action,
      schema: ConsultConsume,
      handle: (context, { studyId, transportId, producerId, rtpCapabilities }) =>
        inCall(context, studyId, (call) =>
          call.media.consume(context.socket.id, transportId, producerId, rtpCapabilities),
        ),
    }),
    message({
      name: "consult.resume",
      action,
      schema: ConsultResume,
      handle: (context, { studyId, consumerId }) =>
        inCall(context, studyId, (call) => call.media.resume(context.socket.id, consumerId)),
    }),
    message({
      name: "consult.pause",
      action,
      schema: ConsultPause,
      handle: (context, { studyId, producerId, paused }) =>
        inCall(context, studyId, async (call) => {
          const producer = call.peers.get(context.socket.id)?.producers.get(producerId);
          if (!producer || !(await call.media.setPaused(context.socket.id, producerId, paused)))
            throw new Error("no such stream");
          producer.paused = paused;
          calls.announce(call, context.io);
        }),
    }),
    message({
      name: "consult.close",
      action,
      schema: ConsultClose,
      handle: (context, { studyId, producerId }) =>
        inCall(context, studyId, async (call) => {
          call.media.closeProducer(context.socket.id, producerId);
          call.peers.get(context.socket.id)?.producers.delete(producerId);
          calls.announce(call, context.io);
        }),
    }),
  ];
}

async function allowedStudy(
  deps: Deps,
  { actor }: SocketContext,
  studyId: string,
): Promise<Result<ConsultStudy, Refusal>> {
  const study = await consultStudy(deps.db, studyId);
  if (!study || !may(actor, "consult.join", { hospitalId: study.organisationId, siteId: study.siteId, studyId })) {
    return err(refusal("not_found", "There is no such study."));
  }
  // who was sent out of the room does not come in by its call
  const standing = await standingIn(deps, actor, studyId);
  return standing.ok ? ok(study) : standing;
}
