import type { CallPeer } from "@readroom/shared/contract/consult.js";
import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import { type Actor, actorStamp } from "@readroom/shared/domain/access.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import type { Server, Socket } from "socket.io";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import { appendEvents } from "../../kernel/outbox.js";
import { studyTopics, topics } from "../../kernel/topics.js";
import type { MediaEngine, MediaRoom } from "./ports.js";
import type { ConsultStudy } from "./store.js";

interface LivePeer {
  readonly socket: Socket;
  readonly actor: Actor;
  readonly colour: string;
  readonly producers: Map<string, { kind: "audio" | "video"; paused: boolean }>;
}

interface Call {
  readonly consultId: string;
  readonly study: ConsultStudy;
  readonly media: MediaRoom;
  readonly peers: Map<string, LivePeer>;
  readonly everybody: Map<string, { name: string; kind: string; at: number }>;
  ended: boolean;
}

const MOST_PEERS = 30;

/** The calls that run in this process, by study. Media and signalling are gone with it; that a consult took place is in the database. */
export class Calls {
  private readonly calls = new Map<string, Promise<Call>>();

  constructor(
    private readonly deps: Deps,
    private readonly engine: MediaEngine,
  ) {}

  async join(
    study: ConsultStudy,
    actor: Actor,
    socket: Socket,
    io: Server,
    colour: string,
  ): Promise<Result<{ call: Call; peerId: string }, Refusal>> {
    if (!this.engine.available()) {
      return err(
        refusal(
          "unavailable",
          "Calls become available when the media engine is ready. Images, report and chat work already.",
          { action: "Call by phone meanwhile." },
        ),
      );
    }
    let opening = this.calls.get(study.id);
    if (!opening) {
      opening = this.open(study, actor, io);
      this.calls.set(study.id, opening);
      opening.catch(() => this.calls.delete(study.id));
    }
    const call = await opening;
    // The last person left while we came in: that call is over, this is a new one.
    if (call.ended) return this.join(study, actor, socket, io, colour);
    if (call.peers.size >= MOST_PEERS) return err(refusal("too_large", `This call is full: ${MOST_PEERS} people.`));
    const peerId = socket.id;
    call.peers.set(peerId, { socket, actor, colour, producers: new Map() });
    const { name, kind } = actorStamp(actor);
    call.everybody.set(`${kind}:${name}`, { name, kind, at: this.deps.clock.now() });
    await socket.join(callRoom(study.id));
    this.announce(call, io);
    return ok({ call, peerId });
  }

  /** The call that this socket is in, or the refusal to answer. */
  async of(studyId: string, socket: Socket): Promise<Result<Call, Refusal>> {
    const call = await this.calls.get(studyId);
    return call?.peers.has(socket.id)
      ? ok(call)
      : err(refusal("conflict", "You are not in this call.", { action: "Join again" }));
  }

  announce(call: Call, io: Server): void {
    io.to(callRoom(call.study.id)).emit("consult.peers", { studyId: call.study.id, peers: peersOf(call) });
    io.to(topics.study(call.study.id)).emit("consult.state", {
      studyId: call.study.id,
      active: call.peers.size > 0,
      names: [...call.peers.values()].map((peer) => actorStamp(peer.actor).name),
    });
  }

  async leave(studyId: string, socket: Socket, io: Server): Promise<void> {
    const call = await this.calls.get(studyId)?.catch(() => undefined);
    if (!call?.peers.delete(socket.id)) return;
    await socket.leave(callRoom(studyId));
    call.media.closePeer(socket.id);
    this.announce(call, io);
    if (call.peers.size === 0) await this.end(call);
  }

  /** Somebody was sent out of the study's room: they are out of its call too. */
  sendOut(studyId: string, personId: string): void {
    const out = async (): Promise<void> => {
      const call = await this.calls.get(studyId);
      for (const { socket, actor } of [...(call?.peers.values() ?? [])]) {
        if (actorStamp(actor).id !== personId) continue;
        socket.emit("consult.lost", { studyId });
        await this.leave(studyId, socket, socket.nsp.server);
      }
    };
    out().catch((error: unknown) => {
      this.deps.log.error(
        { err: { message: error instanceof Error ? error.message : String(error) } },
        "somebody who was sent out could not be taken out of the call",
      );
    });
  }

  /** A closed tab, a lost line: the peer is out of every call. */
  leaveAll(socket: Socket, io: Server): void {
    for (const studyId of this.calls.keys()) {
      this.leave(studyId, socket, io).catch((error: unknown) => {
        this.deps.log.error(
          { err: { message: error instanceof Error ? error.message : String(error) } },
          "a call was not left cleanly",
        );
      });
    }
  }

  private async open(study: ConsultStudy, actor: Actor, io: Server): Promise<Call> {
    const media = await this.engine.openRoom(study.id);
    const consultId = await this.deps.db.tx(async (tx) => {
      const row = await tx.consult.create({
        data: {
          studyId: study.id,
          findingId: actor.kind === "guest" ? actor.findingId : study.openFindingId,
          startedBy: actorStamp(actor).name,
        },
      });
      await audit(tx, actor, [
        {
          action: "consult.start",
          organisationId: study.organisationId,
          patientId: study.patientId,
          studyId: study.id,
          subject: `consult:${row.id}`,
        },
      ]);
      await appendEvents(tx, actor, [
        {
          stream: `study:${study.id}`,
          type: "consult.started",
          payload: { studyId: study.id, consultId: row.id },
          topics: studyTopics(study),
        },
      ]);
      return row.id;
    });
    const call: Call = { consultId, study, media, peers: new Map(), everybody: new Map(), ended: false };
    media.onLost(() => {
      io.to(callRoom(study.id)).emit("consult.lost", { studyId: study.id });
      this.calls.delete(study.id);
      void this.end(call);
    });
    return call;
  }

  private async end(call: Call): Promise<void> {
    call.ended = true;
    this.calls.delete(call.study.id);
    call.media.close();
    const system: Actor = { kind: "system", name: "consult" };
    await this.deps.db.tx(async (tx) => {
      await tx.consult.update({
        where: { id: call.consultId },
        data: { endedAt: new Date(this.deps.clock.now()), participants: [...call.everybody.values()] },
      });
      await appendEvents(tx, system, [
        {
          stream: `study:${call.study.id}`,
          type: "consult.ended",
          payload: { studyId: call.study.id, consultId: call.consultId, participants: call.everybody.size },
          topics: studyTopics(call.study),
        },
      ]);
    });
  }
}

export type { Call };

export const callRoom = (studyId: string): string => `call:${studyId}`;

export function peersOf(call: Call): CallPeer[] {
  return [...call.peers].map(([peerId, peer]) => ({
    peerId,
    name: actorStamp(peer.actor).name,
    role: peer.actor.kind === "guest" ? peer.actor.role : peer.actor.kind === "user" ? (peer.actor.roles[0] ?? "") : "",
    colour: peer.colour,
    producers: [...peer.producers].map(([id, producer]) => ({ id, ...producer })),
  }));
}
