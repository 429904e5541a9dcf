import type { Role } from "@readroom/shared/domain/access.js";
import type { RoomRole } from "@readroom/shared/domain/room-role.js";
import { type Database, rawRows, type Tx } from "../../kernel/database.js";

/** One line of the room's list before it is decided what the person is. */
export interface ListedRow {
  readonly personId: string;
  readonly name: string;
  readonly guest: boolean;
  readonly role: RoomRole | null;
  readonly linkRole: RoomRole | null;
  readonly accountRoles: readonly Role[];
  readonly organisationId: string | null;
  readonly invitedByName: string;
  readonly invitedAt: Date | null;
  readonly enteredAt: Date | null;
  readonly out: boolean;
  readonly expiresAt: Date | null;
}

/** Everybody who was asked into the room or has been in it, and every link of the last 30 days, the newest first; at most 200. */
export async function listedPeople(db: Database, studyId: string): Promise<ListedRow[]> {
  const { rows } = await db.pool.query<ListedRow>({
    name: "room_list",
    text: `SELECT * FROM (
      SELECT m.person_id AS "personId", coalesce(u.display_name, m.name) AS name, false AS guest, m.role, NULL::text AS "linkRole",
        coalesce((SELECT array_agg(g.role) FROM role_grant g WHERE g.user_id = u.id), '{}') AS "accountRoles",
        u.organisation_id AS "organisationId", coalesce(by.display_name, '') AS "invitedByName", m.invited_at AS "invitedAt",
        m.entered_at AS "enteredAt", m.out_at IS NOT NULL AS out, NULL::timestamptz AS "expiresAt"
      FROM room_member m JOIN user_account u ON u.id::text = m.person_id LEFT JOIN user_account by ON by.id = m.invited_by
      WHERE m.study_id = $1
      UNION ALL
      SELECT l.id::text, l.guest_name, true, m.role, l.room_role, '{}', NULL, by.display_name, l.created_at,
        coalesce(m.entered_at, l.used_at),
        l.revoked_at IS NOT NULL OR m.out_at IS NOT NULL
          OR (l.used_at IS NULL AND l.expires_at <= now()) OR (l.used_at IS NOT NULL AND l.guest_session_expires_at <= now()),
        CASE WHEN l.used_at IS NULL THEN l.expires_at ELSE l.guest_session_expires_at END
      FROM join_link l JOIN user_account by ON by.id = l.created_by LEFT JOIN room_member m ON m.study_id = l.study_id AND m.person_id = l.id::text
      WHERE l.study_id = $1 AND l.created_at > now() - interval '30 days') listed
      ORDER BY coalesce("invitedAt", "enteredAt") DESC LIMIT 200`,
    values: [studyId],
  });
  return rows;
}

export interface InvitableRow {
  readonly userId: string;
  readonly name: string;
  readonly title: string;
  readonly organisation: string;
  readonly organisationId: string;
  readonly accountRoles: readonly Role[];
}

/** Readers of the group and physicians of the hospital who could come into the room, without `except`. */
export async function invitablePeople(db: Database, studyId: string, except: string): Promise<InvitableRow[]> {
  const { rows } = await db.pool.query<InvitableRow>({
    name: "room_invitable",
    text: `SELECT u.id AS "userId", u.display_name AS name, u.title, o.name AS organisation, o.id AS "organisationId",
        array_agg(g.role) AS "accountRoles"
      FROM study s JOIN user_account u ON u.organisation_id IN (s.organisation_id, s.group_id) AND u.disabled_at IS NULL
        JOIN organisation o ON o.id = u.organisation_id JOIN role_grant g ON g.user_id = u.id AND g.role IN ('radiologist', 'resident', 'referrer')
      WHERE s.id = $1 AND u.id <> $2
      GROUP BY u.id, o.id ORDER BY o.name, u.display_name LIMIT 300`,
    values: [studyId, except],
  });
  return rows;
}

export interface MemberChange {
  readonly studyId: string;
  readonly personId: string;
  readonly name: string;
  readonly role: RoomRole | null;
  readonly invitedBy: string | null;
  readonly out: boolean;
}

/** Writes what the person is from now on. An invitation keeps who was the first to ask. */
export async function putMember(tx: Tx, change: MemberChange): Promise<void> {
  await rawRows(
    tx,
    `INSERT INTO room_member (study_id, person_id, name, role, invited_by, invited_at, out_at)
     VALUES ($1::uuid, $2, $3, $4, $5::uuid, CASE WHEN $5::uuid IS NULL THEN NULL ELSE now() END, CASE WHEN $6::boolean THEN now() END)
     ON CONFLICT (study_id, person_id) DO UPDATE SET role = coalesce(excluded.role, room_member.role),
       invited_by = coalesce(room_member.invited_by, excluded.invited_by),
       invited_at = coalesce(room_member.invited_at, excluded.invited_at), out_at = excluded.out_at
     RETURNING 1 AS done`,
    [change.studyId, change.personId, change.name, change.role, change.invitedBy, change.out],
  );
}
