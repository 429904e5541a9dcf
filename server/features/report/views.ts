import type { ReportDraftView, ReportView } from "@readroom/shared/contract/http/report.js";
import { readReportSpec } from "@readroom/shared/crdt/report.js";
import { type Actor, may } from "@readroom/shared/domain/access.js";
import { mayAddTo, SIGN_KINDS, stateAfterSigning } from "@readroom/shared/domain/report.js";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import { type RoomStudy, type SharedDocuments, subjectOf, whyNotWrite } from "../reading/public.js";
import { factsView } from "./facts.js";
import { actionOfKind } from "./signing.js";
import { communicationsOf, type ReportRow, reportOf, studyFacts, versionsOf } from "./store.js";

/** The report as this person may see it. Reading it is written to the audit trail. */
export async function reportView(
  deps: Deps,
  documents: SharedDocuments,
  actor: Actor,
  study: RoomStudy,
): Promise<ReportView> {
  const report = await reportOf(deps.db.pool, study.id);
  if (!report) return notBegun(deps, study);
  await audit(deps.db.pool, actor, [
    {
      action: "report.read",
      organisationId: study.hospitalId,
      patientId: study.patientId,
      studyId: study.id,
      subject: report.id,
    },
  ]);
  const draft = report.documentFrozen ? null : await draftView(documents, actor, study, report);
  const critical = await communicationsOf(deps.db.pool, study.id);
  return {
    reportId: report.id,
    studyId: study.id,
    state: report.state,
    version: report.version,
    draft,
    facts: factsView(await studyFacts(deps.db, study.id), critical),
    communications: critical.list,
    canAdd: draft === null && mayAddTo(report.state) && whyNotWrite(actor, study) === null,
    versions: await versionsOf(deps.db.pool, report.id),
  };
}

async function draftView(
  documents: SharedDocuments,
  actor: Actor,
  study: RoomStudy,
  report: ReportRow,
): Promise<ReportDraftView | null> {
  const kind = await documents.read(report.documentId, (doc) => readReportSpec(doc)?.kind ?? null);
  if (!kind) return null;
  const whyNot = whyNotWrite(actor, study);
  const signAs = SIGN_KINDS.filter(
    (as) => stateAfterSigning(report.state, kind, as).ok && may(actor, actionOfKind(as), subjectOf(study)),
  );
  return {
    documentId: report.documentId,
    kind,
    generation: report.generation,
    canWrite: whyNot === null,
    whyNot,
    signAs: whyNot ? [] : signAs,
  };
}

async function notBegun(deps: Deps, study: RoomStudy): Promise<ReportView> {
  const critical = await communicationsOf(deps.db.pool, study.id);
  return {
    reportId: null,
    studyId: study.id,
    state: "none",
    version: 0,
    draft: null,
    facts: factsView(await studyFacts(deps.db, study.id), critical),
    communications: critical.list,
    canAdd: false,
    versions: [],
  };
}
