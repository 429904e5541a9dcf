import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import type { SignedReport, SignReport } from "@readroom/shared/contract/http/report.js";
import type { AnnotationRecord } from "@readroom/shared/crdt/annotation.js";
import { hashesOf, type ReportContent } from "@readroom/shared/crdt/report.js";
import { type Action, type Actor, may, type UserActor } from "@readroom/shared/domain/access.js";
import { isSecondReading, type ReportState, type SignKind, stateAfterSigning } from "@readroom/shared/domain/report.js";
import { MINUTE } from "@readroom/shared/kernel/instant.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import * as Y from "yjs";
import type { z } from "zod";
import { audit } from "../../kernel/audit.js";
import type { SqlClient, SqlPool } from "../../kernel/database.js";
import type { Deps } from "../../kernel/deps.js";
import { appendEvents } from "../../kernel/outbox.js";
import { type RoomStudy, type SharedDocuments, subjectOf, whyNotWrite } from "../reading/public.js";
import { noStudy, peopleIn, topicsOfStudy, visibleStudy } from "./commands.js";
import { marksOf, measurementsOf, type Rendered, recordedMarks, render } from "./content.js";
import { continuedDocument } from "./drafts.js";
import { checksOf, signFactsOf } from "./facts.js";
import * as store from "./store.js";

/** How long a password counts after it was typed; a log-in is one. */
export const STEP_UP_MS = 15 * MINUTE;

type Command = z.output<typeof SignReport>;
type Outcome = Result<SignedReport, Refusal>;

export const actionOfKind = (kind: SignKind): Action =>
  kind === "preliminary" ? "report.sign.preliminary" : "report.sign.final";

/**
 * Signs the report as it stands in the hub. Edits stop first and all accepted ones are committed; then the hub renders its own copy
 * and refuses unless it is to the letter what the signer saw. The immutable version, the frozen document, the state of report and
 * study, audit and event are one transaction. The same signature sent again gives the same version.
 */
export async function signReport(
  deps: Deps,
  documents: SharedDocuments,
  actor: Actor,
  studyId: string,
  command: Command,
): Promise<Outcome> {
  const study = await visibleStudy(deps, actor, studyId);
  const report = study ? await store.reportOf(deps.db.pool, studyId) : null;
  if (!study) return err(noStudy());
  if (!report) return err(refusal("not_found", "No report of this study has been begun."));
  if (actor.kind !== "user" || !may(actor, actionOfKind(command.kind), subjectOf(study))) {
    return err(refusal("forbidden", `Your role does not sign ${command.kind} reports.`));
  }
  const why = whyNotWrite(actor, study);
  if (why) return err(refusal("forbidden", why));
  const repeated = await repeatOf(deps.db.pool, report, command);
  if (repeated) return ok(repeated);
  const typedAt = await store.steppedUpAt(deps.db, actor.sessionId);
  if (typedAt === null || deps.clock.now() - typedAt > STEP_UP_MS) {
    return err(refusal("step_up_required", "Confirm with your password that it is you who signs."));
  }
  const marks = await marksOf(documents, studyId);
  const measurements = measurementsOf(marks);
  const held = await documents.hold(report.documentId, async (doc, personOf) => {
    const { list } = await store.communicationsOf(deps.db.pool, studyId);
    const rendered = render(doc, personOf, measurements, list);
    const refused =
      (await pointsAgainst(deps, study, report, rendered, command)) ?? differenceFrom(rendered.content, command);
    if (refused) return { freeze: null, value: err(refused) };
    const next =
      command.kind === "preliminary"
        ? continuedDocument(doc, { ...rendered.spec, generation: report.generation + 1 }, peopleIn(doc, personOf))
        : null;
    const outcome = await deps.db.pgTx((client) =>
      write(client, {
        deps,
        documents,
        actor,
        study,
        report,
        command,
        rendered,
        marks,
        state: Y.encodeStateAsUpdate(doc),
        next,
      }),
    );
    return { freeze: outcome.ok ? `signed ${command.kind}` : null, value: outcome };
  });
  if (held === "busy") return err(refusal("conflict", "Somebody else is signing this report at this moment."));
  return held ?? err(refusal("not_found", "The report's document is not there."));
}

async function repeatOf(
  executor: SqlPool | SqlClient,
  report: store.ReportRow,
  command: Command,
): Promise<SignedReport | null> {
  const version = await store.versionWith(executor, report.id, command.hash, command.kind);
  if (!version) return null;
  const nextDocumentId = report.documentFrozen ? null : report.documentId;
  return {
    versionId: version.id,
    version: version.version,
    kind: version.kind,
    state: report.state,
    nextDocumentId,
    repeated: true,
  };
}

/** The patient is the one that the signer saw, nothing blocks, and every other point is confirmed. */
async function pointsAgainst(
  deps: Deps,
  study: RoomStudy,
  report: store.ReportRow,
  rendered: Rendered,
  command: Command,
): Promise<Refusal | null> {
  const facts = await signFactsOf(deps, deps.db.pool, study.id);
  if (facts.patient.identity !== command.patient) {
    return refusal(
      "conflict",
      "The study belongs to another patient, or the patient's data were changed, since you opened it.",
      {
        action: "Read the patient's banner again, then sign.",
        detail: { patient: facts.patient },
      },
    );
  }
  const late =
    command.imagesSeen === undefined
      ? await store.imagesSinceDraft(deps.db.pool, study.id, report.documentId)
      : Math.max(0, facts.instances - command.imagesSeen);
  const unconfirmed = checksOf(rendered, facts, late).filter(
    (check) => check.blocking || !command.confirm.includes(check.code),
  );
  if (unconfirmed.length === 0) return null;
  const blocked = unconfirmed.some((check) => check.blocking);
  return refusal("conflict", blocked ? "The report can't be signed as it stands." : "Please confirm before signing.", {
    action: blocked ? "Mend what is marked, then sign." : "Read each point, then sign again.",
    detail: { unconfirmed },
  });
}

function differenceFrom(content: ReportContent, command: Command): Refusal | null {
  const { hash, sections } = hashesOf(content);
  if (hash === command.hash) return null;
  const differs = content.sections
    .filter((section) => command.sections?.[section.key] !== sections[section.key])
    .map((section) => section.title);
  const where = command.sections && differs.length > 0 ? `: ${differs.join(", ")}` : "";
  return refusal("hash_mismatch", `The report has changed since you saw it${where}.`, {
    action: "Read it again, then sign.",
    detail: { differs: command.sections ? differs : [], hash },
  });
}

interface Signature {
  readonly deps: Deps;
  readonly documents: SharedDocuments;
  readonly actor: UserActor;
  readonly study: RoomStudy;
  readonly report: store.ReportRow;
  readonly command: Command;
  readonly rendered: Rendered;
  readonly marks: readonly AnnotationRecord[];
  readonly state: Uint8Array;
  readonly next: Parameters<SharedDocuments["create"]>[1] | null;
}

async function write(client: SqlClient, s: Signature): Promise<Outcome> {
  const { actor, command, study, rendered } = s;
  const claim = await store.lockStudy(client, study.id);
  const report = await store.lockReport(client, study.id);
  if (!report) return err(refusal("not_found", "The report is not there."));
  const repeated = await repeatOf(client, report, command);
  if (repeated) return ok(repeated);
  const state = stateAfterSigning(report.state, rendered.spec.kind, command.kind);
  if (!state.ok) return err(refusal("conflict", state.error));
  if (report.documentFrozen || report.documentId !== s.report.documentId)
    return err(refusal("frozen", "This draft is signed already.", { action: "Load the report anew." }));
  const stale = staleClaim(claim, actor, command);
  if (stale) return err(stale);
  const [previous] = await store.versionsOf(client, report.id);
  const second = isSecondReading(previous ?? null, actor.userId, command.kind);
  if (second && !command.review) {
    return err(
      refusal("conflict", `Grade the difference to what ${previous?.signedByName} signed.`, {
        action: "Agree, minor or major.",
        detail: { ungraded: previous?.version },
      }),
    );
  }
  const review =
    second && previous && command.review
      ? { ...command.review, ofVersion: previous.version, byName: actor.name }
      : null;
  return ok(await record(client, s, report, state.value, review));
}

/** Reports are signed by the one who holds the study; what follows a final one, by anybody of the group while nobody else holds it. */
function staleClaim(
  claim: { claimState: string; claimedBy: string | null; claimFence: number },
  actor: UserActor,
  command: Command,
): Refusal | null {
  const mine = claim.claimedBy === actor.userId;
  const addition = command.kind === "addendum" || command.kind === "corrected";
  if (claim.claimState === "held" && !mine)
    return refusal("stale_fence", "Somebody else holds this study now.", { action: "Ask for it to be handed over." });
  if (!addition && (claim.claimState !== "held" || !mine))
    return refusal("stale_fence", "You no longer hold this study.", { action: "Claim it again, then sign." });
  // After a final signature nobody holds the study: the frozen document and the hash guard an addition, there is no claim to be stale.
  if (!addition && claim.claimFence !== command.fence)
    return refusal("stale_fence", "Your claim is not the current one.", { action: "Load the study anew, then sign." });
  return null;
}

async function record(
  client: SqlClient,
  s: Signature,
  report: store.ReportRow,
  state: ReportState,
  review: store.NewVersion["review"],
): Promise<SignedReport> {
  const { deps, actor, command, study, rendered } = s;
  const now = deps.clock.now();
  const version = report.version + 1;
  const versionId = await store.insertVersion(client, {
    reportId: report.id,
    studyId: study.id,
    version,
    kind: command.kind,
    content: rendered.content,
    hash: command.hash,
    state: s.state,
    authors: rendered.authors,
    signedBy: actor.userId,
    signedByName: actor.name,
    signedAt: now,
    fence: command.fence,
    review,
    marks: recordedMarks(s.marks, s.rendered.content),
  });
  await store.freezeDocument(client, report.documentId, `signed ${command.kind}`, now);
  if (s.next) await s.documents.create(client, s.next);
  const documentId = s.next?.id ?? report.documentId;
  await store.setReport(client, report.id, {
    state,
    version,
    documentId,
    generation: report.generation + (s.next ? 1 : 0),
  });
  await store.setStudyReport(client, study.id, state, now);
  const payload = {
    studyId: study.id,
    reportId: report.id,
    versionId,
    version,
    kind: command.kind,
    state,
    signedBy: actor.userId,
    fence: command.fence,
    ...(review ? { grade: review.grade, gradedVersion: review.ofVersion } : {}),
  };
  await audit(client, actor, [
    {
      action: `report.sign.${command.kind}`,
      organisationId: study.hospitalId,
      patientId: study.patientId,
      studyId: study.id,
      subject: report.id,
      detail: { versionId, version, hash: command.hash, confirmed: command.confirm, ...(review ? { review } : {}) },
    },
  ]);
  await appendEvents(client, actor, [
    { stream: `report:${report.id}`, type: "report.signed", payload, topics: topicsOfStudy(study) },
  ]);
  return { versionId, version, kind: command.kind, state, nextDocumentId: s.next?.id ?? null, repeated: false };
}
