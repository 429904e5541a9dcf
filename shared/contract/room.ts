import { z } from "zod";
import { ROOM_ROLES } from "../domain/room-role.js";

/** Shared documents: the study's annotations and key images; a person's private ones; the report, one document for each signed generation. */
export const READING_DOCUMENT = /^reading:([0-9a-f-]{36})$/;
/** One person's own marks on a study, that nobody else sees until they share them. */
export const PRIVATE_DOCUMENT = /^private:([0-9a-f-]{36}):([0-9a-f-]{36})$/;
export const REPORT_DOCUMENT = /^report:([0-9a-f-]{36}):([1-9][0-9]{0,5})$/;
export const DocumentId = z.string().refine((id) => documentParts(id) !== null, "is no shared document");
export type DocumentId = string;

export const readingDocument = (studyId: string): DocumentId => `reading:${studyId}`;
export const privateDocument = (studyId: string, personId: string): DocumentId => `private:${studyId}:${personId}`;
export const reportDocument = (studyId: string, generation: number): DocumentId => `report:${studyId}:${generation}`;

export type DocumentParts =
  | { readonly kind: "reading"; readonly studyId: string }
  | { readonly kind: "private"; readonly studyId: string; readonly personId: string }
  | { readonly kind: "report"; readonly studyId: string; readonly generation: number };

/** The study that a document belongs to and, of a report, its generation, of private marks, whose they are; null for what is no document. */
export function documentParts(id: DocumentId): DocumentParts | null {
  const reading = READING_DOCUMENT.exec(id);
  if (reading?.[1]) return { kind: "reading", studyId: reading[1] };
  const own = PRIVATE_DOCUMENT.exec(id);
  if (own?.[1] && own[2]) return { kind: "private", studyId: own[1], personId: own[2] };
  const report = REPORT_DOCUMENT.exec(id);
  if (report?.[1]) return { kind: "report", studyId: report[1], generation: Number(report[2]) };
  return null;
}

/** Caps. What goes beyond is refused with its reason, never cut. */
export const ROOM_LIMITS = {
  updateBytes: 1_000_000,
  relayBytes: 3_000_000,
  documentBytes: 50_000_000,
  awarenessBytes: 8_192,
  people: 64,
  roomsPerConnection: 24,
  annotations: 5_000,
  updatesPerSecond: 200,
  pointersPerSecond: 120,
} as const;

const binary = z.custom<Uint8Array>((value) => value instanceof Uint8Array, "is not binary");
const bytes = (limit: number) => binary.refine((value) => value.byteLength <= limit, `is larger than ${limit} bytes`);
const uid = z
  .string()
  .max(64)
  .regex(/^[0-9]+(\.[0-9]+)*$/, "is no UID");
const mm = z.number().min(-100_000).max(100_000);

/**
 * Where somebody points: a place of the patient in millimetres (DICOM PS3.3 C.7.6.2.1.1) of that frame of reference, on the image
 * that the person sees. frameOfReferenceUid null: a place on that very image only. null instead of a place: the pointer has left.
 */
export const PointerPlace = z.strictObject({
  frameOfReferenceUid: uid.nullable(),
  studyInstanceUid: uid,
  seriesInstanceUid: uid,
  sopInstanceUid: uid,
  frame: z.int().min(1).max(100_000),
  worldMm: z.tuple([mm, mm, mm]),
});
export type PointerPlace = z.infer<typeof PointerPlace>;

const cosine = z.number().min(-1).max(1);
const direction = z
  .tuple([cosine, cosine, cosine])
  .refine((vector) => Math.abs(Math.hypot(...vector) - 1) < 1e-3, "is no unit vector");
const point = z.tuple([mm, mm, mm]);

/** The three planes of the patient that a series can be cut in. */
export const PLANES = ["axial", "coronal", "sagittal"] as const;
export type PlaneName = (typeof PLANES)[number];

/**
 * A plane through the patient, in millimetres of the series' frame of reference: `normal` points to the viewer, `up` to the upper edge
 * of the picture, `focalMm` lies in its middle; `cursorMm` is where the three planes meet.
 */
export const SharedPlane = z
  .strictObject({ normal: direction, up: direction, focalMm: point, cursorMm: point })
  .refine(
    ({ normal, up }) => Math.abs(normal[0] * up[0] + normal[1] * up[1] + normal[2] * up[2]) < 1e-3,
    "up does not lie in the plane",
  );
export type SharedPlane = z.infer<typeof SharedPlane>;

/** What hangs where, so that who follows sees the same wall; row by row, null: nothing. */
export const SharedWall = z.strictObject({
  layout: z.enum(["1x1", "1x2", "2x1", "2x2", "mpr"]),
  cells: z
    .array(
      z.strictObject({ studyInstanceUid: uid, seriesInstanceUid: uid, plane: z.enum(PLANES).optional() }).nullable(),
    )
    .max(4),
  active: z.int().min(0).max(3),
});
export type SharedWall = z.infer<typeof SharedWall>;

/** What one viewport shows; nothing of it in screen pixels (client/viewport/viewState.ts says what each field means). */
export const SharedView = z.strictObject({
  studyInstanceUid: uid,
  seriesInstanceUid: uid,
  sopInstanceUid: uid,
  frame: z.int().min(1).max(100_000),
  voi: z.strictObject({ windowWidth: z.number().min(1e-6), windowCenter: z.number() }),
  invert: z.boolean(),
  pan: z.tuple([mm, mm]),
  zoom: z.number().positive(),
  aspect: z.number().positive(),
  rotation: z.number().min(0).lt(360),
  flipHorizontal: z.boolean(),
  flipVertical: z.boolean(),
  /** Set where a plane through the volume is shown; `sopInstanceUid` and `frame` then name the image nearest to its cursor. */
  plane: SharedPlane.optional(),
  /** The wall around this viewport. */
  wall: SharedWall.optional(),
});
export type SharedView = z.infer<typeof SharedView>;

/** client: the Yjs client id that this connection will write with; it then belongs to this person in this document. */
export const RoomJoin = z.strictObject({
  document: DocumentId,
  stateVector: bytes(1_000_000),
  client: z.int().min(0).max(0xffffffff),
  /** Comes in without showing what they look at. */
  hidden: z.boolean().optional(),
});
export const RoomLeave = z.strictObject({ document: DocumentId });
export const RoomUpdate = z.strictObject({ document: DocumentId, update: bytes(ROOM_LIMITS.updateBytes) });
/** Edits, others' and one's own, as they came in one frame (or on joining) with the hub's seal on them: what a process that died had not committed. */
export const RoomRelay = z.strictObject({
  document: DocumentId,
  updates: z.array(bytes(ROOM_LIMITS.relayBytes)).min(1).max(1_000),
  seal: bytes(64),
});
export const RoomAwareness = z.strictObject({ document: DocumentId, state: bytes(ROOM_LIMITS.awarenessBytes) });
export const RoomPointer = z.strictObject({ document: DocumentId, place: PointerPlace.nullable() });
export const RoomView = z.strictObject({ document: DocumentId, view: SharedView });
/** Takes the presenter's place (everyone is asked to follow), or gives it up. */
export const RoomPresent = z.strictObject({ document: DocumentId, on: z.boolean() });

/** What a person may do in this room. see: read and follow; point: pointer and presence; mark: annotations; accept: make marks a part of the record; write: report text. */
export const RoomRights = z.object({
  see: z.boolean(),
  point: z.boolean(),
  mark: z.boolean(),
  accept: z.boolean(),
  write: z.boolean(),
  drive: z.boolean(),
});
export type RoomRights = z.infer<typeof RoomRights>;

/** Somebody in the room. `key` is per connection: one person on two screens is there twice. */
export const RoomPerson = z.object({
  key: z.string(),
  personId: z.string(),
  name: z.string(),
  role: z.string(),
  /** What the person is in this room; the rights follow from it. */
  roomRole: z.enum(ROOM_ROLES),
  /** Does not show what they look at. */
  hidden: z.boolean(),
  /** Draws a trail with the pointer. */
  laser: z.boolean(),
  colour: z.string(),
  guest: z.boolean(),
  /** The Yjs client id that this connection writes with. */
  client: z.number(),
  rights: RoomRights,
});
export type RoomPerson = z.infer<typeof RoomPerson>;

export const RoomJoined = z.object({
  /** What the room has and the joining client has not. */
  update: binary,
  /** Where some of it is not committed yet: the hub's seal on it (kept as that of a frame). */
  sealed: z.object({ number: z.number(), seal: binary }).nullable(),
  /** What the room has, so that the client sends only what is missing there. */
  stateVector: binary,
  self: RoomPerson,
  people: z.array(RoomPerson),
  presenter: z.string().nullable(),
  /** The last view that each person told, by key. */
  views: z.record(z.string(), SharedView),
  /** The last awareness state of each person, by key. */
  awareness: z.array(z.tuple([z.string(), binary])),
  frozen: z.string().nullable(),
  /** Who has written in the document so far: client id, person, name. */
  writers: z.array(z.tuple([z.number(), z.string(), z.string()])),
});
export type RoomJoined = z.infer<typeof RoomJoined>;

/** Down, "room.frame": everything that happened in one room since the last frame, in one message for all. */
export const RoomFrame = z.object({
  d: DocumentId,
  /** Edits, in the order in which the room took them. */
  u: z.array(binary).optional(),
  /**
   * c: edits of this room up to that number are committed. n, s: the number of this frame's last edit and the hub's seal on `u`. Until
   * a later c reaches n, a client keeps the frame, and brings it back ("room.relay") when it joins another process or a restarted one.
   */
  n: z.number().optional(),
  c: z.number().optional(),
  s: binary.optional(),
  /** Pointers, by the person's key. */
  p: z.array(z.tuple([z.string(), PointerPlace.nullable()])).optional(),
  /** Opaque awareness states (y-protocols), by the key of the person who sent it: whose caret it is, the room says, not the bytes. */
  a: z.array(z.tuple([z.string(), binary])).optional(),
  v: z.array(z.tuple([z.string(), SharedView])).optional(),
});
export type RoomFrame = z.infer<typeof RoomFrame>;

/** Down, "room.people": who is there now and who presents. */
export const RoomPeople = z.object({
  document: DocumentId,
  people: z.array(RoomPerson),
  presenter: z.string().nullable(),
});
export type RoomPeople = z.infer<typeof RoomPeople>;

/**
 * Down, "room.notice". frozen: the document takes no more edits. withdrawn: the right to be there is gone. reload: the hub lost its
 * copy and reads it anew; join again.
 */
export const RoomNotice = z.object({
  document: DocumentId,
  kind: z.enum(["frozen", "withdrawn", "reload"]),
  reason: z.string(),
});
export type RoomNotice = z.infer<typeof RoomNotice>;
