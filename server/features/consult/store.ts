import type { Database } from "../../kernel/database.js";

export interface ConsultStudy {
  readonly id: string;
  readonly organisationId: string;
  readonly siteId: string;
  readonly groupId: string | null;
  readonly patientId: string | null;
  readonly openFindingId: string | null;
}

export async function consultStudy(db: Database, studyId: string): Promise<ConsultStudy | null> {
  const { rows } = await db.pool.query<ConsultStudy>(
    `SELECT s.id, s.organisation_id AS "organisationId", s.site_id AS "siteId", s.group_id AS "groupId", s.patient_id AS "patientId",
       (SELECT f.id FROM critical_finding f WHERE f.study_id = s.id AND f.state <> 'closed' ORDER BY f.raised_at DESC LIMIT 1) AS "openFindingId"
     FROM study s WHERE s.id = $1`,
    [studyId],
  );
  return rows[0] ?? null;
}

export async function colourOf(db: Database, userId: string): Promise<string> {
  const user = await db.prisma.userAccount.findUnique({ where: { id: userId }, select: { colour: true } });
  return user?.colour ?? "#9aa5b1";
}

/** Is this somebody of the hospital that the study comes from, or of the group that reads it? */
export async function mayBeRung(db: Database, userId: string, study: ConsultStudy): Promise<boolean> {
  const { rows } = await db.pool.query(
    "SELECT 1 FROM user_account WHERE id = $1 AND disabled_at IS NULL AND organisation_id = ANY($2::uuid[])",
    [userId, [study.organisationId, ...(study.groupId ? [study.groupId] : [])]],
  );
  return rows.length > 0;
}

/** Consults that a crashed hub left open: their media is gone, so they have ended. */
export async function closeLeftOver(db: Database): Promise<void> {
  await db.pool.query("UPDATE consult SET ended_at = now() WHERE ended_at IS NULL");
}
