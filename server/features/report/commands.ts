import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import { reportDocument } from "@readroom/shared/contract/room.js";
import { readReportSpec } from "@readroom/shared/crdt/report.js";
import type { Actor } from "@readroom/shared/domain/access.js";
import { may } from "@readroom/shared/domain/access.js";
import { mayAddTo } from "@readroom/shared/domain/report.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import type * as Y from "yjs";
import { audit } from "../../kernel/audit.js";
import { sqlState } from "../../kernel/database.js";
import type { Deps } from "../../kernel/deps.js";
import { appendEvents } from "../../kernel/outbox.js";
import { studyTopics } from "../../kernel/topics.js";
import {
  type PersonOf,
  type RoomStudy,
  roomStudy,
  type SharedDocuments,
  subjectOf,
  whyNotWrite,
} from "../reading/public.js";
import {
  ADDENDUM_SECTIONS,
  type BroughtText,
  continuedDocument,
  correctionOf,
  filler,
  freshDocument,
} from "./drafts.js";
import { insertReport, lockReport, reportOf, setReport, setStudyReport, studyFacts } from "./store.js";
import { choose } from "./templates/choose.js";
import { templatesOf } from "./templates/store.js";

export const noStudy = (): Refusal => refusal("not_found", "There is no such study.");

/** The study, if this actor may read its report; a foreign one answers like an unknown one. */
export async function visibleStudy(deps: Deps, actor: Actor, studyId: string): Promise<RoomStudy | null> {
  const study = await roomStudy(deps.db, studyId);
  return study && may(actor, "report.read", subjectOf(study)) ? study : null;
}

export const topicsOfStudy = (study: RoomStudy): string[] =>
  studyTopics({ id: study.id, organisationId: study.hospitalId, groupId: study.groupId });

/** Begins the study's report with a template (the best fitting one where none is named). A second call finds the report begun. */
export async function beginReport(
  deps: Deps,
  documents: SharedDocuments,
  actor: Actor,
  studyId: string,
  templateId?: string,
  brought?: BroughtText,
): Promise<Result<undefined, Refusal>> {
  const study = await visibleStudy(deps, actor, studyId);
  if (!study) return err(noStudy());
  if (await reportOf(deps.db.pool, studyId)) return ok(undefined);
  const why = whyNotWrite(actor, study);
  if (why) return err(refusal("forbidden", why));
  const [templates, facts] = [
    await templatesOf(deps.db, study.groupId ?? "", actor.kind === "user" ? actor.userId : null),
    await studyFacts(deps.db, studyId),
  ];
  const template = templateId ? templates.find((one) => one.id === templateId) : choose(templates, facts);
  if (!template) return err(refusal("not_found", "There is no such template."));
  const spec = {
    v: 1,
    kind: "report",
    studyId,
    generation: 1,
    templateId: template.id,
    templateName: template.name,
    sections: template.sections,
  } as const;
  const document = freshDocument(spec, filler(facts), brought);
  try {
    await deps.db.pgTx(async (client) => {
      await documents.create(client, document);
      const reportId = await insertReport(client, { studyId, templateId: template.id, documentId: document.id });
      await setStudyReport(client, studyId, "draft", null);
      await audit(client, actor, [
        {
          action: "report.begin",
          organisationId: study.hospitalId,
          patientId: study.patientId,
          studyId,
          subject: reportId,
        },
      ]);
      await appendEvents(client, actor, [
        {
          stream: `report:${reportId}`,
          type: "report.begun",
          payload: { studyId, reportId, documentId: document.id },
          topics: topicsOfStudy(study),
        },
      ]);
    });
  } catch (error) {
    // Two who begin at once: one of them did.
    if (sqlState(error) !== "23505") throw error;
  }
  return ok(undefined);
}

/** Opens an addendum (empty) or a correction (the whole text) after a final signature. A second call finds it open. */
export async function beginAddition(
  deps: Deps,
  documents: SharedDocuments,
  actor: Actor,
  studyId: string,
  kind: "addendum" | "corrected",
): Promise<Result<undefined, Refusal>> {
  const study = await visibleStudy(deps, actor, studyId);
  const report = study ? await reportOf(deps.db.pool, studyId) : null;
  if (!study || !report) return err(refusal("not_found", "There is no report of this study."));
  const why = whyNotWrite(actor, study);
  if (why) return err(refusal("forbidden", why));
  if (!mayAddTo(report.state)) return err(refusal("conflict", "There is no final report yet that this could follow."));
  if (!report.documentFrozen) return ok(undefined);
  const generation = report.generation + 1;
  const next = await nextDocument(documents, report.documentId, studyId, generation, kind);
  if (!next) return err(refusal("not_found", "There is no report of this study."));
  await deps.db.pgTx(async (client) => {
    const locked = await lockReport(client, studyId);
    if (!locked?.documentFrozen || locked.generation !== report.generation) return;
    await documents.create(client, next);
    await setReport(client, report.id, {
      state: report.state,
      version: report.version,
      documentId: next.id,
      generation,
    });
    await audit(client, actor, [
      {
        action: `report.begin.${kind}`,
        organisationId: study.hospitalId,
        patientId: study.patientId,
        studyId,
        subject: report.id,
      },
    ]);
    await appendEvents(client, actor, [
      {
        stream: `report:${report.id}`,
        type: "report.begun",
        payload: { studyId, reportId: report.id, documentId: next.id, kind },
        topics: topicsOfStudy(study),
      },
    ]);
  });
  return ok(undefined);
}

async function nextDocument(
  documents: SharedDocuments,
  documentId: string,
  studyId: string,
  generation: number,
  kind: "addendum" | "corrected",
) {
  if (kind === "addendum") {
    const spec = {
      v: 1,
      kind,
      studyId,
      generation,
      templateId: null,
      templateName: "Addendum",
      sections: [...ADDENDUM_SECTIONS],
    } as const;
    return freshDocument({ ...spec, sections: [...spec.sections] }, (text) => text);
  }
  // A correction starts from the report's own text, not from an addendum's.
  for (let earlier = generation - 1; earlier > 0; earlier -= 1) {
    const found = await documents.read(
      earlier === generation - 1 ? documentId : reportDocument(studyId, earlier),
      (doc, personOf) => {
        const spec = readReportSpec(doc);
        return spec && spec.kind !== "addendum"
          ? continuedDocument(doc, correctionOf(spec, generation), peopleIn(doc, personOf))
          : null;
      },
    );
    if (found) return found;
  }
  return null;
}

/** The people of all client ids that have written in a document. */
export function peopleIn(doc: Y.Doc, personOf: PersonOf): { client: number; actorId: string; name: string }[] {
  return [...doc.store.clients.keys()].flatMap((client) => {
    const person = personOf(client);
    return person ? [{ client, actorId: person.actorId, name: person.name }] : [];
  });
}
