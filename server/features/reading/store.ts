import type { Database } from "../../kernel/database.js";

/** What decides about the rooms of a study. */
export interface RoomStudy {
  readonly id: string;
  readonly hospitalId: string;
  readonly siteId: string;
  readonly groupId: string | null;
  readonly patientId: string | null;
  readonly claimState: string;
  readonly claimedBy: string | null;
  readonly claimFence: number;
  readonly claimedByName: string | null;
  readonly reportState: string;
}

export async function roomStudy(db: Database, studyId: string): Promise<RoomStudy | null> {
  const { rows } = await db.pool.query<RoomStudy>({
    name: "room_study",
    text: `SELECT s.id, s.organisation_id AS "hospitalId", s.site_id AS "siteId", s.group_id AS "groupId", s.patient_id AS "patientId",
        s.claim_state AS "claimState", s.claimed_by AS "claimedBy", s.claim_fence AS "claimFence", u.display_name AS "claimedByName",
        s.report_state AS "reportState"
      FROM study s LEFT JOIN user_account u ON u.id = s.claimed_by WHERE s.id = $1`,
    values: [studyId],
  });
  return rows[0] ?? null;
}

export async function colourOf(db: Database, userId: string): Promise<string | null> {
  const { rows } = await db.pool.query<{ colour: string }>({
    name: "user_colour",
    text: "SELECT colour FROM user_account WHERE id = $1",
    values: [userId],
  });
  return rows[0]?.colour ?? null;
}
