import { type CallJoined, CallPeers } from "@readroom/shared/contract/consult.js";
import type { types } from "mediasoup-client";
import { Device } from "mediasoup-client";
import type { Socket } from "socket.io-client";
import { ask, CallRefused } from "./ask";
import { type Devices, openDevices } from "./devices";

export type CallStatus = "idle" | "joining" | "live" | "reconnecting" | "failed";

export interface RemotePeer {
  readonly peerId: string;
  readonly name: string;
  readonly role: string;
  readonly colour: string;
  readonly audio: MediaStreamTrack | null;
  readonly video: MediaStreamTrack | null;
  readonly muted: boolean;
}

export interface CallState {
  readonly status: CallStatus;
  readonly problem: string | null;
  readonly peers: readonly RemotePeer[];
  readonly microphone: "on" | "off" | "none";
  readonly camera: "on" | "off" | "none";
  readonly localVideo: MediaStreamTrack | null;
}

interface TransportOptions {
  id: string;
  iceParameters: types.IceParameters;
  iceCandidates: types.IceCandidate[];
  dtlsParameters: types.DtlsParameters;
}

interface Session {
  readonly peerId: string;
  readonly device: types.Device;
  readonly send: types.Transport;
  readonly receive: types.Transport;
  readonly producers: Map<"audio" | "video", types.Producer>;
  readonly consumers: Map<string, types.Consumer>;
}

const IDLE: CallState = {
  status: "idle",
  problem: null,
  peers: [],
  microphone: "none",
  camera: "none",
  localVideo: null,
};

/**
 * One call on one study. Plain state out (`getState`, `subscribe`), so that React and tests read it alike. A lost line or a restarted
 * media engine is joined again by itself; microphone and camera stay open meanwhile.
 */
export class Call {
  private state: CallState = IDLE;
  private readonly listeners = new Set<() => void>();
  private session: Session | null = null;
  private devices: Devices | null = null;
  private peers: CallPeers["peers"] = [];
  private wanted = false;
  private syncing: Promise<void> = Promise.resolve();

  constructor(
    private readonly socket: Socket,
    private readonly studyId: string,
  ) {}

  getState = (): CallState => this.state;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Joins with microphone and, where wanted and there is one, camera. Without either one still hears and sees the others. */
  async join(options: { video: boolean }): Promise<void> {
    if (this.wanted) return;
    this.wanted = true;
    this.update({ ...IDLE, status: "joining" });
    this.devices = await openDevices(options);
    this.socket.on("consult.peers", this.onPeers);
    this.socket.on("consult.lost", this.onLost);
    this.socket.on("connect", this.onLost);
    this.socket.on("disconnect", this.onDisconnect);
    await this.enter();
  }

  async leave(): Promise<void> {
    this.close();
    this.update(IDLE);
    if (this.socket.connected) await ask(this.socket, "consult.leave", { studyId: this.studyId });
  }

  async setMuted(kind: "audio" | "video", off: boolean): Promise<void> {
    const producer = this.session?.producers.get(kind);
    if (!producer) return;
    if (off) producer.pause();
    else producer.resume();
    this.report();
    await ask(this.socket, "consult.pause", { studyId: this.studyId, producerId: producer.id, paused: off });
  }

  private async enter(): Promise<void> {
    try {
      const joined = await ask<CallJoined>(this.socket, "consult.join", { studyId: this.studyId });
      const device = await Device.factory();
      await device.load({ routerRtpCapabilities: joined.routerRtpCapabilities as unknown as types.RtpCapabilities });
      const send = await this.transport(device, "send");
      const receive = await this.transport(device, "receive");
      if (!this.wanted) return;
      this.session = { peerId: joined.peerId, device, send, receive, producers: new Map(), consumers: new Map() };
      this.peers = joined.peers;
      await this.publish(this.session);
      this.update({ ...this.state, status: "live", problem: this.devices?.problem ?? null });
      this.sync();
    } catch (error) {
      const problem = error instanceof CallRefused ? error.message : "The call could not be set up.";
      this.close();
      this.update({ ...IDLE, status: "failed", problem });
      throw error;
    }
  }

  private async publish(session: Session): Promise<void> {
    const { audio, video } = this.devices ?? { audio: null, video: null };
    if (audio)
      session.producers.set(
        "audio",
        await session.send.produce({ track: audio, stopTracks: false, codecOptions: { opusDtx: true } }),
      );
    if (video)
      session.producers.set(
        "video",
        await session.send.produce({ track: video, stopTracks: false, encodings: [{ maxBitrate: 700_000 }] }),
      );
    this.report();
  }

  private async transport(device: types.Device, direction: "send" | "receive"): Promise<types.Transport> {
    const options = await ask<TransportOptions>(this.socket, "consult.transport", { studyId: this.studyId });
    const transport = direction === "send" ? device.createSendTransport(options) : device.createRecvTransport(options);
    transport.on("connect", ({ dtlsParameters }, done, failed) => {
      ask(this.socket, "consult.connect", { studyId: this.studyId, transportId: transport.id, dtlsParameters }).then(
        () => done(),
        failed,
      );
    });
    transport.on("produce", ({ kind, rtpParameters }, done, failed) => {
      ask<{ id: string }>(this.socket, "consult.produce", {
        studyId: this.studyId,
        transportId: transport.id,
        kind,
        rtpParameters,
      }).then(done, failed);
    });
    transport.on("connectionstatechange", (state) => {
      if (state === "failed") this.onLost();
    });
    return transport;
  }

  private readonly onPeers = (message: unknown): void => {
    const parsed = CallPeers.safeParse(message);
    if (!parsed.success || parsed.data.studyId !== this.studyId) return;
    this.peers = parsed.data.peers;
    this.sync();
  };

  private readonly onDisconnect = (): void => {
    this.dropSession();
    if (this.wanted) this.update({ ...this.state, status: "reconnecting", peers: [] });
  };

  private readonly onLost = (): void => {
    if (!this.wanted) return;
    this.dropSession();
    this.update({ ...this.state, status: "reconnecting", peers: [] });
    this.enter().catch(() => undefined); // its own state says "failed" and why; the person may join again
  };

  /** Brings the consumers in line with who sends what. One at a time: two changes at once would consume a stream twice. */
  private sync(): void {
    this.syncing = this.syncing.then(() => this.consumeMissing()).catch(() => undefined); // the next change of peers tries again
    this.report();
  }

  private async consumeMissing(): Promise<void> {
    const session = this.session;
    if (!session) return;
    const sent = this.peers.filter((peer) => peer.peerId !== session.peerId).flatMap((peer) => peer.producers);
    for (const [producerId, consumer] of session.consumers) {
      if (sent.some((producer) => producer.id === producerId)) continue;
      consumer.close();
      session.consumers.delete(producerId);
    }
    for (const producer of sent) {
      if (session.consumers.has(producer.id) || session !== this.session) continue;
      const offered = await ask<{ id: string; kind: "audio" | "video"; rtpParameters: types.RtpParameters } | null>(
        this.socket,
        "consult.consume",
        {
          studyId: this.studyId,
          transportId: session.receive.id,
          producerId: producer.id,
          rtpCapabilities: session.device.recvRtpCapabilities,
        },
      );
      if (!offered) continue;
      session.consumers.set(producer.id, await session.receive.consume({ ...offered, producerId: producer.id }));
      await ask(this.socket, "consult.resume", { studyId: this.studyId, consumerId: offered.id });
      this.report();
    }
    this.report();
  }

  /** Gives everything back: listeners, transports, microphone and camera. Joining again starts from nothing. */
  private close(): void {
    this.wanted = false;
    this.socket.off("consult.peers", this.onPeers);
    this.socket.off("consult.lost", this.onLost);
    this.socket.off("connect", this.onLost);
    this.socket.off("disconnect", this.onDisconnect);
    this.dropSession();
    this.devices?.stop();
    this.devices = null;
  }

  private dropSession(): void {
    this.session?.send.close();
    this.session?.receive.close();
    this.session = null;
  }

  private report(): void {
    const session = this.session;
    const track = (id: string | undefined): MediaStreamTrack | null =>
      id ? (session?.consumers.get(id)?.track ?? null) : null;
    const own = (kind: "audio" | "video"): "on" | "off" | "none" => {
      const producer = session?.producers.get(kind);
      return producer ? (producer.paused ? "off" : "on") : "none";
    };
    this.update({
      ...this.state,
      peers: this.peers
        .filter((peer) => peer.peerId !== session?.peerId)
        .map((peer) => {
          const audio = peer.producers.find((producer) => producer.kind === "audio");
          const video = peer.producers.find((producer) => producer.kind === "video" && !producer.paused);
          return {
            peerId: peer.peerId,
            name: peer.name,
            role: peer.role,
            colour: peer.colour,
            audio: track(audio?.id),
            video: track(video?.id),
            muted: audio?.paused ?? true,
          };
        }),
      microphone: own("audio"),
      camera: own("video"),
      localVideo: this.devices?.video ?? null,
    });
  }

  private update(state: CallState): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}
