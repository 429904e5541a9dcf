import { type Actor, visibleHospitals } from "@readroom/shared/domain/access.js";
import type pg from "pg";
import type { OrderContent, PatientName } from "./ports.js";
import { visibleSites } from "./store-views.js";

/** An order that a modality may still carry out. date, time: as DICOM's DA and TM, where the site is; scheduled, or ordered where nothing is scheduled. */
export interface ScheduledOrder
  extends Pick<
    OrderContent,
    | "accessionNumber"
    | "placerOrderNumber"
    | "fillerOrderNumber"
    | "procedureCode"
    | "procedureCodingSystem"
    | "procedureText"
    | "modality"
    | "patientLocation"
    | "clinicalQuestion"
    | "referringName"
  > {
  readonly id: string;
  readonly patientRow: string;
  readonly priority: string;
  readonly studyInstanceUid: string | null;
  readonly patientName: Partial<PatientName>;
  readonly patientId: string;
  readonly issuer: string;
  readonly birthDate: string | null;
  readonly sex: string | null;
  readonly date: string;
  readonly time: string;
}

/** Far more than a site has open; the latest of them. */
const MOST = 5_000;

/** Orders that wait for their images, of the sites that the actor sees, without those that are on hold; the soonest first. */
export async function scheduledOrders(pool: pg.Pool, actor: Actor): Promise<ScheduledOrder[]> {
  const { rows } = await pool.query<ScheduledOrder>(
    `SELECT * FROM (
       SELECT o.id, o.patient_id AS "patientRow", o.accession_number AS "accessionNumber", o.placer_order_number AS "placerOrderNumber",
         o.filler_order_number AS "fillerOrderNumber", o.procedure_code AS "procedureCode", o.procedure_coding_system AS "procedureCodingSystem",
         o.procedure_text AS "procedureText", o.modality, o.priority, o.patient_location AS "patientLocation", o.clinical_question AS "clinicalQuestion",
         o.study_instance_uid AS "studyInstanceUid", o.referring_name AS "referringName", p.name AS "patientName", p.mrn AS "patientId", p.issuer,
         p.birth_date AS "birthDate", p.sex, to_char(due.at AT TIME ZONE s.time_zone, 'YYYYMMDD') AS date, to_char(due.at AT TIME ZONE s.time_zone, 'HH24MISS') AS time
       FROM imaging_order o JOIN site s ON s.id = o.site_id JOIN patient p ON p.id = o.patient_id
         CROSS JOIN LATERAL (SELECT coalesce(o.scheduled_at, o.ordered_at) AS at) due
       WHERE ($1::text[] IS NULL OR s.organisation_id::text = ANY($1)) AND ($2::text[] IS NULL OR o.site_id::text = ANY($2))
         AND o.state = 'scheduled' AND NOT coalesce((o.detail->>'held')::boolean, false)
         AND NOT EXISTS (SELECT 1 FROM study y WHERE y.order_id = o.id AND y.instances_received > 0)
       ORDER BY due.at DESC LIMIT ${MOST}) latest
     ORDER BY date, time, id`,
    [visibleHospitals(actor), visibleSites(actor)],
  );
  return rows;
}
