import type { DeliveryView } from "@readroom/shared/contract/http/delivery.js";
import { readPageEnd } from "@readroom/shared/contract/http/page.js";
import { type Actor, visibleHospitals } from "@readroom/shared/domain/access.js";
import { actionsOn } from "@readroom/shared/domain/delivery.js";
import type pg from "pg";
import { type DeliveryRow, stateOf } from "./store.js";

type Row = Omit<DeliveryRow, "host" | "port" | "siteCode"> & {
  readonly siteName: string;
  readonly reportId: string;
  readonly reportVersion: number;
  readonly reportKind: DeliveryView["reportKind"];
  readonly createdAt: Date;
  readonly heldBack: boolean;
};

const UNSETTLED = (alias: string) =>
  `NOT (${alias}.attempt = 'gave_up' OR (${alias}.attempt = 'sent' AND ${alias}.receipt = 'accepted'))`;

/** Deliveries of hospitals and sites that the actor sees, newest first; null where one id is asked for and not seen. */
export async function listDeliveries(
  pool: pg.Pool,
  actor: Actor,
  filter: {
    id?: string;
    studyId?: string | undefined;
    siteId?: string | undefined;
    open?: boolean | undefined;
    before?: string | undefined;
    limit: number;
  },
): Promise<DeliveryView[]> {
  const before = readPageEnd(filter.before);
  const sites = actor.kind === "user" || actor.kind === "machine" ? actor.siteIds : null;
  const { rows } = await pool.query<Row>(
    `SELECT d.id, d.study_id AS "studyId", d.site_id AS "siteId", s.name AS "siteName", s.organisation_id AS "organisationId", d.kind, d.destination,
       d.control_id AS "controlId", d.attempt, d.receipt, d.attempts, d.next_attempt_at AS "nextAttemptAt", d.last_attempt_at AS "lastAttemptAt",
       d.last_error AS "lastError", d.accepted_at AS "acceptedAt", d.detail, d.created_at AS "createdAt", v.report_id AS "reportId", v.version AS "reportVersion",
       v.kind AS "reportKind", (${UNSETTLED("d")} AND EXISTS (SELECT 1 FROM delivery e WHERE e.ordering_key = d.ordering_key AND e.position < d.position
         AND ${UNSETTLED("e")})) AS "heldBack"
     FROM delivery d JOIN site s ON s.id = d.site_id JOIN report_version v ON v.id = d.report_version_id
     WHERE ($1::text[] IS NULL OR s.organisation_id::text = ANY($1)) AND ($2::text[] IS NULL OR d.site_id::text = ANY($2))
       AND ($3::text IS NULL OR d.id::text = $3) AND ($4::text IS NULL OR d.study_id::text = $4) AND ($5::text IS NULL OR d.site_id::text = $5)
       AND (NOT $6 OR ${UNSETTLED("d")}) AND ($7::timestamptz IS NULL OR (d.created_at, d.id) < ($7, $9::uuid))
     ORDER BY d.created_at DESC, d.id DESC LIMIT $8`,
    [
      visibleHospitals(actor),
      sites,
      filter.id ?? null,
      filter.studyId ?? null,
      filter.siteId ?? null,
      filter.open ?? false,
      before && new Date(before.at),
      filter.limit,
      before?.id ?? null,
    ],
  );
  return rows.map(viewOf);
}

function viewOf(row: Row): DeliveryView {
  const delivery = stateOf({ ...row, deduplicates: false, groupId: null });
  return {
    id: row.id,
    studyId: row.studyId,
    reportId: row.reportId,
    reportVersion: row.reportVersion,
    reportKind: row.reportKind,
    siteId: row.siteId,
    siteName: row.siteName,
    kind: row.kind,
    destination: row.destination,
    controlId: row.controlId,
    state: delivery.state,
    reason: row.lastError,
    attempts: row.attempts,
    nextAttemptAt: delivery.state === "waiting" ? delivery.nextAt : null,
    lastAttemptAt: row.lastAttemptAt?.getTime() ?? null,
    deliveredAt: row.acceptedAt?.getTime() ?? null,
    confirmedBy: delivery.state === "delivered" && delivery.by === "person" ? (row.detail.byName ?? null) : null,
    createdAt: row.createdAt.getTime(),
    heldBack: row.heldBack,
    actions: actionsOn(delivery),
  };
}
