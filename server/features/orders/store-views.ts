import type { OrderView } from "@readroom/shared/contract/http/orders.js";
import { readPageEnd } from "@readroom/shared/contract/http/page.js";
import { type Actor, visibleHospitals } from "@readroom/shared/domain/access.js";
import type pg from "pg";

/** Sites that an actor's roles are limited to; null: all of the visible hospitals. */
export function visibleSites(actor: Actor): readonly string[] | null {
  switch (actor.kind) {
    case "user":
    case "machine":
      return actor.siteIds;
    case "device":
      return [actor.siteId];
    default:
      return null;
  }
}

type Row = Omit<OrderView, "scheduledAt" | "orderedAt" | "updatedAt" | "held" | "remarks" | "accessionFrom"> & {
  readonly detail: { held?: boolean; remarks?: OrderView["remarks"]; accessionFrom?: string };
  readonly scheduledAt: Date | null;
  readonly orderedAt: Date;
  readonly updatedAt: Date;
};

const SELECT = `
  SELECT o.id, o.site_id AS "siteId", s.name AS "siteName", o.state, o.source, o.accession_number AS "accessionNumber",
    o.placer_order_number AS "placerOrderNumber", o.filler_order_number AS "fillerOrderNumber",
    jsonb_build_object('id', p.id, 'mrn', p.mrn, 'issuer', p.issuer, 'name', p.name, 'birthDate', p.birth_date, 'sex', p.sex) AS patient,
    o.procedure_code AS "procedureCode", o.procedure_text AS "procedureText", o.modality, o.body_part AS "bodyPart", o.laterality, o.priority,
    o.patient_class AS "patientClass", o.patient_location AS "patientLocation", o.clinical_question AS "clinicalQuestion", o.detail,
    o.referring_name AS "referringName", o.referring_phone AS "referringPhone", o.study_instance_uid AS "studyInstanceUid",
    o.scheduled_at AS "scheduledAt", o.ordered_at AS "orderedAt", o.updated_at AS "updatedAt",
    coalesce((SELECT array_agg(y.id::text) FROM study y WHERE y.order_id = o.id), '{}') AS "studyIds"
  FROM imaging_order o JOIN site s ON s.id = o.site_id JOIN patient p ON p.id = o.patient_id`;

const VISIBLE = `($1::text[] IS NULL OR s.organisation_id::text = ANY($1)) AND ($2::text[] IS NULL OR o.site_id::text = ANY($2))`;

export async function listOrders(
  pool: pg.Pool,
  actor: Actor,
  filter: {
    siteId?: string | undefined;
    state?: string | undefined;
    waiting?: boolean | undefined;
    before?: string | undefined;
    limit: number;
  },
): Promise<OrderView[]> {
  const before = readPageEnd(filter.before);
  const { rows } = await pool.query<Row>(
    `${SELECT} WHERE ${VISIBLE} AND ($3::text IS NULL OR o.site_id::text = $3) AND ($4::text IS NULL OR o.state = $4)
       AND (NOT $5 OR (o.state = 'scheduled' AND NOT EXISTS (SELECT 1 FROM study y WHERE y.order_id = o.id)))
       AND ($6::timestamptz IS NULL OR (o.ordered_at, o.id) < ($6, $8::uuid))
     ORDER BY o.ordered_at DESC, o.id DESC LIMIT $7`,
    [
      visibleHospitals(actor),
      visibleSites(actor),
      filter.siteId ?? null,
      filter.state ?? null,
      filter.waiting ?? false,
      before && new Date(before.at),
      filter.limit,
      before?.id ?? null,
    ],
  );
  return rows.map(viewOf);
}

export async function orderById(pool: pg.Pool, actor: Actor, id: string): Promise<OrderView | undefined> {
  const { rows } = await pool.query<Row>(`${SELECT} WHERE ${VISIBLE} AND o.id::text = $3`, [
    visibleHospitals(actor),
    visibleSites(actor),
    id,
  ]);
  return rows[0] && viewOf(rows[0]);
}

/** Sites that an actor sees, for the order form. */
export async function sitesOf(pool: pg.Pool, actor: Actor): Promise<{ id: string; name: string; timeZone: string }[]> {
  const { rows } = await pool.query<{ id: string; name: string; timeZone: string }>(
    `SELECT s.id, s.name, s.time_zone AS "timeZone" FROM site s
     WHERE ($1::text[] IS NULL OR s.organisation_id::text = ANY($1)) AND ($2::text[] IS NULL OR s.id::text = ANY($2)) ORDER BY s.name`,
    [visibleHospitals(actor), visibleSites(actor)],
  );
  return rows;
}

function viewOf({ detail, ...row }: Row): OrderView {
  return {
    ...row,
    held: detail.held ?? false,
    remarks: detail.remarks ?? [],
    accessionFrom: detail.accessionFrom ?? "",
    scheduledAt: row.scheduledAt?.getTime() ?? null,
    orderedAt: row.orderedAt.getTime(),
    updatedAt: row.updatedAt.getTime(),
  };
}
