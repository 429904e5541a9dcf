import type { HubEvent } from "@readroom/shared/contract/down.js";
import { WhyView } from "@readroom/shared/contract/http/routing.js";
import {
  ClaimAnswer,
  ColleaguesView,
  EscalationPools,
  HeldClaims,
  NextAnswer,
  OrderCandidates,
  type ReturnReason,
  RowAnswer,
  StudyDetail,
  StudySearchAnswer,
  WorklistGoneEvent,
  WorklistRowEvent,
} from "@readroom/shared/contract/http/worklist.js";
import { LinesPage } from "@readroom/shared/contract/http/worklist-lines.js";
import { api } from "../../kernel/api";
import type { Change } from "./live-list";
import type { Line } from "./model";

export const loadPage = (after: string | null, signal: AbortSignal) =>
  api.get("/api/worklist/lines", LinesPage, { signal, query: { after } });

/** What an event means for the list; null for one that means nothing to it. */
export function changeOf(event: HubEvent): Change | null {
  if (event.type === "worklist.row") {
    const parsed = WorklistRowEvent.safeParse(event.payload);
    return parsed.success ? { type: "line", line: parsed.data.row } : null;
  }
  if (event.type === "worklist.gone") {
    const parsed = WorklistGoneEvent.safeParse(event.payload);
    return parsed.success ? { type: "gone", studyId: parsed.data.studyId } : null;
  }
  return null;
}

export const claim = async (studyId: string): Promise<Line> =>
  (await api.post(`/api/studies/${studyId}/claim`, ClaimAnswer)).row;

/** The study that was given, or why none was. */
export async function claimNext(): Promise<{ line: Line | null; reason: string }> {
  const { row, reason } = await api.post("/api/worklist/next", NextAnswer);
  return { line: row, reason };
}

export interface Return {
  code?: ReturnReason;
  reason?: string;
}

const command = async (studyId: string, name: string, body: unknown): Promise<Line> =>
  (await api.post(`/api/studies/${studyId}/${name}`, RowAnswer, body)).row;

export const release = (studyId: string, fence: number, why: Return = {}) =>
  command(studyId, "release", { fence, ...why });
export const holdStudy = (studyId: string, fence: number) => command(studyId, "hold", { fence });
export const resumeStudy = (studyId: string, fence: number) => command(studyId, "resume", { fence });
export const handOver = (studyId: string, fence: number, toUserId: string, note: string) =>
  command(studyId, "hand-over", { fence, toUserId, note });
export const escalate = (studyId: string, fence: number, to: { poolId: string } | { toUserId: string }, note: string) =>
  command(studyId, "escalate", { fence, ...to, note });
export const takeOver = async (studyId: string, reason: string): Promise<Line> =>
  (await api.post(`/api/studies/${studyId}/take-over`, ClaimAnswer, { reason })).row;

export const loadColleagues = (studyId: string, signal?: AbortSignal) =>
  api.get(`/api/studies/${studyId}/colleagues`, ColleaguesView, signal ? { signal } : {});
export const loadEscalationPools = (studyId: string, signal?: AbortSignal) =>
  api.get(`/api/studies/${studyId}/escalation-pools`, EscalationPools, signal ? { signal } : {});
export const loadHeld = (signal?: AbortSignal) => api.get("/api/worklist/held", HeldClaims, signal ? { signal } : {});

/** Asked in a body: what is typed may be a patient's name. */
export const findStudies = (text: string, signal?: AbortSignal) =>
  api.post("/api/studies/search", StudySearchAnswer, { text }, signal ? { signal } : {});

export const loadStudy = (studyId: string, signal?: AbortSignal) =>
  api.get(`/api/studies/${studyId}`, StudyDetail, signal ? { signal } : {});

export const loadWhy = (studyId: string, signal?: AbortSignal) =>
  api.get(`/api/studies/${studyId}/why`, WhyView, signal ? { signal } : {});

export const loadCandidates = (studyId: string, signal?: AbortSignal) =>
  api.get(`/api/studies/${studyId}/order-candidates`, OrderCandidates, signal ? { signal } : {});

export const matchToOrder = async (studyId: string, orderId: string): Promise<Line> =>
  (await api.post(`/api/studies/${studyId}/match`, RowAnswer, { orderId })).row;

export const confirmWithoutOrder = async (studyId: string, reason: string): Promise<Line> =>
  (await api.post(`/api/studies/${studyId}/confirm-without-order`, RowAnswer, { reason })).row;

/** Where a series' thumbnail is; null for one that has no picture (reports, key objects). */
export function thumbnailOf(studyInstanceUid: string, series: StudyDetail["series"][number]): string | null {
  if (!series.middleSopInstanceUid || ["SR", "KO", "PR", "DOC"].includes(series.modality)) return null;
  return `/dicomweb/studies/${studyInstanceUid}/series/${series.seriesInstanceUid}/instances/${series.middleSopInstanceUid}/thumbnail`;
}

/** The decision in full, a line a step. */
export function stepsOf(why: WhyView): string[] {
  return [
    ...(why.subspecialty ? [`Subspecialty ${why.subspecialty.value}: ${why.subspecialty.because}`] : []),
    ...(why.urgency ? [`Urgency ${why.urgency.value}: ${why.urgency.because.join("; ") || "nothing raised it"}`] : []),
    ...(why.pool ? [`Pool ${why.pool.name}: ${why.pool.because}`] : []),
    ...(why.clock ? [`Clock ${why.clock.minutes} min: ${why.clock.because}`] : []),
    ...why.rules.filter((rule) => rule.matched).map((rule) => `Rule “${rule.name}”: ${rule.because.join("; ")}`),
    ...(why.me && !why.me.eligible ? [`Not yours to read: ${why.me.reasons.join("; ")}`] : []),
  ];
}
