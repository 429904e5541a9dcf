/** What a consult needs of a media engine. Parameters are WebRTC's own (ORTC dictionaries): the hub passes them on and never reads them. */
export type Opaque = Record<string, unknown>;

export interface MediaEngine {
  /** False until the engine's worker is there: calls become available by themselves, nothing else waits. */
  available(): boolean;
  /** Hears of every change of `available`. */
  onAvailable(listener: (available: boolean) => void): void;
  openRoom(roomId: string): Promise<MediaRoom>;
}

export interface MediaRoom {
  readonly routerRtpCapabilities: Opaque;
  /** Called when the engine lost the room (its worker died): everybody must join again. */
  onLost(listener: () => void): void;
  createTransport(
    peerId: string,
  ): Promise<{ id: string; iceParameters: Opaque; iceCandidates: Opaque[]; dtlsParameters: Opaque }>;
  connectTransport(peerId: string, transportId: string, dtlsParameters: Opaque): Promise<void>;
  produce(peerId: string, transportId: string, kind: "audio" | "video", rtpParameters: Opaque): Promise<{ id: string }>;
  consume(
    peerId: string,
    transportId: string,
    producerId: string,
    rtpCapabilities: Opaque,
  ): Promise<{ id: string; kind: string; rtpParameters: Opaque } | null>;
  resume(peerId: string, consumerId: string): Promise<void>;
  setPaused(peerId: string, producerId: string, paused: boolean): Promise<boolean>;
  closeProducer(peerId: string, producerId: string): boolean;
  closePeer(peerId: string): void;
  close(): void;
}
