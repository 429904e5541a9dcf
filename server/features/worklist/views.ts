import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import type { WhyView } from "@readroom/shared/contract/http/routing.js";
import type {
  ColleaguesView,
  OrderCandidates,
  StudyDetail,
  WorklistRow,
  WorklistSnapshot,
} from "@readroom/shared/contract/http/worklist.js";
import { type Actor, may, mayRole } from "@readroom/shared/domain/access.js";
import { RENEW_EVERY } from "@readroom/shared/domain/claim.js";
import { readingRight } from "@readroom/shared/domain/reading-right.js";
import { isIdentified } from "@readroom/shared/domain/study.js";
import { isoDate } from "@readroom/shared/domain/worklist-row.js";
import { DAY } from "@readroom/shared/kernel/instant.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import { topics } from "../../kernel/topics.js";
import { groupReaders } from "../roster/public.js";
import { explain, verdict } from "../routing/public.js";
import * as store from "./store.js";
import { orderOf, priorsOf, reportOf, seriesOf } from "./store-detail.js";
import { ON_A_LIST } from "./store-lines.js";
import { displayName, rowsOf, rowsWhere, topSeq } from "./store-rows.js";
import { orderCandidates } from "./store-triage.js";
import { mayActOn } from "./triage.js";

const NOT_FOUND = refusal("not_found", "There is no such study.");
const MOST_ROWS = 5000;

/** The group's list; `ids` narrows it to some studies. */
export async function worklist(
  deps: Deps,
  actor: Actor,
  ids: readonly string[] | null,
): Promise<Result<WorklistSnapshot, Refusal>> {
  if (actor.kind !== "user" || actor.organisationKind !== "reading_group")
    return err(refusal("forbidden", "The worklist belongs to a reading group."));
  const serverNow = deps.clock.now();
  const { pool } = deps.db;
  const seq = await topSeq(pool);
  const narrowed = ids ? " AND s.id = ANY ($3::uuid[])" : "";
  const values = [actor.organisationId, new Date(serverNow - DAY), ...(ids ? [ids] : [])];
  const [rows, readers] = await Promise.all([
    rowsWhere(pool, `s.group_id = $1::uuid AND ${ON_A_LIST}${narrowed}`, values, seq, { limit: MOST_ROWS }),
    groupReaders(pool, actor.organisationId, serverNow, actor.userId),
  ]);
  await audit(pool, actor, [
    { action: "worklist.read", organisationId: actor.organisationId, detail: { studies: rows.length } },
  ]);
  return ok({
    serverNow,
    seq,
    rows,
    truncated: rows.length === MOST_ROWS,
    reader: readers[0] ? sessionReader(readers[0].scope) : null,
  });
}

/** A hospital's open studies and those reported in the last 24 hours, at the sites that the actor may see. */
export async function hospitalRows(
  deps: Deps,
  actor: Actor,
  hospitalId: string,
): Promise<{ rows: WorklistRow[]; seq: number; truncated: boolean }> {
  const seq = await topSeq(deps.db.pool);
  const sites = actor.kind === "user" || actor.kind === "machine" ? actor.siteIds : null;
  const values = [hospitalId, new Date(deps.clock.now() - DAY), ...(sites ? [sites] : [])];
  const where = `s.organisation_id = $1::uuid AND ${ON_A_LIST}${sites ? " AND s.site_id = ANY ($3::uuid[])" : ""}`;
  const rows = await rowsWhere(deps.db.pool, where, values, seq, { limit: MOST_ROWS });
  return { rows, seq, truncated: rows.length === MOST_ROWS };
}

export function sessionReader(
  scope: Awaited<ReturnType<typeof groupReaders>>[number]["scope"],
): WorklistSnapshot["reader"] {
  return {
    ...scope,
    poolIds: [...scope.poolIds],
    subspecialties: [...scope.subspecialties],
    readTypes: [...scope.readTypes],
    jurisdictions: scope.jurisdictions.map((licence) => ({ ...licence })),
    privileges: scope.privileges.map((privilege) => ({ ...privilege, readTypes: [...privilege.readTypes] })),
  };
}

/** The study with its row, if the actor may see it; a foreign tenant's answers like an unknown one. */
async function visible(deps: Deps, actor: Actor, studyId: string, action: Parameters<typeof may>[1] = "study.read") {
  const study = await store.readStudy(deps.db.pool, studyId);
  if (!study || !may(actor, action, { hospitalId: study.organisationId, siteId: study.siteId, studyId })) return null;
  const seq = await topSeq(deps.db.pool);
  const row = (await rowsOf(deps.db.pool, [studyId], seq))[0];
  return row ? { study, row, seq } : null;
}

/** Everything beside the images. A look into a patient's chart: audited. */
export async function studyDetail(
  deps: Deps,
  actor: Actor,
  studyId: string,
  action: "study.read" | "study.preload" = "study.read",
): Promise<Result<StudyDetail, Refusal>> {
  const found = await visible(deps, actor, studyId);
  if (!found) return err(NOT_FOUND);
  const { study, row, seq } = found;
  const { pool } = deps.db;
  const [order, series, priors, report, mine] = await Promise.all([
    orderOf(pool, studyId),
    seriesOf(pool, [studyId]),
    priorsOf(pool, studyId),
    reportOf(pool, studyId),
    ownSide(deps, actor, study),
  ]);
  await audit(pool, actor, [{ action, organisationId: study.organisationId, studyId, patientId: study.patientId }]);
  return ok({
    serverNow: deps.clock.now(),
    seq,
    row,
    order,
    series: series.get(studyId) ?? [],
    // A guest was asked to one study, not to the patient's history.
    priors:
      actor.kind === "guest"
        ? []
        : priors.map((prior) => (mayRole(actor, "report.read") ? prior : { ...prior, impression: "" })),
    ...mine,
    report,
    topic: topics.study(studyId),
  });
}

type OwnSide = Pick<StudyDetail, "myClaim" | "mayClaim" | "whyNot">;

async function ownSide(deps: Deps, actor: Actor, study: store.ClaimableStudy): Promise<OwnSide> {
  const nothing = (whyNot: string[]): OwnSide => ({ myClaim: null, mayClaim: false, whyNot });
  if (actor.kind !== "user" || !mayRole(actor, "study.claim")) return nothing(["your role does not read studies"]);
  if (study.groupId !== actor.organisationId) return nothing(["it is not routed to your group"]);
  const now = deps.clock.now();
  const reader = (await groupReaders(deps.db.pool, study.groupId, now, actor.userId))[0];
  if (!reader) return nothing(["you have no reader's profile"]);
  const right = readingRight(reader.scope, study, now);
  const { claim } = study;
  if (claim.state === "held" && claim.by === actor.userId && claim.until > now) {
    const myClaim = {
      studyId: study.id,
      fence: claim.fence,
      until: claim.until,
      renewEveryMs: RENEW_EVERY,
      readType: right.readType,
    };
    return { myClaim, mayClaim: true, whyNot: [] };
  }
  const whyNot = [...verdict(reader, right, study.siteName).reasons];
  if (!isIdentified(study.matchState)) whyNot.push("it is not known yet whose study this is: no order fits it");
  if (claim.state === "held" && claim.until > now) whyNot.push(`${await store.nameOf(deps.db.pool, claim.by)} has it`);
  if (claim.state === "done") whyNot.push("it has been reported");
  return { myClaim: null, mayClaim: whyNot.length === 0, whyNot };
}

export async function why(deps: Deps, actor: Actor, studyId: string): Promise<Result<WhyView, Refusal>> {
  const found = await visible(deps, actor, studyId);
  if (!found) return err(NOT_FOUND);
  return ok(await explain(deps, actor, found.study));
}

/** The group's readers, those who may read the study first. */
export async function colleagues(deps: Deps, actor: Actor, studyId: string): Promise<Result<ColleaguesView, Refusal>> {
  const found = await visible(deps, actor, studyId);
  if (!found || actor.kind !== "user" || found.study.groupId !== actor.organisationId) return err(NOT_FOUND);
  const now = deps.clock.now();
  const readers = await groupReaders(deps.db.pool, actor.organisationId, now);
  const all = readers
    .filter((reader) => reader.userId !== actor.userId)
    .map((reader) => {
      const { userId: id, name, shortName, colour, title, scope } = reader;
      const { eligible, reasons } = verdict(reader, readingRight(scope, found.study, now), found.study.siteName);
      const onShift = scope.shift !== null && scope.shift.startsAt <= now && now < scope.shift.endsAt;
      return { id, name, shortName, colour, title, eligible, onShift, reasons };
    });
  return ok({ colleagues: all.sort((a, b) => Number(b.eligible) - Number(a.eligible)) });
}

export async function candidates(deps: Deps, actor: Actor, studyId: string): Promise<Result<OrderCandidates, Refusal>> {
  const found = await visible(deps, actor, studyId, "queue.read");
  if (!found || !mayActOn(actor, found.study, ["queue.read"])) return err(NOT_FOUND);
  const rows = await orderCandidates(deps.db.pool, studyId);
  await audit(deps.db.pool, actor, [
    { action: "order.candidates", organisationId: found.study.organisationId, studyId },
  ]);
  return ok({
    orders: rows.map(({ name, birthDate, sameAccession, sameMrn, sameBirthDate, sameModality, ...order }) => ({
      ...order,
      patientName: displayName(name),
      birthDate: isoDate(birthDate),
      likeness: [
        ...(sameAccession ? ["same accession number"] : []),
        ...(sameMrn ? ["same patient number"] : []),
        ...(sameBirthDate ? ["same birth date"] : []),
        ...(sameModality ? ["same modality"] : []),
      ],
    })),
  });
}
