import { z } from "zod";
import { URGENCIES } from "../../domain/urgency.js";
import { ReaderScope } from "./session.js";

const Id = z.guid();
const Ms = z.number().int();

/** Somebody as lists show them. colour: of the person's frame and pointer. */
export const PersonChip = z.object({ id: Id, name: z.string(), shortName: z.string(), colour: z.string() });
export type PersonChip = z.infer<typeof PersonChip>;

export const ClaimView = z.discriminatedUnion("state", [
  z.object({ state: z.literal("open") }),
  /** note: what the person who handed it over wrote; "" when it was claimed. */
  z.object({
    state: z.literal("held"),
    by: PersonChip,
    since: Ms,
    until: Ms,
    fence: z.number().int(),
    note: z.string(),
    /** "One moment": kept until `until` while the holder does another study. */
    hold: z.literal(true).optional(),
  }),
  z.object({ state: z.literal("done"), by: PersonChip.nullable(), at: Ms.nullable() }),
]);
export type ClaimView = z.infer<typeof ClaimView>;

/**
 * One study as every list shows it (about 1.5 KB). Times are instants in ms on the server's clock.
 * patient.source: where the identity comes from; "images" only until the study is matched to an order.
 */
export const WorklistRow = z.object({
  studyId: Id,
  studyInstanceUid: z.string(),
  /** Published sequence number that this row contains at least; an older row must not overwrite a newer one. */
  seq: z.number().int(),
  hospital: z.object({ id: Id, name: z.string() }),
  site: z.object({ id: Id, code: z.string(), name: z.string(), timeZone: z.string(), jurisdiction: z.string() }),
  groupId: Id.nullable(),
  patient: z.object({
    id: Id.nullable(),
    source: z.enum(["order", "images"]),
    /** As in lists: "SAMPLE, Ada", with the ideographic form in brackets. */
    name: z.string(),
    /** How the name is said, where the hospital sends it. Found by searches. */
    phonetic: z.string().optional(),
    mrn: z.string(),
    /** YYYY-MM-DD where known. */
    birthDate: z.string().nullable(),
    /** "71 Y", "4 M", "12 D" on the day of the study. */
    age: z.string().nullable(),
    sex: z.string().nullable(),
  }),
  accessionNumber: z.string(),
  procedure: z.string(),
  modalities: z.array(z.string()),
  bodyPart: z.string(),
  studyAt: Ms.nullable(),
  /** "expected" | "receiving" | "complete" | "readable" | "closed" */
  state: z.string(),
  images: z.object({
    received: z.number().int(),
    expected: z.number().int().nullable(),
    series: z.number().int(),
    lastAt: Ms,
  }),
  /** state: "matched" | "confirmed" (to be read without an order) | "unmatched"; reason: a sentence. */
  match: z.object({ state: z.string(), reason: z.string() }),
  urgency: z.enum(URGENCIES),
  urgencyReason: z.string(),
  /** null until the study is routed. The bar drains from startedAt to deadline; warnAt is where it turns amber (a quarter left); `routing` says what set it. */
  clock: z.object({ startedAt: Ms, deadline: Ms, warnAt: Ms }).nullable(),
  pool: z.object({ id: Id, code: z.string(), name: z.string() }).nullable(),
  subspecialty: z.string(),
  routable: z.boolean(),
  /** One sentence: why it is where it is, or why it can't be routed. */
  routing: z.string(),
  claim: ClaimView,
  /** "none" | "draft" | "preliminary" | "final" | "addended" | "corrected" */
  report: z.object({ state: z.string(), signedAt: Ms.nullable() }),
  /** "none" | "open" | "acknowledged" */
  criticalState: z.string(),
  /** Somebody asked for a subspecialist: at the head of its lane until it is signed. */
  escalation: z.object({ by: z.string(), at: Ms, note: z.string() }).optional(),
  priors: z.number().int(),
  isDemo: z.boolean(),
  /** Images that came after the signature and that nobody has looked at yet. */
  late: z.number().int().optional(),
  /** Its clock stands still: it waits for the hospital. */
  paused: z.literal(true).optional(),
});
export type WorklistRow = z.infer<typeof WorklistRow>;

/** ids: only these studies of the list, comma separated; one that is left out of the answer has left the list. */
export const WorklistQuery = z.object({ ids: z.string().max(8000).optional() });

/**
 * The list with the sequence number that it contains: subscribe to the group's topic, then apply "worklist.row" and "worklist.gone".
 * After a reconnect fetch it again. truncated: more studies are open than `rows` holds (the most urgent 5,000 are in it).
 */
export const WorklistSnapshot = z.object({
  serverNow: Ms,
  seq: z.number().int(),
  rows: z.array(WorklistRow),
  truncated: z.boolean(),
  /** Fresh copy of the session's `reader`: shifts begin and end while a list is open. */
  reader: ReaderScope.nullable(),
});
export type WorklistSnapshot = z.infer<typeof WorklistSnapshot>;

/** Payloads of the socket's events "worklist.row" and "worklist.gone" (the study left this list: it went to another group). */
export const WorklistRowEvent = z.object({ row: WorklistRow });
export type WorklistRowEvent = z.infer<typeof WorklistRowEvent>;
export const WorklistGoneEvent = z.object({ studyId: Id });
export type WorklistGoneEvent = z.infer<typeof WorklistGoneEvent>;

/** A lease on a study. Every write to it carries the fence; send "claim.renew" every renewEveryMs. */
export const Claim = z.object({
  studyId: Id,
  fence: z.number().int(),
  until: Ms,
  renewEveryMs: z.number().int(),
  /** What the reader may sign it as. */
  readType: z.enum(["preliminary", "final"]),
});
export type Claim = z.infer<typeof Claim>;

/** Answer to "next study". claim null: nothing is waiting that this reader may read; reason says so in a sentence. */
export const NextAnswer = z.object({ claim: Claim.nullable(), row: WorklistRow.nullable(), reason: z.string() });
export type NextAnswer = z.infer<typeof NextAnswer>;

export const ClaimAnswer = z.object({ claim: Claim, row: WorklistRow });
export type ClaimAnswer = z.infer<typeof ClaimAnswer>;
export const RowAnswer = z.object({ row: WorklistRow });
export type RowAnswer = z.infer<typeof RowAnswer>;

const Fence = z.number().int().positive();
const Note = z.string().trim().max(500).default("");
const Why = z.string().trim().min(3, "say why in a few words").max(500);

export const StudyParams = z.object({ id: Id });
export const RenewRequest = z.object({ studyId: Id, fence: Fence });

/** Why a study goes back to its pool, as a pick list. */
export const RETURN_REASONS = {
  subspecialty: "Needs another subspecialty",
  incomplete: "Images missing or not diagnostic",
  priors: "Waiting for priors or information",
  interrupted: "Called away",
  shift_end: "My shift ends",
  conflict: "I know the patient, or read it before",
  mistake: "Opened by mistake",
  other: "Other",
} as const;
export type ReturnReason = keyof typeof RETURN_REASONS;
const ReturnCode = z.enum(Object.keys(RETURN_REASONS) as [ReturnReason, ...ReturnReason[]]);

export const ReleaseRequest = z.object({ fence: Fence, reason: Note, code: ReturnCode.optional() });
export const FenceRequest = z.object({ fence: Fence });
/** To a pool of the group, or to one of its readers who may read the study. */
export const EscalateRequest = z
  .object({ fence: Fence, poolId: Id.optional(), toUserId: Id.optional(), note: Why })
  .refine((to) => (to.poolId === undefined) !== (to.toUserId === undefined), "name a pool or a person, not both");
export const HandOverRequest = z.object({ fence: Fence, toUserId: Id, note: Note });
export const TakeOverRequest = z.object({ reason: Note });
export const UrgencyRequest = z.object({ urgency: z.enum(URGENCIES), reason: Why });
export const ConfirmRequest = z.object({ reason: Why });
export const MatchRequest = z.object({ orderId: Id });
/** poolId: puts it into that pool by hand; left out: the rules decide anew (and a pool set by hand is forgotten). */
export const RerouteRequest = z.object({ poolId: Id.optional(), reason: Note });
export const BreakRequest = z.object({ onBreak: z.boolean() });

export const SeriesView = z.object({
  id: Id,
  seriesInstanceUid: z.string(),
  modality: z.string(),
  number: z.number().int().nullable(),
  description: z.string(),
  bodyPart: z.string(),
  instances: z.number().int(),
  /** The instance in the middle: what stands for the series in a thumbnail. */
  middleSopInstanceUid: z.string().nullable(),
});
export type SeriesView = z.infer<typeof SeriesView>;

export const OrderView = z.object({
  id: Id,
  accessionNumber: z.string(),
  procedure: z.string(),
  procedureCode: z.string(),
  priority: z.string(),
  patientClass: z.string(),
  patientLocation: z.string(),
  clinicalQuestion: z.string(),
  laterality: z.string(),
  referringName: z.string(),
  referringPhone: z.string(),
  orderedAt: Ms,
  scheduledAt: Ms.nullable(),
});
export type OrderView = z.infer<typeof OrderView>;

/** An earlier study of the same patient. impression: of its last signed report; "" where there is none. */
export const PriorView = z.object({
  studyId: Id,
  studyInstanceUid: z.string(),
  procedure: z.string(),
  modalities: z.array(z.string()),
  bodyPart: z.string(),
  studyAt: Ms.nullable(),
  /** YYYYMMDD where it was taken, as its images say it; "" unknown. The instant may be another day elsewhere. */
  studyDay: z.string(),
  instances: z.number().int(),
  series: z.array(SeriesView),
  reportState: z.string(),
  impression: z.string(),
  signedBy: z.string(),
  signedAt: Ms.nullable(),
});
export type PriorView = z.infer<typeof PriorView>;

/** Everything that the reading room and the preview show beside the images. */
export const StudyDetail = z.object({
  serverNow: Ms,
  seq: z.number().int(),
  row: WorklistRow,
  order: OrderView.nullable(),
  series: z.array(SeriesView),
  priors: z.array(PriorView),
  /** Set while the study is the caller's own. */
  myClaim: Claim.nullable(),
  /** May the caller claim it now, and if not, every reason in words. */
  mayClaim: z.boolean(),
  whyNot: z.array(z.string()),
  report: z.object({ id: Id, documentId: z.string(), state: z.string(), version: z.number().int() }).nullable(),
  /** Subscribe to this for everything that happens to the study. */
  topic: z.string(),
});
export type StudyDetail = z.infer<typeof StudyDetail>;

/** Whom a study may be handed to; reasons: why not. */
export const ColleaguesView = z.object({
  colleagues: z.array(
    PersonChip.extend({ title: z.string(), eligible: z.boolean(), onShift: z.boolean(), reasons: z.array(z.string()) }),
  ),
});
export type ColleaguesView = z.infer<typeof ColleaguesView>;

/** Pools that a study may be escalated to, with how many of their readers may read it now. */
export const EscalationPools = z.object({
  pools: z.array(
    z.object({ id: Id, name: z.string(), subspecialties: z.array(z.string()), readersNow: z.number().int() }),
  ),
});
export type EscalationPools = z.infer<typeof EscalationPools>;

/** What the caller holds, for the heartbeat of pages that have no list. */
export const HeldClaims = z.object({
  serverNow: Ms,
  claims: z.array(z.object({ studyId: Id, fence: z.number().int(), until: Ms, hold: z.boolean() })),
});
export type HeldClaims = z.infer<typeof HeldClaims>;

/** The study that "next" would most likely give now, in full, so that it can be loaded ahead; null where none waits. Claims nothing. */
export const LikelyRequest = z.object({ besides: z.array(Id).max(20).default([]) });
export const LikelyAnswer = z.object({ study: StudyDetail.nullable() });
export type LikelyAnswer = z.infer<typeof LikelyAnswer>;

/** Text that a study is looked for by: an identifier (accession number, MRN, Study Instance UID), a name, words of the procedure. */
export const StudySearch = z.object({ text: z.string().trim().min(2).max(200) });
export const StudyHit = z.object({
  studyId: Id,
  patientName: z.string(),
  mrn: z.string(),
  accessionNumber: z.string(),
  procedure: z.string(),
  modalities: z.array(z.string()),
  site: z.string(),
  studyAt: Ms.nullable(),
  reportState: z.string(),
  /** What of it fits the text. */
  by: z.enum(["accession", "mrn", "uid", "name", "procedure"]),
});
export type StudyHit = z.infer<typeof StudyHit>;
export const StudySearchAnswer = z.object({ hits: z.array(StudyHit), more: z.boolean() });
export type StudySearchAnswer = z.infer<typeof StudySearchAnswer>;

/** Orders of the hospital that may be the study's, the likeliest first. likeness: what agrees, in words. */
export const OrderCandidates = z.object({
  orders: z.array(
    OrderView.extend({
      patientName: z.string(),
      mrn: z.string(),
      birthDate: z.string().nullable(),
      likeness: z.array(z.string()),
    }),
  ),
});
export type OrderCandidates = z.infer<typeof OrderCandidates>;
