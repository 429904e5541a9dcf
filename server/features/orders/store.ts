import type pg from "pg";
import type { OrderContent, OrderPriority, PatientFacts, PatientIdentifier, SenderProfile } from "./ports.js";

/** A connection in a transaction: what commands hand on, so that no file but the store names the driver. */
export type Client = pg.PoolClient;

export interface SiteRow {
  readonly id: string;
  readonly organisationId: string;
  readonly name: string;
  readonly timeZone: string;
  readonly patientIdIssuer: string;
  readonly accessionFrom: SenderProfile["accessionFrom"];
  /** Where its messages may come from; empty: anywhere. */
  readonly hl7Addresses: readonly string[];
}

const SITE = `s.id, s.organisation_id AS "organisationId", s.name, s.time_zone AS "timeZone", s.patient_id_issuer AS "patientIdIssuer",
  s.hl7_accession_from AS "accessionFrom", s.hl7_addresses AS "hl7Addresses"`;

export async function siteById(client: pg.PoolClient | pg.Pool, id: string): Promise<SiteRow | undefined> {
  return (await client.query<SiteRow>(`SELECT ${SITE} FROM site s WHERE s.id::text = $1`, [id])).rows[0];
}

/** The site one of whose HL7 names the message's sender has (MSH-4 before MSH-3, in the order given). */
export async function siteByHl7Name(client: pg.PoolClient, names: readonly string[]): Promise<SiteRow | undefined> {
  const { rows } = await client.query<SiteRow>(
    `SELECT ${SITE} FROM site s JOIN unnest($1::text[]) WITH ORDINALITY AS n(name, rank) ON n.name = ANY(s.hl7_facilities)
     ORDER BY n.rank, s.created_at, s.code LIMIT 1`,
    [names],
  );
  return rows[0];
}

/** The demo world's home of peers that nobody set up: the first hospital's first site. */
export async function firstSite(client: pg.PoolClient): Promise<SiteRow | undefined> {
  const { rows } = await client.query<SiteRow>(
    `SELECT ${SITE} FROM site s JOIN organisation o ON o.id = s.organisation_id WHERE o.kind = 'hospital' ORDER BY o.created_at, o.code DESC, s.code LIMIT 1`,
  );
  return rows[0];
}

/** Creates or updates a patient, and gives the survivor where it was merged away. Empty facts never erase known ones. */
export async function upsertPatient(
  client: pg.PoolClient,
  organisationId: string,
  patient: PatientFacts,
  at: Date,
): Promise<{ id: string; changed: boolean }> {
  const { rows } = await client.query<{ id: string; mergedInto: string | null; changed: boolean }>(
    `INSERT INTO patient AS p (organisation_id, issuer, mrn, name, birth_date, sex, updated_at) VALUES ($1, $2, $3, $4::jsonb, $5, $6, $7)
     ON CONFLICT (organisation_id, issuer, mrn) DO UPDATE SET
       name = CASE WHEN excluded.name->>'alphabetic' = '' THEN p.name ELSE p.name || excluded.name END,
       birth_date = coalesce(excluded.birth_date, p.birth_date), sex = coalesce(excluded.sex, p.sex), updated_at = excluded.updated_at
     RETURNING p.id, p.merged_into AS "mergedInto",
       NOT EXISTS (SELECT 1 FROM patient o WHERE o.id = p.id AND o.name = p.name AND o.birth_date IS NOT DISTINCT FROM p.birth_date AND o.sex IS NOT DISTINCT FROM p.sex) AS changed`,
    [organisationId, patient.issuer, patient.mrn, JSON.stringify(patient.name), patient.birthDate, patient.sex, at],
  );
  const row = rows[0];
  if (!row) throw new Error("a patient was neither inserted nor updated");
  return { id: row.mergedInto ?? row.id, changed: row.changed };
}

export async function patientByIdentifier(
  client: pg.PoolClient,
  organisationId: string,
  identifier: PatientIdentifier,
): Promise<string | undefined> {
  const { rows } = await client.query<{ id: string }>(
    "SELECT id FROM patient WHERE organisation_id = $1 AND issuer = $2 AND mrn = $3 FOR UPDATE",
    [organisationId, identifier.issuer, identifier.mrn],
  );
  return rows[0]?.id;
}

/** Moves orders and studies of one patient to another; gives the studies that moved. */
export async function mergePatient(
  client: pg.PoolClient,
  prior: string,
  survivor: string,
  at: Date,
): Promise<string[]> {
  await client.query("UPDATE imaging_order SET patient_id = $2, updated_at = $3 WHERE patient_id = $1", [
    prior,
    survivor,
    at,
  ]);
  await client.query("UPDATE patient SET merged_into = $2, updated_at = $3 WHERE id = $1 OR merged_into = $1", [
    prior,
    survivor,
    at,
  ]);
  await client.query("UPDATE patient SET merged_into = NULL WHERE id = $1", [survivor]);
  const moved = await client.query<{ id: string }>(
    "UPDATE study SET patient_id = $2, version = version + 1 WHERE patient_id = $1 RETURNING id",
    [prior, survivor],
  );
  return moved.rows.map((row) => row.id);
}

export type OrderState = "scheduled" | "in_progress" | "completed" | "cancelled";

export interface OrderRow {
  readonly id: string;
  readonly siteId: string;
  readonly patientId: string;
  readonly state: OrderState;
  readonly accessionNumber: string;
  readonly placerOrderNumber: string;
  readonly priority: string;
  readonly studies: number;
}

const ORDER = `o.id, o.site_id AS "siteId", o.patient_id AS "patientId", o.state, o.accession_number AS "accessionNumber",
  o.placer_order_number AS "placerOrderNumber", o.priority, (SELECT count(*) FROM study s WHERE s.order_id = o.id)::int AS studies`;

/**
 * Serialises what is done to orders of one accession or placer number at a site: two connections with the same new order must not
 * both find nothing. Locks are taken in one order, so that they can't deadlock.
 */
export async function lockOrderKeys(client: pg.PoolClient, siteId: string, keys: readonly string[]): Promise<void> {
  const wanted = [...new Set(keys.filter((key) => key !== ""))].sort();
  for (const key of wanted)
    await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 7271))", [`${siteId}/${key}`]);
}

export async function ordersByAccession(client: pg.PoolClient, siteId: string, accession: string): Promise<OrderRow[]> {
  if (accession === "") return [];
  return (
    await client.query<OrderRow>(
      `SELECT ${ORDER} FROM imaging_order o WHERE o.site_id = $1 AND o.accession_number = $2 ORDER BY o.ordered_at FOR UPDATE OF o`,
      [siteId, accession],
    )
  ).rows;
}

export async function ordersByPlacer(client: pg.PoolClient, siteId: string, placer: string): Promise<OrderRow[]> {
  if (placer === "") return [];
  return (
    await client.query<OrderRow>(
      `SELECT ${ORDER} FROM imaging_order o WHERE o.site_id = $1 AND o.placer_order_number = $2 ORDER BY o.ordered_at FOR UPDATE OF o`,
      [siteId, placer],
    )
  ).rows;
}

/** That account's number at its hospital (XCN.1 of its orders); "" where none is known. */
export async function physicianNumberOf(client: pg.PoolClient, userId: string): Promise<string> {
  const { rows } = await client.query<{ number: string | null }>(
    "SELECT physician_number AS number FROM user_account WHERE id = $1::uuid",
    [userId],
  );
  return rows[0]?.number ?? "";
}

/** Details that no column of their own holds. */
function detailOf(content: OrderContent): Record<string, unknown> {
  return { remarks: content.remarks, accessionFrom: content.accessionFrom, visitNumber: content.visitNumber };
}

export async function insertOrder(
  client: pg.PoolClient,
  order: { siteId: string; patientId: string; source: string; at: Date; content: OrderContent },
): Promise<string> {
  const c = order.content;
  const { rows } = await client.query<{ id: string }>(
    `INSERT INTO imaging_order (site_id, patient_id, source, updated_at, ordered_at, accession_number, placer_order_number, filler_order_number, procedure_code,
       procedure_coding_system, procedure_text, modality, body_part, laterality, priority, patient_class, patient_location, clinical_question,
       study_instance_uid, referring_name, referring_phone, scheduled_at, detail, state, referring_number)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23::jsonb, 'scheduled', $24) RETURNING id`,
    [
      order.siteId,
      order.patientId,
      order.source,
      order.at,
      c.orderedAt === null ? order.at : new Date(c.orderedAt),
      c.accessionNumber,
      c.placerOrderNumber,
      c.fillerOrderNumber,
      c.procedureCode,
      c.procedureCodingSystem,
      c.procedureText,
      c.modality,
      c.bodyPart,
      c.laterality,
      c.priority || ("routine" satisfies OrderPriority),
      c.patientClass,
      c.patientLocation,
      c.clinicalQuestion,
      c.studyInstanceUid || null,
      c.referringName,
      c.referringPhone,
      c.scheduledAt === null ? null : new Date(c.scheduledAt),
      JSON.stringify(detailOf(c)),
      c.referringNumber,
    ],
  );
  const id = rows[0]?.id;
  if (id === undefined) throw new Error("an order was not inserted");
  return id;
}

/** Text columns that a change sets; the key is the content's field. */
const CHANGEABLE = {
  accessionNumber: "accession_number",
  fillerOrderNumber: "filler_order_number",
  procedureCode: "procedure_code",
  procedureCodingSystem: "procedure_coding_system",
  procedureText: "procedure_text",
  modality: "modality",
  bodyPart: "body_part",
  laterality: "laterality",
  priority: "priority",
  patientClass: "patient_class",
  patientLocation: "patient_location",
  clinicalQuestion: "clinical_question",
  studyInstanceUid: "study_instance_uid",
  referringName: "referring_name",
  referringPhone: "referring_phone",
} as const satisfies Partial<Record<keyof OrderContent, string>>;

/** Takes over what the message says; an empty field keeps what is known, an explicit null empties it. Gives the fields that changed. */
export async function changeOrder(
  client: pg.PoolClient,
  id: string,
  content: OrderContent,
  at: Date,
): Promise<string[]> {
  const before =
    (await client.query<Record<string, unknown>>("SELECT * FROM imaging_order WHERE id = $1", [id])).rows[0] ?? {};
  const wanted: [column: string, value: unknown, field: string][] = [];
  for (const [field, column] of Object.entries(CHANGEABLE) as [keyof typeof CHANGEABLE, string][]) {
    if (content.cleared.includes(field)) wanted.push([column, "", field]);
    else if (content[field] !== "") wanted.push([column, content[field], field]);
  }
  // a number without its name says nothing, and another name takes the number of the one before away
  if (content.referringName !== "") wanted.push(["referring_number", content.referringNumber, "referringNumber"]);
  if (content.cleared.includes("scheduledAt")) wanted.push(["scheduled_at", null, "scheduledAt"]);
  else if (content.scheduledAt !== null) wanted.push(["scheduled_at", new Date(content.scheduledAt), "scheduledAt"]);
  const changed = wanted.filter(([column, value]) => plain(before[column]) !== plain(value));
  const sets = changed.map(([column], index) => `${column} = $${index + 4}`);
  await client.query(
    `UPDATE imaging_order SET ${[...sets, "updated_at = $2", "detail = detail || $3::jsonb"].join(", ")} WHERE id = $1`,
    [id, at, JSON.stringify(detailOf(content)), ...changed.map(([, value]) => value)],
  );
  return changed.map(([, , field]) => field);
}

function plain(value: unknown): unknown {
  return value instanceof Date ? value.getTime() : value;
}

export async function setOrderState(
  client: pg.PoolClient,
  id: string,
  state: OrderState,
  detail: Record<string, unknown>,
  at: Date,
): Promise<void> {
  await client.query(
    "UPDATE imaging_order SET state = $2, detail = detail || $3::jsonb, updated_at = $4 WHERE id = $1",
    [id, state, JSON.stringify(detail), at],
  );
}

export async function nextAccession(client: pg.PoolClient): Promise<string> {
  const { rows } = await client.query<{ n: string }>(
    "SELECT 'RR' || lpad(nextval('order_accession_seq')::text, 8, '0') AS n",
  );
  return rows[0]?.n ?? "";
}
