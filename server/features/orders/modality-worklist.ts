import { Tag } from "@readroom/shared/dicom/tags.js";
import { uidFromUuid } from "@readroom/shared/dicom/uid.js";
import { HOUR, type Instant } from "@readroom/shared/kernel/instant.js";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import { encodeIdentifier, type Identifier, type QueryRequest, wholeIdentifier } from "../archive/public.js";
import type { IngestSource } from "../ingest/public.js";
import { type ScheduledOrder, scheduledOrders } from "./store-worklist.js";
import { questionOf, stepOf, textOf } from "./worklist-matching.js";

type Attribute = Identifier[string];

const IMPLICIT_VR = "1.2.840.10008.1.2";
const PRIORITIES: Readonly<Record<string, string>> = { critical: "STAT", stat: "STAT", urgent: "HIGH" };
/** Longest LO, SH and LT, and group of a PN (PS3.5 §6.2), characters. */
const [MAX_LO, MAX_SH, MAX_LT] = [64, 16, 10_240];

const of = (vr: string, ...values: readonly unknown[]): Attribute => ({
  vr,
  ...(values.some((value) => value !== "" && value !== null) ? { Value: values } : {}),
});

const cut = (text: string, most: number): string => [...text].slice(0, most).join("").trim();
/** One line, of one value: no control characters, and no backslash, which would begin another. */
const line = (text: string): string => cut(text.replace(/[\p{Cc}\\]+/gu, " ").trim(), MAX_LO);
const lines = (text: string): string => cut(text.replace(/[^\P{Cc}\t\n\f\r]/gu, " "), MAX_LT);
/** Other than words, a number that does not fit is worse than none. */
const fitting = (...ids: readonly string[]): string | undefined =>
  ids.find((id) => id !== "" && id.length <= MAX_SH && !/[\p{Cc}\\]/u.test(id));

/**
 * An order as a Modality Worklist item (PS3.4 Table K.6-1). The hub knows no stations: the step is for whichever one asks. The Study
 * Instance UID, where its sender gave none, is made of the order's id: the same each time, and known again when images come with it.
 */
export function worklistItem(order: ScheduledOrder, station: string): Identifier {
  const groups = (["alphabetic", "ideographic", "phonetic"] as const).map((group) =>
    line(order.patientName[group] ?? ""),
  );
  const [Alphabetic = "", Ideographic = "", Phonetic = ""] = groups;
  const name = {
    ...(Alphabetic ? { Alphabetic } : {}),
    ...(Ideographic ? { Ideographic } : {}),
    ...(Phonetic ? { Phonetic } : {}),
  };
  const procedureId =
    fitting(order.fillerOrderNumber, order.accessionNumber) ??
    order.id.replaceAll("-", "").slice(0, MAX_SH).toUpperCase();
  const procedure = line(order.procedureText);
  const code = fitting(order.procedureCode);
  const scheme = fitting(order.procedureCodingSystem || "L");
  const step: Identifier = {
    [Tag.Modality]: of("CS", order.modality),
    [Tag.ScheduledStationAETitle]: of("AE", station),
    [Tag.ScheduledProcedureStepStartDate]: of("DA", order.date),
    [Tag.ScheduledProcedureStepStartTime]: of("TM", order.time),
    [Tag.ScheduledProcedureStepDescription]: of("LO", procedure),
    [Tag.ScheduledProcedureStepID]: of("SH", procedureId),
    [Tag.ScheduledProcedureStepStatus]: of("CS", "SCHEDULED"),
  };
  return {
    [Tag.AccessionNumber]: of("SH", order.accessionNumber),
    [Tag.ReferringPhysicianName]: of("PN", line(order.referringName)),
    [Tag.RequestingPhysician]: of("PN", line(order.referringName)),
    [Tag.PatientName]: { vr: "PN", ...(groups.some((group) => group !== "") ? { Value: [name] } : {}) },
    [Tag.PatientID]: of("LO", order.patientId),
    [Tag.IssuerOfPatientID]: of("LO", line(order.issuer)),
    [Tag.PatientBirthDate]: of("DA", order.birthDate?.length === 8 ? order.birthDate : ""),
    [Tag.PatientSex]: of("CS", order.sex ?? ""),
    [Tag.StudyInstanceUID]: of("UI", order.studyInstanceUid ?? uidFromUuid(order.id)),
    [Tag.RequestedProcedureDescription]: of("LO", procedure),
    [Tag.RequestedProcedureCodeSequence]: {
      vr: "SQ",
      ...(code === undefined || scheme === undefined
        ? {}
        : {
            Value: [
              {
                [Tag.CodeValue]: of("SH", code),
                [Tag.CodingSchemeDesignator]: of("SH", scheme),
                [Tag.CodeMeaning]: of("LO", procedure),
              },
            ],
          }),
    },
    [Tag.CurrentPatientLocation]: of("LO", line(order.patientLocation)),
    [Tag.ScheduledProcedureStepSequence]: { vr: "SQ", Value: [step] },
    [Tag.RequestedProcedureID]: of("SH", procedureId),
    [Tag.ReasonForTheRequestedProcedure]: of("LO", line(order.clinicalQuestion)),
    [Tag.RequestedProcedurePriority]: of("SH", PRIORITIES[order.priority] ?? "ROUTINE"),
    [Tag.RequestedProcedureComments]: of("LT", lines(order.clinicalQuestion)),
    [Tag.PlacerOrderNumberImagingServiceRequest]: of("LO", line(order.placerOrderNumber)),
    [Tag.FillerOrderNumberImagingServiceRequest]: of("LO", line(order.fillerOrderNumber)),
  };
}

/** What was asked for, of this item: an empty step sequence asks for all of the step (PS3.4 §C.2.2.2.6). */
export function answerItem(asked: Identifier, item: Identifier): Identifier {
  const answer: Record<string, Attribute> = {};
  for (const [tag, attribute] of Object.entries(asked)) {
    if (tag === Tag.SpecificCharacterSet) continue;
    const [wanted, step] = [stepOf({ [tag]: attribute }), stepOf(item)];
    if (step && wanted && Object.keys(wanted).length > 0) answer[tag] = { vr: "SQ", Value: [answerStep(wanted, step)] };
    else answer[tag] = item[tag] ?? { vr: attribute.vr };
  }
  return answer;
}

/** A modality is required of a step: that of an order which names none is the one that asks for it. */
function answerStep(wanted: Identifier, step: Identifier): Identifier {
  const modality = textOf(wanted[Tag.Modality]);
  const named = textOf(step[Tag.Modality]) !== "" || !/^[A-Z]{2,16}$/.test(modality);
  return answerItem(wanted, named ? step : { ...step, [Tag.Modality]: of("CS", modality) });
}

/** ASCII as it is; else in UTF-8, and said so. */
function encode(answer: Identifier, explicit: boolean): Buffer {
  const plain = encodeIdentifier(answer, explicit);
  if (plain.every((byte) => byte < 0x80)) return plain;
  return encodeIdentifier({ ...answer, [Tag.SpecificCharacterSet]: { vr: "CS", Value: ["ISO_IR 192"] } }, explicit);
}

/** Modality Worklist (PS3.4 Annex K): the orders of the asking device's site that no image has come for, the soonest first. */
export class ModalityWorklist {
  /** When a patient was last written down as given to a device: consoles ask every minute. */
  private readonly given = new Map<string, Instant>();

  constructor(private readonly deps: Deps) {}

  async *find(
    source: IngestSource,
    request: QueryRequest,
  ): AsyncGenerator<{ identifier: Buffer; unsupportedKeys: boolean }> {
    const asked = await wholeIdentifier(request);
    const question = questionOf(asked);
    const station = textOf(stepOf(asked)?.[Tag.ScheduledStationAETitle]);
    const title = /[*?]/.test(station) || station === "" ? (source.callingAe ?? "") : station;
    const found: { item: Identifier; patientId: string }[] = [];
    for (const order of await scheduledOrders(this.deps.db.pool, source.actor)) {
      const item = worklistItem(order, title);
      if (question.matches(item)) found.push({ item, patientId: order.patientRow });
    }
    await this.writeDown(
      source,
      found.map(({ patientId }) => patientId),
    );
    const explicit = request.transferSyntaxUid !== IMPLICIT_VR;
    for (const { item } of found)
      yield { identifier: encode(answerItem(asked, item), explicit), unsupportedKeys: question.unknown };
  }

  /** Each patient once an hour and device. */
  private async writeDown(source: IngestSource, patients: readonly string[]): Promise<void> {
    const now = this.deps.clock.now();
    for (const [key, at] of this.given) if (now - at >= HOUR) this.given.delete(key);
    const fresh = [...new Set(patients)].filter((patientId) => !this.given.has(`${source.label} ${patientId}`));
    if (fresh.length === 0) return;
    await audit(
      this.deps.db.pool,
      source.actor,
      fresh.map((patientId) => ({
        action: "order.list",
        organisationId: source.organisationId,
        patientId,
        detail: { by: "modality worklist" },
      })),
    );
    for (const patientId of fresh) this.given.set(`${source.label} ${patientId}`, now);
  }
}
