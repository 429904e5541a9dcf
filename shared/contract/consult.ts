import { z } from "zod";

/** Messages of a call. rtp and dtls parameters are WebRTC's own dictionaries, passed on unread; their size is bounded by the socket. */
const Dictionary = z.record(z.string(), z.unknown());
const StudyId = z.uuid();

export const ConsultJoin = z.object({ studyId: StudyId });
export const ConsultTransport = z.object({ studyId: StudyId });
export const ConsultConnect = z.object({
  studyId: StudyId,
  transportId: z.string().max(64),
  dtlsParameters: Dictionary,
});
export const ConsultProduce = z.object({
  studyId: StudyId,
  transportId: z.string().max(64),
  kind: z.enum(["audio", "video"]),
  rtpParameters: Dictionary,
});
export const ConsultConsume = z.object({
  studyId: StudyId,
  transportId: z.string().max(64),
  producerId: z.string().max(64),
  rtpCapabilities: Dictionary,
});
export const ConsultResume = z.object({ studyId: StudyId, consumerId: z.string().max(64) });
export const ConsultPause = z.object({ studyId: StudyId, producerId: z.string().max(64), paused: z.boolean() });
export const ConsultClose = z.object({ studyId: StudyId, producerId: z.string().max(64) });
export const ConsultLeave = z.object({ studyId: StudyId });
export const ConsultRing = z.object({ studyId: StudyId, userId: z.uuid() });

export const CallPeer = z.object({
  peerId: z.string(),
  name: z.string(),
  role: z.string(),
  colour: z.string(),
  producers: z.array(z.object({ id: z.string(), kind: z.enum(["audio", "video"]), paused: z.boolean() })),
});
export type CallPeer = z.infer<typeof CallPeer>;

/** Answer to consult.join. */
export const CallJoined = z.object({
  consultId: z.string(),
  peerId: z.string(),
  routerRtpCapabilities: Dictionary,
  peers: z.array(CallPeer),
});
export type CallJoined = z.infer<typeof CallJoined>;

/** From the hub, to everybody in the call: "consult.peers" {studyId, peers} on every change; "consult.lost" {studyId} when the engine died: join again. */
export const CallPeers = z.object({ studyId: z.string(), peers: z.array(CallPeer) });
export type CallPeers = z.infer<typeof CallPeers>;
/** "consult.state" {studyId, active, names} to the study's topic, so that a page shows "call in progress" before joining. */
export const CallState = z.object({ studyId: z.string(), active: z.boolean(), names: z.array(z.string()) });
/** "consult.ring" {studyId, from, consultId} to a user's topic. */
export const CallRing = z.object({ studyId: z.string(), from: z.string(), at: z.number() });
