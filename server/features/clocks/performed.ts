import { randomUUID } from "node:crypto";
import {
  decide,
  type PerformedSeries,
  type StepRefusal,
  type StepState,
} from "@readroom/shared/domain/performed-step.js";
import type { Instant } from "@readroom/shared/kernel/instant.js";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import { appendEvents } from "../../kernel/outbox.js";
import { type IngestSource, parseIdentifier } from "../ingest/public.js";
import { type Attributes, instantOf, items, text } from "./device-time.js";
import { compare } from "./skew.js";
import { siteOf } from "./store-skew.js";
import { insertStep, lockStep, type StepToSave, updateStep } from "./store-steps.js";

export interface StepRequest {
  readonly verb: "create" | "set";
  readonly sopInstanceUid: string;
  readonly transferSyntaxUid: string;
  readonly dataset: Buffer;
  readonly callingAe: string;
}
export interface StepAnswer {
  readonly status: number;
  readonly comment?: string;
  readonly errorId?: number;
  readonly sopInstanceUid: string;
}

const T = {
  status: "00400252",
  station: "00400241",
  startDate: "00400244",
  startTime: "00400245",
  endDate: "00400250",
  endTime: "00400251",
  scheduled: "00400270",
  discontinuation: "00400281",
  codeMeaning: "00080104",
  performedSeries: "00400340",
  seriesUid: "0020000E",
  images: "00081140",
  others: "00400220",
  instanceUid: "00081155",
  studyUid: "0020000D",
  accession: "00080050",
  modality: "00080060",
  offset: "00080201",
} as const;

/** Status and error id of a refusal (PS3.4 F.7.2.1.3, F.7.2.2.3). */
const REFUSALS: Readonly<Record<StepRefusal, { status: number; comment: string; errorId?: number }>> = {
  exists: { status: 0x0111, comment: "this performed procedure step exists already" },
  must_begin_in_progress: { status: 0x0106, comment: "a step is created IN PROGRESS" },
  unknown_state: { status: 0x0106, comment: "performed procedure step status is not one of the three" },
  not_there: { status: 0x0112, comment: "no such performed procedure step" },
  no_longer: { status: 0x0110, comment: "performed procedure step may no longer be updated", errorId: 0xa710 },
};
const MOST_SERIES = 2_000;
const MOST_INSTANCES = 100_000;
const UID = /^[0-9.]{1,64}$/;

/**
 * N-CREATE or N-SET of a Modality Performed Procedure Step (PS3.4 F.7.2): what the modality says that it did, and which images came of it.
 * The answer is given after commit. A step belongs to the hospital of its sender: another's is answered as unknown.
 */
export async function performStep(deps: Deps, source: IngestSource, request: StepRequest): Promise<StepAnswer> {
  const sopInstanceUid = request.sopInstanceUid || `2.25.${BigInt(`0x${randomUUID().replaceAll("-", "")}`)}`;
  if (!UID.test(sopInstanceUid)) return { status: 0x0106, comment: "not a UID", sopInstanceUid };
  const attributes = (await parseIdentifier(request.dataset, request.transferSyntaxUid)) as Attributes;
  const status = text(attributes, T.status) || undefined;
  return deps.db.pgTx(async (tx): Promise<StepAnswer> => {
    const current = await lockStep(tx, source.organisationId, sopInstanceUid);
    const command =
      request.verb === "create" ? ({ do: "create", status: status ?? "" } as const) : ({ do: "set", status } as const);
    const decided = decide(current, command);
    if (!decided.ok) return { ...REFUSALS[decided.error], sopInstanceUid };
    const site = await siteOf(tx, source.siteId);
    const now = deps.clock.now();
    const step = stepOf(attributes, request, decided.value, site?.timeZone ?? "UTC");
    const saved =
      current === null
        ? await insertStep(tx, { ...source, sopInstanceUid, now }, step)
        : await updateStep(tx, { ...source, sopInstanceUid, now }, step);
    await learn(deps, tx, source, request, step, now);
    await audit(tx, source.actor, [
      {
        action: `step.${request.verb}`,
        organisationId: source.organisationId,
        subject: sopInstanceUid,
        detail: { state: decided.value },
      },
    ]);
    const payload = {
      organisationId: source.organisationId,
      siteId: source.siteId,
      sopInstanceUid,
      state: decided.value,
      studyInstanceUid: saved.studyInstanceUid,
      accessionNumber: saved.accessionNumber,
    };
    await appendEvents(tx, source.actor, [
      { stream: `step:${sopInstanceUid}`, type: "step.changed", payload, topics: [] },
    ]);
    return { status: 0, sopInstanceUid };
  });
}

function stepOf(attributes: Attributes, request: StepRequest, state: StepState, timeZone: string): StepToSave {
  const offset = text(attributes, T.offset);
  const time = (date: string, clock: string) =>
    instantOf(text(attributes, date), text(attributes, clock), offset, timeZone);
  const [scheduled] = items(attributes, T.scheduled);
  const [why] = items(attributes, T.discontinuation);
  return {
    state,
    station: text(attributes, T.station) || (request.verb === "create" ? request.callingAe : ""),
    modality: text(attributes, T.modality),
    studyInstanceUid: scheduled ? text(scheduled, T.studyUid) : "",
    accessionNumber: scheduled ? text(scheduled, T.accession) : "",
    startedAt: time(T.startDate, T.startTime),
    endedAt: time(T.endDate, T.endTime),
    // N-SET replaces the sequence as a whole (PS3.4 F.7.2.2); left out: it stays.
    series: T.performedSeries in attributes ? seriesOf(attributes) : null,
    reason: why ? text(why, T.codeMeaning) : "",
  };
}

function seriesOf(attributes: Attributes): PerformedSeries[] {
  let left = MOST_INSTANCES;
  return items(attributes, T.performedSeries)
    .slice(0, MOST_SERIES)
    .map((series) => {
      const named = [...items(series, T.images), ...items(series, T.others)].map((one) => text(one, T.instanceUid));
      const instances = [...new Set(named.filter((uid) => UID.test(uid)))].slice(0, left);
      left -= instances.length;
      return { seriesInstanceUid: text(series, T.seriesUid), instances };
    })
    .filter(({ seriesInstanceUid }) => UID.test(seriesInstanceUid));
}

/** A step is told as it happens: its times are the device's clock beside ours. */
async function learn(
  deps: Deps,
  tx: Parameters<typeof compare>[1],
  source: IngestSource,
  request: StepRequest,
  step: StepToSave,
  now: Instant,
): Promise<void> {
  const said = request.verb === "create" ? step.startedAt : step.endedAt;
  if (said !== null)
    await compare(
      deps,
      tx,
      { siteId: source.siteId, device: step.station || request.callingAe, receivedAt: now },
      { kind: "step", behindMs: now - said },
    );
}
