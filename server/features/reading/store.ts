import type { RoomRole } from "@readroom/shared/domain/room-role.js";
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
  readonly claimedByRoles: readonly string[];
  readonly reportState: string;
}

export async function roomStudy(db: Database, studyId: string): Promise<RoomStudy | null> {
  const { rows } = await db.pool.query<RoomStudy>({
    name: "room_study",
    text: `SELECT s.id, s.organisation_id AS "hospitalId", s.site_id AS "siteId", s.group_id AS "groupId", s.patient_id AS "patientId",
        s.claim_state AS "claimState", s.claimed_by AS "claimedBy", s.claim_fence AS "claimFence", u.display_name AS "claimedByName",
        coalesce((SELECT array_agg(g.role) FROM role_grant g WHERE g.user_id = s.claimed_by), '{}') AS "claimedByRoles",
        s.report_state AS "reportState"
      FROM study s LEFT JOIN user_account u ON u.id = s.claimed_by WHERE s.id = $1`,
    values: [studyId],
  });
  return rows[0] ?? null;
}

/** What the room knows of one person: the reader's word, and of a guest what the link says. */
export interface RoomMemberRow {
  readonly role: RoomRole | null;
  readonly outAt: Date | null;
  readonly linkRole: RoomRole | null;
}

/** personId: an account's id, or of a guest the link's. */
export async function memberOf(db: Database, studyId: string, personId: string): Promise<RoomMemberRow | null> {
  const { rows } = await db.pool.query<RoomMemberRow>({
    name: "room_member_of",
    text: `SELECT m.role, m.out_at AS "outAt", l.room_role AS "linkRole"
      FROM (SELECT $1::uuid AS study_id, $2::text AS person_id) k
      LEFT JOIN room_member m USING (study_id, person_id)
      LEFT JOIN join_link l ON l.study_id = k.study_id AND l.id::text = k.person_id
      WHERE m.person_id IS NOT NULL OR l.id IS NOT NULL`,
    values: [studyId, personId],
  });
  return rows[0] ?? null;
}

export async function noteEntered(db: Database, studyId: string, personId: string, name: string): Promise<void> {
  await db.pool.query({
    name: "room_member_entered",
    text: `INSERT INTO room_member (study_id, person_id, name, entered_at) VALUES ($1, $2, $3, now())
      ON CONFLICT (study_id, person_id) DO UPDATE SET entered_at = coalesce(room_member.entered_at, now()), name = excluded.name`,
    values: [studyId, personId, name],
  });
}

export async function colourOf(db: Database, userId: string): Promise<string | null> {
  const { rows } = await db.pool.query<{ colour: string }>({
    name: "user_colour",
    text: "SELECT colour FROM user_account WHERE id = $1",
    values: [userId],
  });
  return rows[0]?.colour ?? null;
}
