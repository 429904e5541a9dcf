import { CriticalView } from "@readroom/shared/contract/http/critical.js";
import type { Contact, Critical } from "@readroom/shared/domain/critical.js";
import { rung } from "@readroom/shared/domain/critical.js";
import type { Database, Tx } from "../../kernel/database.js";

export interface FindingRow {
  readonly id: string;
  readonly studyId: string;
  readonly organisationId: string;
  readonly siteId: string;
  readonly groupId: string | null;
  readonly patientId: string | null;
  readonly finding: string;
  readonly raisedBy: string;
  readonly raisedByName: string;
  readonly critical: Critical;
}

export interface StudyForCritical {
  readonly id: string;
  readonly organisationId: string;
  readonly siteId: string;
  readonly groupId: string | null;
  readonly patientId: string | null;
  readonly referringName: string;
  readonly referringPhone: string;
  readonly referringUserId: string | null;
}

export async function studyForCritical(tx: Tx, studyId: string): Promise<StudyForCritical | null> {
  const rows = await tx.$queryRaw<StudyForCritical[]>`
    SELECT s.id, s.organisation_id AS "organisationId", s.site_id AS "siteId", s.group_id AS "groupId", s.patient_id AS "patientId",
      coalesce(nullif(o.referring_name, ''), s.referring_name) AS "referringName", coalesce(o.referring_phone, '') AS "referringPhone",
      (SELECT u.id FROM user_account u WHERE u.organisation_id = s.organisation_id AND u.physician_number = nullif(o.referring_number, '')
        AND u.disabled_at IS NULL) AS "referringUserId"
    FROM study s LEFT JOIN imaging_order o ON o.id = s.order_id WHERE s.id = ${studyId}::uuid`;
  return rows[0] ?? null;
}

/** The ordering physician first, where the order names one, then the site's ladder. */
export async function ladderOf(tx: Tx, study: StudyForCritical): Promise<Contact[]> {
  const rungs = await tx.escalationContact.findMany({ where: { siteId: study.siteId }, orderBy: { position: "asc" } });
  const ladder: Contact[] = rungs.map(({ id, name, role, phone, userId }) => ({ id, name, role, phone, userId }));
  if (study.referringName === "") return ladder;
  const ordering = {
    id: null,
    name: study.referringName,
    role: "Ordering physician",
    phone: study.referringPhone,
    userId: study.referringUserId,
  };
  return [ordering, ...ladder.filter((contact) => contact.userId === null || contact.userId !== study.referringUserId)];
}

/** Takes the finding's row for this transaction: two people's acknowledgements queue up instead of overwriting each other. */
export async function lockFinding(tx: Tx, id: string): Promise<FindingRow | null> {
  const rows = await tx.$queryRaw<RawFinding[]>`
    SELECT f.*, s.site_id, s.group_id, s.patient_id FROM critical_finding f JOIN study s ON s.id = f.study_id WHERE f.id = ${id}::uuid FOR UPDATE OF f`;
  return rows[0] ? toFinding(rows[0]) : null;
}

export async function dueFindings(db: Database, now: Date): Promise<string[]> {
  const rows = await db.prisma.criticalFinding.findMany({
    where: { state: { not: "closed" }, nextEscalationAt: { lte: now } },
    select: { id: true },
    orderBy: { nextEscalationAt: "asc" },
    take: 100,
  });
  return rows.map((row) => row.id);
}

export async function insertFinding(
  tx: Tx,
  study: StudyForCritical,
  raised: Extract<Critical, { state: "notifying" }>,
  more: { finding: string; raisedBy: string; raisedByName: string; step: number },
): Promise<string> {
  const row = await tx.criticalFinding.create({
    data: {
      studyId: study.id,
      organisationId: study.organisationId,
      category: raised.category,
      finding: more.finding,
      state: raised.state,
      raisedBy: more.raisedBy,
      raisedByName: more.raisedByName,
      raisedAt: new Date(raised.raisedAt),
      dueAt: new Date(raised.dueAt),
      step: more.step,
      nextEscalationAt: new Date(raised.nextEscalationAt),
    },
  });
  return row.id;
}

/** Writes the state; what an earlier state recorded (who was reached, what was read back) stays in its columns. */
export async function saveCritical(tx: Tx, id: string, critical: Critical): Promise<void> {
  const common = { state: critical.state, version: { increment: 1 } };
  switch (critical.state) {
    case "notifying":
      await tx.criticalFinding.update({
        where: { id },
        data: { ...common, step: critical.step, nextEscalationAt: new Date(critical.nextEscalationAt) },
      });
      return;
    case "reached":
      await tx.criticalFinding.update({
        where: { id },
        data: {
          ...common,
          nextEscalationAt: new Date(critical.nextEscalationAt),
          reachedAt: new Date(critical.at),
          reachedName: critical.by.name,
        },
      });
      return;
    case "read_back":
      await tx.criticalFinding.update({
        where: { id },
        data: {
          ...common,
          nextEscalationAt: new Date(critical.nextEscalationAt),
          readBackAt: new Date(critical.at),
          readBackText: critical.text,
        },
      });
      return;
    case "closed": {
      const { closed } = critical;
      const at = new Date(closed.at);
      await tx.criticalFinding.update({
        where: { id },
        data: {
          ...common,
          nextEscalationAt: null,
          closedAt: at,
          ...(closed.how === "acknowledged"
            ? {
                acknowledgedAt: at,
                acknowledgedName: `${closed.by.name}${closed.by.role ? `, ${closed.by.role}` : ""}`,
              }
            : { closeReason: closed.reason }),
        },
      });
    }
  }
}

export interface NewStep {
  readonly kind:
    | "raised"
    | "notified"
    | "escalated"
    | "linked"
    | "joined"
    | "reached"
    | "read_back"
    | "acknowledged"
    | "withdrawn"
    | "note";
  readonly contact?: Contact | null;
  readonly channel?: string;
  readonly note?: string;
  readonly byName?: string;
  readonly linkId?: string;
}

export async function appendStep(tx: Tx, findingId: string, at: number, step: NewStep): Promise<void> {
  await tx.criticalStep.create({
    data: {
      findingId,
      at: new Date(at),
      kind: step.kind,
      contactId: step.contact?.id ?? null,
      contactName: step.contact?.name ?? "",
      channel: step.channel ?? "",
      note: step.note ?? "",
      byName: step.byName ?? "",
      linkId: step.linkId ?? null,
    },
  });
}

/** study.critical_state shows the loudest of a study's loops on the worklist; this feature alone writes it. */
export async function showOnStudy(tx: Tx, studyId: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE study SET critical_state = CASE
        WHEN EXISTS (SELECT 1 FROM critical_finding f WHERE f.study_id = study.id AND f.state <> 'closed') THEN 'open'
        WHEN EXISTS (SELECT 1 FROM critical_finding f WHERE f.study_id = study.id AND f.acknowledged_at IS NOT NULL) THEN 'acknowledged'
        ELSE 'none' END,
      version = version + 1
    WHERE id = ${studyId}::uuid`;
}

export async function criticalView(tx: Tx, id: string): Promise<CriticalView | null> {
  const row = await tx.criticalFinding.findUnique({ where: { id }, include: { steps: { orderBy: { at: "asc" } } } });
  if (!row) return null;
  const study = await studyForCritical(tx, row.studyId);
  const ladder = study ? await ladderOf(tx, study) : [];
  const ms = (date: Date | null): number | null => date?.getTime() ?? null;
  return CriticalView.parse({
    ...row,
    raisedAt: row.raisedAt.getTime(),
    dueAt: row.dueAt.getTime(),
    nextEscalationAt: ms(row.nextEscalationAt),
    current: row.state === "closed" ? null : (ladder[rung(row.step, ladder.length)] ?? null),
    ladder,
    reachedAt: ms(row.reachedAt),
    readBackAt: ms(row.readBackAt),
    acknowledgedAt: ms(row.acknowledgedAt),
    steps: row.steps.map((step) => ({ ...step, at: step.at.getTime() })),
  });
}

interface RawFinding {
  id: string;
  study_id: string;
  organisation_id: string;
  site_id: string;
  group_id: string | null;
  patient_id: string | null;
  category: Critical["category"];
  finding: string;
  state: string;
  raised_by: string;
  raised_by_name: string;
  raised_at: Date;
  due_at: Date;
  step: number;
  next_escalation_at: Date | null;
  reached_at: Date | null;
  reached_name: string | null;
  read_back_text: string | null;
  read_back_at: Date | null;
  acknowledged_at: Date | null;
  acknowledged_name: string | null;
  closed_at: Date | null;
  close_reason: string | null;
}

function toFinding(row: RawFinding): FindingRow {
  return {
    id: row.id,
    studyId: row.study_id,
    organisationId: row.organisation_id,
    siteId: row.site_id,
    groupId: row.group_id,
    patientId: row.patient_id,
    finding: row.finding,
    raisedBy: row.raised_by,
    raisedByName: row.raised_by_name,
    critical: toCritical(row),
  };
}

function toCritical(row: RawFinding): Critical {
  const base = { category: row.category, raisedAt: row.raised_at.getTime(), dueAt: row.due_at.getTime() };
  const open = { ...base, step: row.step, nextEscalationAt: row.next_escalation_at?.getTime() ?? 0 };
  const by = { name: row.reached_name ?? "", role: "" };
  switch (row.state) {
    case "notifying":
      return { ...open, state: "notifying" };
    case "reached":
      return { ...open, state: "reached", by, at: row.reached_at?.getTime() ?? 0 };
    case "read_back":
      return { ...open, state: "read_back", by, text: row.read_back_text ?? "", at: row.read_back_at?.getTime() ?? 0 };
    case "closed":
      return {
        ...base,
        state: "closed",
        closed: row.acknowledged_at
          ? {
              how: "acknowledged",
              by: { name: row.acknowledged_name ?? "", role: "" },
              at: row.acknowledged_at.getTime(),
              readBack: row.read_back_text,
            }
          : {
              how: "withdrawn",
              by: { name: row.raised_by_name, role: "" },
              at: row.closed_at?.getTime() ?? 0,
              reason: row.close_reason ?? "",
            },
      };
    default:
      throw new Error(`critical finding ${row.id} is in the unknown state ${row.state}`);
  }
}
