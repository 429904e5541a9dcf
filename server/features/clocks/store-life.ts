import type { LifeEvent, LifeKind } from "@readroom/shared/domain/clock-life.js";
import { PAUSE_REASONS, type PauseReason } from "@readroom/shared/domain/clock-pause.js";
import { isIdentified } from "@readroom/shared/domain/study.js";
import type { Instant } from "@readroom/shared/kernel/instant.js";
import type pg from "pg";
import { rawRows, type Tx } from "../../kernel/database.js";
import { ms } from "./store.js";

type Reader = Tx | pg.PoolClient | pg.Pool;

interface Stored {
  readonly firstAt: Instant;
  readonly completeAt: Instant | null;
  readonly matchedAt: Instant | null;
  readonly matchState: string;
  readonly signedAt: Instant | null;
  readonly reportState: string;
}
type Told = {
  readonly at: Instant;
  readonly type: string;
  readonly payload: Record<string, unknown>;
  readonly name: string;
};
type Span = { readonly id: string; readonly from: Instant; readonly to: Instant | null };

const TOLD = [
  "study.matched",
  "study.unmatched",
  "study.confirmed",
  "study.routed",
  "study.claimed",
  "study.released",
  "study.claim_expired",
  "study.claim_finished",
];

/**
 * What happened to a study, in order, as the hub has it stored: claims, matches and routing from its events; images, signatures, pauses,
 * calls and deliveries from their own rows, which carry the times that everybody else is shown. Empty for an unknown study.
 */
export async function lifeEvents(db: Reader, studyId: string): Promise<LifeEvent[]> {
  const [study] = await rawRows<Stored>(
    db,
    `SELECT ${ms("first_instance_at")} AS "firstAt", ${ms("complete_at")} AS "completeAt", ${ms("matched_at")} AS "matchedAt",
       match_state AS "matchState", ${ms("signed_at")} AS "signedAt", report_state AS "reportState" FROM study WHERE id = $1::uuid`,
    [studyId],
  );
  if (!study) return [];
  const told = await toldOf(db, studyId);
  const events = [
    ...ofImages(study),
    ...ofMatch(study, told),
    ...told.flatMap(ofTold),
    ...(await ofPauses(db, studyId)),
    ...(await ofCriticals(db, studyId)),
    ...(await ofSignatures(db, studyId, study)),
    ...(await ofDeliveries(db, studyId)),
  ];
  // A stable sort: what bears the same time stays in the order of the list above.
  return [{ at: study.firstAt, type: "first_image" } as LifeEvent, ...events.sort((a, b) => a.at - b.at)];
}

function ofImages(study: Stored): LifeEvent[] {
  return study.completeAt === null ? [] : [{ at: study.completeAt, type: "complete" }];
}

/** Matched with the first image, unless events tell of it. */
function ofMatch(study: Stored, told: readonly Told[]): LifeEvent[] {
  const first = told.find(({ type }) => ["study.matched", "study.confirmed", "study.unmatched"].includes(type));
  if (first) return first.type === "study.unmatched" ? [{ at: study.firstAt, type: "identified" }] : [];
  return isIdentified(study.matchState) ? [{ at: study.matchedAt ?? study.firstAt, type: "identified" }] : [];
}

async function toldOf(db: Reader, studyId: string): Promise<Told[]> {
  return rawRows<Told>(
    db,
    `SELECT ${ms("o.at")} AS at, o.type, o.payload,
       coalesce((SELECT u.display_name FROM user_account u WHERE u.id::text = o.payload ->> 'by'),
         (SELECT l.name FROM pool l WHERE l.id::text = o.payload ->> 'poolId'), '') AS name
     FROM outbox o WHERE o.stream = $1 AND o.type = ANY ($2::text[]) ORDER BY o.version`,
    [`study:${studyId}`, TOLD],
  );
}

function ofTold({ at, type, payload, name }: Told): LifeEvent[] {
  switch (type) {
    case "study.matched":
    case "study.confirmed":
      return [{ at, type: "identified" }];
    case "study.unmatched":
      return [{ at, type: "unidentified" }];
    case "study.routed":
      return [payload.outcome === "routed" ? { at, type: "routed", pool: name } : { at, type: "unroutable" }];
    case "study.claimed":
      return [{ at, type: "claimed", by: { id: String(payload.by ?? ""), name }, fence: Number(payload.fence ?? 0) }];
    default:
      return [{ at, type: "released" }];
  }
}

async function ofPauses(db: Reader, studyId: string): Promise<LifeEvent[]> {
  const rows = await rawRows<Span & { reason: string }>(
    db,
    `SELECT id, reason, ${ms("began_at")} AS "from", ${ms("ended_at")} AS "to" FROM clock_pause WHERE study_id = $1::uuid`,
    [studyId],
  );
  return rows.flatMap(({ from, to, reason }) => [
    { at: from, type: "paused", reason: reasonOf(reason) } as const,
    ...(to === null ? [] : [{ at: to, type: "resumed" } as const]),
  ]);
}

const reasonOf = (text: string): PauseReason => PAUSE_REASONS.find((reason) => reason === text) ?? "call_back";

/** A call lasts until a clinician was reached and said so, or the finding was withdrawn. */
async function ofCriticals(db: Reader, studyId: string): Promise<LifeEvent[]> {
  const rows = await rawRows<Span>(
    db,
    `SELECT id, ${ms("raised_at")} AS "from", ${ms("coalesce(acknowledged_at, closed_at)")} AS "to" FROM critical_finding WHERE study_id = $1::uuid`,
    [studyId],
  );
  return rows.flatMap(({ id: findingId, from, to }) => [
    { at: from, type: "critical_raised", findingId } as const,
    ...(to === null ? [] : [{ at: to, type: "critical_settled", findingId } as const]),
  ]);
}

async function ofSignatures(db: Reader, studyId: string, study: Stored): Promise<LifeEvent[]> {
  const rows = await rawRows<{ at: Instant; kind: string }>(
    db,
    `SELECT ${ms("min(signed_at)")} AS at, kind FROM report_version WHERE study_id = $1::uuid AND kind IN ('preliminary', 'final') GROUP BY kind`,
    [studyId],
  );
  const signed = rows.map(({ at, kind }) => ({ at, type: kind === "final" ? "final" : "preliminary" }) as const);
  // A report that came from elsewhere has a signature and no version.
  const foreign = signed.length === 0 && study.signedAt !== null && study.reportState !== "preliminary";
  return foreign && study.signedAt !== null ? [{ at: study.signedAt, type: "final" }] : signed;
}

async function ofDeliveries(db: Reader, studyId: string): Promise<LifeEvent[]> {
  const rows = await rawRows<Span>(
    db,
    `SELECT id, ${ms("created_at")} AS "from", ${ms("accepted_at")} AS "to" FROM delivery
     WHERE study_id = $1::uuid AND (accepted_at IS NOT NULL OR attempt IN ('waiting', 'sending', 'sent', 'ambiguous'))`,
    [studyId],
  );
  return rows.flatMap(({ id: deliveryId, from, to }) => [
    { at: from, type: "delivery_begun", deliveryId } as const,
    ...(to === null ? [] : [{ at: to, type: "delivered", deliveryId } as const]),
  ]);
}

/** Keeps the attribution of a study that has its final report. */
export async function saveLife(
  tx: Reader,
  studyId: string,
  life: { from: Instant; to: Instant; spans: Record<LifeKind, number> },
): Promise<void> {
  await rawRows(
    tx,
    `INSERT INTO study_life (study_id, organisation_id, site_id, group_id, pool_id, from_at, to_at, spans)
     SELECT s.id, s.organisation_id, s.site_id, s.group_id, s.pool_id, $2::timestamptz, $3::timestamptz, $4::jsonb FROM study s WHERE s.id = $1::uuid
     ON CONFLICT (study_id) DO UPDATE SET from_at = excluded.from_at, to_at = excluded.to_at, spans = excluded.spans RETURNING 1 AS done`,
    [studyId, new Date(life.from), new Date(life.to), JSON.stringify(life.spans)],
  );
}

export interface AttributedGroup {
  readonly id: string;
  readonly name: string;
  readonly studies: number;
  readonly meanMs: number;
  readonly medianMs: number;
  readonly spans: Partial<Record<LifeKind, number>>;
}

const GROUPED = {
  site: { id: "f.site_id", name: "(SELECT t.name FROM site t WHERE t.id = f.site_id)" },
  pool: { id: "f.pool_id", name: "(SELECT l.name FROM pool l WHERE l.id = f.pool_id)" },
  contract: {
    id: "(SELECT c.id FROM contract c WHERE c.hospital_id = f.organisation_id AND c.group_id = f.group_id)",
    name: "(SELECT c.name FROM contract c WHERE c.hospital_id = f.organisation_id AND c.group_id = f.group_id)",
  },
} as const;

/** Means by kind over the studies reported since, per contract, site or pool; groupId or hospitalId say whose. */
export async function attributionSince(
  db: pg.Pool,
  by: keyof typeof GROUPED,
  whose: { groupId: string | null; hospitalId: string | null; siteIds: readonly string[] | null },
  since: Instant,
): Promise<AttributedGroup[]> {
  const { id, name } = GROUPED[by];
  return rawRows<AttributedGroup>(
    db,
    `WITH mine AS (
       SELECT coalesce(${id}::text, '') AS id, coalesce(${name}, 'none') AS name, f.study_id, f.spans, extract(epoch FROM f.to_at - f.from_at) * 1000 AS span
       FROM study_life f WHERE f.to_at >= $4 AND ($1::uuid IS NULL OR f.group_id = $1) AND ($2::uuid IS NULL OR f.organisation_id = $2)
         AND ($3::uuid[] IS NULL OR f.site_id = ANY ($3))),
     kinds AS (
       SELECT k.id, jsonb_object_agg(k.kind, k.mean) AS spans FROM (
         SELECT m.id, e.key AS kind, avg(e.value::float8) AS mean FROM mine m, jsonb_each_text(m.spans) e GROUP BY m.id, e.key) k GROUP BY k.id)
     SELECT m.id, min(m.name) AS name, count(*)::int AS studies, avg(m.span)::float8 AS "meanMs",
       percentile_cont(0.5) WITHIN GROUP (ORDER BY m.span)::float8 AS "medianMs", (SELECT k.spans FROM kinds k WHERE k.id = m.id) AS spans
     FROM mine m GROUP BY m.id ORDER BY count(*) DESC, min(m.name) LIMIT 200`,
    [whose.groupId, whose.hospitalId, whose.siteIds, new Date(since)],
  );
}
