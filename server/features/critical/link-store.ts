import type { Category } from "@readroom/shared/domain/critical.js";
import type { RoomRole } from "@readroom/shared/domain/room-role.js";
import type { Database, Tx } from "../../kernel/database.js";

export interface LinkContext {
  readonly id: string;
  readonly studyId: string;
  readonly findingId: string | null;
  readonly organisationId: string;
  readonly groupId: string | null;
  readonly guestName: string;
  readonly guestRole: string;
  readonly roomRole: RoomRole;
  readonly usedAt: Date | null;
  readonly revokedAt: Date | null;
  readonly expiresAt: Date;
  readonly hospital: string;
  readonly caller: string;
  readonly callerTitle: string;
  readonly category: Category | null;
  readonly patientName: unknown;
  readonly birthDate: string | null;
  readonly sex: string | null;
  readonly procedure: string;
}

export async function linkContext(tx: Pick<Tx, "$queryRaw">, hash: string): Promise<LinkContext | null> {
  const rows = await tx.$queryRaw<LinkContext[]>`
    SELECT l.id, l.study_id AS "studyId", l.finding_id AS "findingId", s.organisation_id AS "organisationId", s.group_id AS "groupId",
      l.guest_name AS "guestName", l.guest_role AS "guestRole", l.room_role AS "roomRole", l.used_at AS "usedAt", l.revoked_at AS "revokedAt", l.expires_at AS "expiresAt",
      site.name AS hospital, u.display_name AS caller, u.title AS "callerTitle", f.category,
      coalesce(p.name, s.dicom_patient_name) AS "patientName", coalesce(p.birth_date, s.dicom_birth_date) AS "birthDate",
      coalesce(p.sex, s.dicom_sex) AS sex, coalesce(nullif(o.procedure_text, ''), s.description) AS procedure
    FROM join_link l JOIN study s ON s.id = l.study_id JOIN site ON site.id = s.site_id JOIN user_account u ON u.id = l.created_by
      LEFT JOIN critical_finding f ON f.id = l.finding_id LEFT JOIN patient p ON p.id = s.patient_id LEFT JOIN imaging_order o ON o.id = s.order_id
    WHERE l.hash = ${hash}`;
  return rows[0] ?? null;
}

/** Closes the links whose visit is over at `now`, and gives them; those that were over a day ago have no socket left to end. */
export async function endedVisits(
  tx: Pick<Tx, "$queryRaw">,
  now: Date,
): Promise<{ id: string; studyId: string; organisationId: string }[]> {
  return tx.$queryRaw`
    UPDATE join_link l SET revoked_at = ${now} FROM study s
    WHERE s.id = l.study_id AND l.revoked_at IS NULL AND l.used_at IS NOT NULL
      AND l.guest_session_expires_at <= ${now} AND l.guest_session_expires_at > ${new Date(now.getTime() - 24 * 3_600_000)}
    RETURNING l.id, l.study_id AS "studyId", s.organisation_id AS "organisationId"`;
}

export interface GuestContext {
  readonly studyId: string;
  readonly findingId: string | null;
  readonly organisationId: string;
  readonly guestName: string;
  readonly guestRole: string;
  readonly studyInstanceUid: string;
  readonly hospital: string;
  readonly patientId: string | null;
  readonly patientName: unknown;
  readonly birthDate: string | null;
  readonly sex: string | null;
  readonly mrn: string;
  readonly procedure: string;
  readonly caller: string;
}

export async function guestRow(db: Database, linkId: string): Promise<GuestContext | null> {
  const rows = await db.prisma.$queryRaw<GuestContext[]>`
    SELECT l.study_id AS "studyId", l.finding_id AS "findingId", s.organisation_id AS "organisationId", l.guest_name AS "guestName",
      l.guest_role AS "guestRole", s.study_instance_uid AS "studyInstanceUid", site.name AS hospital, s.patient_id AS "patientId",
      coalesce(p.name, s.dicom_patient_name) AS "patientName", coalesce(p.birth_date, s.dicom_birth_date) AS "birthDate",
      coalesce(p.sex, s.dicom_sex) AS sex, coalesce(p.mrn, s.dicom_patient_id) AS mrn,
      coalesce(nullif(o.procedure_text, ''), s.description) AS procedure, u.display_name AS caller
    FROM join_link l JOIN study s ON s.id = l.study_id JOIN site ON site.id = s.site_id JOIN user_account u ON u.id = l.created_by
      LEFT JOIN patient p ON p.id = s.patient_id LEFT JOIN imaging_order o ON o.id = s.order_id
    WHERE l.id = ${linkId}::uuid`;
  return rows[0] ?? null;
}
