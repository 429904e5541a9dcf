import type { types } from "mediasoup";
import type { MediaRoom, Opaque } from "../../features/consult/ports.js";

interface Peer {
  readonly transports: Map<string, types.WebRtcTransport>;
  readonly producers: Map<string, types.Producer>;
  readonly consumers: Map<string, types.Consumer>;
}

const MOST_TRANSPORTS = 4;
const MOST_PRODUCERS = 4;
const START_BITRATE = 800_000;

/** One router for one room. A peer may touch only what is its own: ids of others' transports and producers are refused. */
export function openMediaRoom(router: types.Router, server: types.WebRtcServer): MediaRoom {
  const peers = new Map<string, Peer>();
  const peer = (id: string): Peer => {
    let found = peers.get(id);
    if (!found) {
      found = { transports: new Map(), producers: new Map(), consumers: new Map() };
      peers.set(id, found);
    }
    return found;
  };
  const own = <T>(map: Map<string, T>, id: string, what: string): T => {
    const found = map.get(id);
    if (!found) throw new Error(`no such ${what}`);
    return found;
  };

  return {
    routerRtpCapabilities: opaque(router.rtpCapabilities),
    onLost: (listener) => {
      router.on("workerclose", listener);
    },
    createTransport: async (peerId) => {
      const mine = peer(peerId);
      if (mine.transports.size >= MOST_TRANSPORTS) throw new Error("too many transports");
      const transport = await router.createWebRtcTransport({
        webRtcServer: server,
        enableUdp: true,
        enableTcp: true,
        preferUdp: true,
        initialAvailableOutgoingBitrate: START_BITRATE,
      });
      mine.transports.set(transport.id, transport);
      transport.observer.on("close", () => mine.transports.delete(transport.id));
      return {
        id: transport.id,
        iceParameters: opaque(transport.iceParameters),
        iceCandidates: transport.iceCandidates.map(opaque),
        dtlsParameters: opaque(transport.dtlsParameters),
      };
    },
    connectTransport: async (peerId, transportId, dtlsParameters) => {
      await own(peer(peerId).transports, transportId, "transport").connect({
        dtlsParameters: dtlsParameters as unknown as types.DtlsParameters,
      });
    },
    produce: async (peerId, transportId, kind, rtpParameters) => {
      const mine = peer(peerId);
      if (mine.producers.size >= MOST_PRODUCERS) throw new Error("too many streams");
      const producer = await own(mine.transports, transportId, "transport").produce({
        kind,
        rtpParameters: rtpParameters as unknown as types.RtpParameters,
      });
      mine.producers.set(producer.id, producer);
      producer.observer.on("close", () => mine.producers.delete(producer.id));
      return { id: producer.id };
    },
    consume: async (peerId, transportId, producerId, rtpCapabilities) => {
      const mine = peer(peerId);
      const capabilities = rtpCapabilities as unknown as types.RtpCapabilities;
      if (!router.canConsume({ producerId, rtpCapabilities: capabilities })) return null;
      // Paused until the browser says that its side is set up: else the first key frame is lost.
      const consumer = await own(mine.transports, transportId, "transport").consume({
        producerId,
        rtpCapabilities: capabilities,
        paused: true,
      });
      mine.consumers.set(consumer.id, consumer);
      consumer.observer.on("close", () => mine.consumers.delete(consumer.id));
      return { id: consumer.id, kind: consumer.kind, rtpParameters: opaque(consumer.rtpParameters) };
    },
    resume: (peerId, consumerId) => own(peer(peerId).consumers, consumerId, "stream").resume(),
    setPaused: async (peerId, producerId, paused) => {
      const producer = peer(peerId).producers.get(producerId);
      if (!producer) return false;
      await (paused ? producer.pause() : producer.resume());
      return true;
    },
    closeProducer: (peerId, producerId) => {
      const producer = peer(peerId).producers.get(producerId);
      producer?.close();
      return producer !== undefined;
    },
    closePeer: (peerId) => {
      for (const transport of peers.get(peerId)?.transports.values() ?? []) transport.close();
      peers.delete(peerId);
    },
    close: () => router.close(),
  };
}

/** mediasoup's dictionaries travel as they are: the hub has no opinion on them. */
const opaque = (value: object): Opaque => value as unknown as Opaque;
