import { parseDateRange, parseTimeRange } from "@readroom/shared/dicom/date-time.js";
import { Tag } from "@readroom/shared/dicom/tags.js";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import { encodeIdentifier, type Identifier, IdentifierProblem, type QueryRequest } from "../archive/public.js";
import { type IngestSource, parseIdentifier } from "../ingest/public.js";
import { type ScheduledOrder, scheduledOrders } from "./store-worklist.js";

type Attribute = Identifier[string];

const IMPLICIT_VR = "1.2.840.10008.1.2";
/** Matched on (PS3.4 Table K.6-1: the required ones and what modalities ask for besides); others come back and narrow nothing. */
const TEXTS: ReadonlySet<string> = new Set([
  Tag.AccessionNumber,
  Tag.PatientID,
  Tag.IssuerOfPatientID,
  Tag.PatientSex,
  Tag.StudyInstanceUID,
  Tag.RequestedProcedureID,
  Tag.Modality,
  Tag.ScheduledProcedureStepID,
  Tag.ScheduledProcedureStepStatus,
]);
const WORDS: ReadonlySet<string> = new Set([
  Tag.ReferringPhysicianName,
  Tag.RequestedProcedureDescription,
  Tag.ScheduledProcedureStepDescription,
]);
const DATES: ReadonlySet<string> = new Set([Tag.PatientBirthDate, Tag.ScheduledProcedureStepStartDate]);
const PRIORITIES: Readonly<Record<string, string>> = { critical: "STAT", stat: "STAT", urgent: "HIGH" };
/** Longest LO and SH (PS3.5 §6.2): words are cut to it, numbers never. */
const [MAX_LO, MAX_SH] = [64, 16];

const of = (vr: string, ...values: readonly unknown[]): Attribute => ({
  vr,
  ...(values.some((value) => value !== "" && value !== null) ? { Value: values } : {}),
});

/** The Study Instance UID of an order whose sender gave none: of its id (PS3.5 §B.2), so the same each time it is asked for. */
export const studyUidOf = (orderId: string): string => `2.25.${BigInt(`0x${orderId.replaceAll("-", "")}`)}`;

/** An order as a Modality Worklist item (PS3.4 Table K.6-1). The hub knows no stations: the step is for whichever one asks. */
export function worklistItem(order: ScheduledOrder, station: string): Identifier {
  const { alphabetic = "", ideographic = "", phonetic = "" } = order.patientName;
  const name = {
    ...(alphabetic ? { Alphabetic: alphabetic } : {}),
    ...(ideographic ? { Ideographic: ideographic } : {}),
    ...(phonetic ? { Phonetic: phonetic } : {}),
  };
  const requested = [order.fillerOrderNumber, order.accessionNumber].find((id) => id !== "" && id.length <= MAX_SH);
  const code: Identifier = {
    [Tag.CodeValue]: of("SH", order.procedureCode),
    [Tag.CodingSchemeDesignator]: of("SH", order.procedureCodingSystem || "L"),
    [Tag.CodeMeaning]: of("LO", order.procedureText.slice(0, MAX_LO)),
  };
  const step: Identifier = {
    [Tag.Modality]: of("CS", order.modality),
    [Tag.ScheduledStationAETitle]: of("AE", station),
    [Tag.ScheduledProcedureStepStartDate]: of("DA", order.date),
    [Tag.ScheduledProcedureStepStartTime]: of("TM", order.time),
    [Tag.ScheduledProcedureStepDescription]: of("LO", order.procedureText.slice(0, MAX_LO)),
    [Tag.ScheduledProcedureStepID]: of("SH", requested ?? order.accessionNumber),
    [Tag.ScheduledProcedureStepStatus]: of("CS", "SCHEDULED"),
  };
  return {
    [Tag.AccessionNumber]: of("SH", order.accessionNumber),
    [Tag.ReferringPhysicianName]: of("PN", order.referringName),
    [Tag.RequestingPhysician]: of("PN", order.referringName),
    [Tag.PatientName]: { vr: "PN", ...(alphabetic || ideographic || phonetic ? { Value: [name] } : {}) },
    [Tag.PatientID]: of("LO", order.patientId),
    [Tag.IssuerOfPatientID]: of("LO", order.issuer),
    [Tag.PatientBirthDate]: of("DA", order.birthDate?.length === 8 ? order.birthDate : ""),
    [Tag.PatientSex]: of("CS", order.sex ?? ""),
    [Tag.StudyInstanceUID]: of("UI", order.studyInstanceUid ?? studyUidOf(order.id)),
    [Tag.RequestedProcedureDescription]: of("LO", order.procedureText.slice(0, MAX_LO)),
    [Tag.RequestedProcedureCodeSequence]: { vr: "SQ", ...(order.procedureCode === "" ? {} : { Value: [code] }) },
    [Tag.CurrentPatientLocation]: of("LO", order.patientLocation.slice(0, MAX_LO)),
    [Tag.ScheduledProcedureStepSequence]: { vr: "SQ", Value: [step] },
    [Tag.RequestedProcedureID]: of("SH", requested ?? order.accessionNumber),
    [Tag.ReasonForTheRequestedProcedure]: of("LO", order.clinicalQuestion.replace(/\s+/g, " ").slice(0, MAX_LO)),
    [Tag.RequestedProcedurePriority]: of("SH", PRIORITIES[order.priority] ?? "ROUTINE"),
    [Tag.RequestedProcedureComments]: of("LT", order.clinicalQuestion),
    [Tag.PlacerOrderNumberImagingServiceRequest]: of("LO", order.placerOrderNumber),
    [Tag.FillerOrderNumberImagingServiceRequest]: of("LO", order.fillerOrderNumber),
  };
}

/**
 * Does the item match what was asked (PS3.4 §K.4.1.1.3)? unknown: a key had a value and is not one that is matched on.
 * Throws {@link IdentifierProblem} where a date or time can't be read.
 */
export function matchItem(asked: Identifier, item: Identifier): { matches: boolean; unknown: boolean } {
  let unknown = false;
  for (const [tag, attribute] of Object.entries(asked)) {
    if (tag === Tag.SpecificCharacterSet || tag === Tag.ScheduledStationAETitle) continue;
    if (attribute.vr === "SQ") {
      const inner = tag === Tag.ScheduledProcedureStepSequence ? attribute.Value?.[0] : undefined;
      const step = item[tag]?.Value?.[0];
      if (inner === undefined || inner === null || step === undefined) continue;
      const within = matchItem(inner as Identifier, step as Identifier);
      unknown ||= within.unknown;
      if (!within.matches) return { matches: false, unknown };
      continue;
    }
    const wanted = textsOf(attribute).join("\\");
    if (wanted === "" || wanted === "*") continue;
    const found = textsOf(item[tag] ?? { vr: attribute.vr });
    if (DATES.has(tag) || tag === Tag.ScheduledProcedureStepStartTime) {
      if (!isWithin(tag, wanted, found[0] ?? "")) return { matches: false, unknown };
    } else if (tag === Tag.PatientName || WORDS.has(tag)) {
      const pattern = wildcard(wanted, "iu");
      if (!found.some((text) => pattern.test(text))) return { matches: false, unknown };
    } else if (!TEXTS.has(tag)) unknown = true;
    // A modality that the order does not name may be any.
    else if (!(tag === Tag.Modality && found.length === 0)) {
      const patterns = wanted.split("\\").map((one) => wildcard(one, "u"));
      if (!found.some((text) => patterns.some((pattern) => pattern.test(text)))) return { matches: false, unknown };
    }
  }
  return { matches: true, unknown };
}

function isWithin(tag: string, wanted: string, value: string): boolean {
  const range = DATES.has(tag) ? parseDateRange(wanted) : parseTimeRange(wanted);
  if (range === undefined) throw new IdentifierProblem(`not a range of ${DATES.has(tag) ? "dates" : "times"}: ${tag}`);
  const { from = "", to = "~" } = range;
  const comparable = DATES.has(tag) ? value : `${value.padEnd(6, "0")}.000000`;
  return value !== "" && comparable >= from && comparable <= to;
}

/** PS3.4 §C.2.2.2.4: `*` any, `?` one character. */
function wildcard(pattern: string, flags: string): RegExp {
  const escaped = pattern.trim().replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replace(/\*+/g, ".*").replaceAll("?", ".")}$`, flags);
}

/** The values as text; of a name each group by itself. */
function textsOf(attribute: Attribute): string[] {
  return (attribute.Value ?? []).flatMap((value) =>
    typeof value === "object" && value !== null
      ? Object.values(value as Record<string, string>)
      : value === null || value === undefined
        ? []
        : [String(value)],
  );
}

/** What was asked for, of this item: an empty step sequence asks for all of the step (PS3.4 §C.2.2.2.6). */
export function answerItem(asked: Identifier, item: Identifier): Identifier {
  const answer: Record<string, Attribute> = { [Tag.SpecificCharacterSet]: { vr: "CS", Value: ["ISO_IR 192"] } };
  for (const [tag, attribute] of Object.entries(asked)) {
    if (tag === Tag.SpecificCharacterSet) continue;
    const found = item[tag];
    const inner = attribute.vr === "SQ" ? (attribute.Value?.[0] as Identifier | undefined) : undefined;
    const step = found?.Value?.[0] as Identifier | undefined;
    if (tag === Tag.ScheduledProcedureStepSequence && step && inner && Object.keys(inner).length > 0) {
      const { [Tag.SpecificCharacterSet]: _, ...within } = answerItem(inner, step);
      answer[tag] = { vr: "SQ", Value: [within] };
    } else answer[tag] = found ?? { vr: attribute.vr };
  }
  return answer;
}

/** Modality Worklist (PS3.4 Annex K): the orders of the asking device's site that no image has come for, the soonest first. */
export async function* findScheduled(
  deps: Deps,
  source: IngestSource,
  request: QueryRequest,
): AsyncGenerator<{ identifier: Buffer; unsupportedKeys: boolean }> {
  const asked: Identifier = await parseIdentifier(request.identifier, request.transferSyntaxUid);
  const step = asked[Tag.ScheduledProcedureStepSequence]?.Value?.[0] as Identifier | undefined;
  const station = textsOf(step?.[Tag.ScheduledStationAETitle] ?? { vr: "AE" })[0] ?? "";
  const title = /[*?]/.test(station) || station === "" ? (source.callingAe ?? "") : station;
  const found: { item: Identifier; order: ScheduledOrder; unknown: boolean }[] = [];
  for (const order of await scheduledOrders(deps.db.pool, source.actor)) {
    const item = worklistItem(order, title);
    const { matches, unknown } = matchItem(asked, item);
    if (matches) found.push({ item, order, unknown });
  }
  const patients = new Set(found.map(({ order }) => order.patientRow));
  await audit(
    deps.db.pool,
    source.actor,
    [...patients].map((patientId) => ({
      action: "order.list",
      organisationId: source.organisationId,
      patientId,
      detail: { by: "modality worklist" },
    })),
  );
  const explicit = request.transferSyntaxUid !== IMPLICIT_VR;
  for (const { item, unknown } of found)
    yield { identifier: encodeIdentifier(answerItem(asked, item), explicit), unsupportedKeys: unknown };
}
