import { api } from "../../kernel/api";
import type { Line, Worklist } from "./model";
import { ClaimAnswer, StudyPreview, type WorklistRow, WorklistSnapshot } from "./wire";

/** The hub's row as the screens know it. */
export function lineOf(row: WorklistRow): Line {
  const claim: Line["claim"] =
    row.claim.state === "held"
      ? { state: "held", by: { id: row.claim.by.id, name: row.claim.by.name }, fence: row.claim.fence }
      : row.claim.state === "done"
        ? { state: "done", by: row.claim.by }
        : { state: "open" };
  return {
    ...row,
    claim,
    rule: row.deadlineRule,
    criticalOpen: row.criticalState !== "none" && row.criticalState !== "closed",
  };
}

export async function loadWorklist(signal?: AbortSignal): Promise<Worklist> {
  const snapshot = await api.get("/api/worklist", WorklistSnapshot, signal ? { signal } : {});
  return { lines: new Map(snapshot.rows.map((row) => [row.studyId, lineOf(row)])), seq: snapshot.seq };
}

/** The named studies as they are now; one that left the list is left out. */
export async function loadLines(ids: readonly string[]): Promise<Line[]> {
  const snapshot = await api.get("/api/worklist", WorklistSnapshot, { query: { ids: ids.join(",") } });
  return snapshot.rows.map(lineOf);
}

export async function claim(studyId: string): Promise<Line> {
  return lineOf((await api.post(`/api/studies/${studyId}/claim`, ClaimAnswer)).row);
}

export async function claimNext(): Promise<Line> {
  return lineOf((await api.post("/api/worklist/next", ClaimAnswer)).row);
}

export async function release(studyId: string, fence: number): Promise<Line> {
  return lineOf((await api.post(`/api/studies/${studyId}/release`, ClaimAnswer, { fence })).row);
}

/** What the preview shows. `thumbnail`: the address of a small rendered image, null where a series has none. */
export interface Preview {
  clinicalQuestion: string;
  /** Who asks, from where, in one line. */
  from: string;
  series: ReadonlyArray<{ uid: string; label: string; images: number; thumbnail: string | null }>;
  priors: ReadonlyArray<{ studyId: string; procedure: string; studyAt: number | null; impression: string | null }>;
  why: { sentence: string; steps: readonly string[] };
}

export async function loadPreview(line: Line, signal?: AbortSignal): Promise<Preview> {
  const study = await api.get(`/api/studies/${line.studyId}/preview`, StudyPreview, signal ? { signal } : {});
  const place = { E: "Emergency", I: "Inpatient", O: "Outpatient" }[study.patientClass] ?? "";
  return {
    clinicalQuestion: study.clinicalQuestion,
    from: [study.referrer.name, place, study.patientLocation, study.referrer.phone].filter(Boolean).join(" · "),
    series: study.series.map((series) => ({
      uid: series.seriesInstanceUid,
      label: series.description || `${series.modality} ${series.number ?? ""}`.trim(),
      images: series.images,
      thumbnail: series.middleSopInstanceUid
        ? `/dicomweb/studies/${line.studyInstanceUid}/series/${series.seriesInstanceUid}/instances/${series.middleSopInstanceUid}/thumbnail`
        : null,
    })),
    priors: study.priors,
    why: study.why,
  };
}
