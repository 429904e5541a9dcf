import type pg from "pg";
import type { Database } from "../../kernel/database.js";

export interface StoredDocument {
  readonly frozen: string | null;
  readonly snapshot: Uint8Array | null;
  readonly snapshotSeq: number;
  readonly updates: readonly Uint8Array[];
  readonly lastSeq: number;
  readonly bytes: number;
  readonly clients: readonly { readonly client: number; readonly actorId: string; readonly name: string }[];
}

/** Makes the row of a reading's document where there is none yet (a report's is made by the report feature, with its first text). */
export async function ensureDocument(db: Database, documentId: string, studyId: string, kind: string): Promise<void> {
  await db.pool.query("INSERT INTO crdt_document (id, study_id, kind) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", [
    documentId,
    studyId,
    kind,
  ]);
}

/** Everything committed of a document, in one consistent view; null where it does not exist. */
export async function loadDocument(db: Database, documentId: string): Promise<StoredDocument | null> {
  return db.pgTx(async (client) => {
    await client.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const document = await client.query<{ frozen: string | null }>(
      "SELECT CASE WHEN frozen_at IS NOT NULL THEN coalesce(frozen_reason, 'signed') END AS frozen FROM crdt_document WHERE id = $1",
      [documentId],
    );
    if (!document.rows[0]) return null;
    const snapshot = await client.query<{ state: Buffer; upTo: number }>(
      'SELECT state, up_to_seq AS "upTo" FROM crdt_snapshot WHERE document_id = $1',
      [documentId],
    );
    const snapshotSeq = snapshot.rows[0]?.upTo ?? 0;
    const tail = await tailOf(client, documentId, snapshotSeq);
    const clients = await client.query<{ client: number; actorId: string; name: string }>(
      'SELECT client_id AS client, actor_id AS "actorId", name FROM crdt_client WHERE document_id = $1',
      [documentId],
    );
    return {
      frozen: document.rows[0].frozen,
      snapshot: snapshot.rows[0]?.state ?? null,
      snapshotSeq,
      updates: tail.map((row) => row.update),
      lastSeq: tail.at(-1)?.seq ?? snapshotSeq,
      bytes: (snapshot.rows[0]?.state.byteLength ?? 0) + tail.reduce((sum, row) => sum + row.update.byteLength, 0),
      clients: clients.rows,
    };
  });
}

/** Rows after `after`, up to and with `upTo`, in order. */
export async function tailOf(
  client: pg.PoolClient,
  documentId: string,
  after: number,
  upTo = Number.MAX_SAFE_INTEGER,
): Promise<{ seq: number; update: Buffer }[]> {
  const { rows } = await client.query<{ seq: number; update: Buffer }>(
    'SELECT seq, "update" FROM crdt_update WHERE document_id = $1 AND seq > $2 AND seq <= $3 ORDER BY seq',
    [documentId, after, upTo],
  );
  return rows;
}

/** What others have appended after `after`, at most `LATER_ROWS` rows, and whether the document takes edits at all. */
export async function laterRows(
  db: Database,
  documentId: string,
  after: number,
): Promise<{ rows: { seq: number; update: Buffer }[]; frozen: string | null }> {
  const { rows } = await db.pool.query<{ seq: number | null; update: Buffer | null; frozen: string | null }>({
    name: "crdt_later",
    text: `SELECT u.seq, u."update", CASE WHEN d.frozen_at IS NOT NULL THEN coalesce(d.frozen_reason, 'signed') END AS frozen
      FROM crdt_document d LEFT JOIN LATERAL
        (SELECT seq, "update" FROM crdt_update WHERE document_id = d.id AND seq > $2 ORDER BY seq LIMIT ${LATER_ROWS}) u ON true
      WHERE d.id = $1 ORDER BY u.seq`,
    values: [documentId, after],
  });
  return {
    rows: rows.flatMap(({ seq, update }) => (seq !== null && update !== null ? [{ seq, update }] : [])),
    frozen: rows[0]?.frozen ?? null,
  };
}
export const LATER_ROWS = 2_000;

/** The last place in the log of each document, and whether it is frozen. */
export async function standings(
  db: Database,
  documentIds: readonly string[],
): Promise<{ id: string; lastSeq: number; frozen: boolean }[]> {
  const { rows } = await db.pool.query<{ id: string; lastSeq: number; frozen: boolean }>({
    name: "crdt_standings",
    text: 'SELECT id, last_seq AS "lastSeq", frozen_at IS NOT NULL AS frozen FROM crdt_document WHERE id = ANY ($1::text[])',
    values: [documentIds],
  });
  return rows;
}

/** Whose these Yjs client ids are, as far as it is known. */
export async function clientsNamed(
  db: Database,
  documentId: string,
  clients: readonly number[],
): Promise<StoredDocument["clients"]> {
  const { rows } = await db.pool.query<StoredDocument["clients"][number]>(
    'SELECT client_id AS client, actor_id AS "actorId", name FROM crdt_client WHERE document_id = $1 AND client_id = ANY ($2::int8[])',
    [documentId, clients],
  );
  return rows;
}

/**
 * Writes down whose a Yjs client id is before anything can be written with it: were that only kept with the first edit, an edit that
 * others got and the hub lost in a crash would come back as theirs.
 * @returns whose it is: another's, where that one was first (perhaps at another process)
 */
export async function logClient(
  db: Database,
  documentId: string,
  client: number,
  person: { personId: string; name: string },
): Promise<string> {
  const { rows } = await db.pool.query<{ owner: string }>(
    `INSERT INTO crdt_client (document_id, client_id, actor_id, name) VALUES ($1, $2, $3, $4)
     ON CONFLICT (document_id, client_id) DO UPDATE SET name = crdt_client.name RETURNING actor_id AS owner`,
    [documentId, client, person.personId, person.name],
  );
  return rows[0]?.owner ?? person.personId;
}

/** Nobody appends to it until it is released, or the time is over (this process died). False: another holds it. */
export async function holdDocument(db: Database, documentId: string, holder: string, ms: number): Promise<boolean> {
  const { rowCount } = await db.pool.query(
    `UPDATE crdt_document SET held_by = $2, held_until = now() + $3 * interval '1 millisecond'
     WHERE id = $1 AND (held_until IS NULL OR held_until < now())`,
    [documentId, holder, ms],
  );
  return rowCount === 1;
}

export async function keepHolding(db: Database, documentId: string, holder: string, ms: number): Promise<void> {
  await db.pool.query(
    "UPDATE crdt_document SET held_until = now() + $3 * interval '1 millisecond' WHERE id = $1 AND held_by = $2",
    [documentId, holder, ms],
  );
}

export async function releaseDocument(db: Database, documentId: string, holder: string): Promise<void> {
  await db.pool.query("UPDATE crdt_document SET held_by = NULL, held_until = NULL WHERE id = $1 AND held_by = $2", [
    documentId,
    holder,
  ]);
}

export async function sealSecret(db: Database): Promise<Uint8Array> {
  const { rows } = await db.pool.query<{ secret: Buffer }>("SELECT secret FROM hub_secret WHERE name = 'edit-seal'");
  if (!rows[0]) throw new Error("the secret of the edits' seal is missing: the migrations have not run");
  return rows[0].secret;
}

export interface LogRow {
  readonly documentId: string;
  readonly update: Uint8Array;
  readonly actorId: string;
}

/** What became of a document's rows in a batch: they follow `after`, or they did not go in. */
export type Appended =
  | { readonly state: "kept"; readonly after: number }
  | { readonly state: "held" }
  | { readonly state: "frozen"; readonly reason: string };

/**
 * Appends a batch in one statement, which is one transaction and one fsync. The rows' places are given under the lock of each
 * document's row (taken in the order of the ids), so whoever reads the log never sees a place before the ones below it.
 * @returns what became of each document's rows; a document that is missing does not exist
 */
export async function appendRows(db: Database, rows: readonly LogRow[]): Promise<Map<string, Appended>> {
  const result = await db.pool.query<{ id: string; frozen: string | null; after: number | null }>({
    name: "crdt_append",
    text: `WITH input AS MATERIALIZED (
        SELECT * FROM unnest($1::text[], $2::bytea[], $3::text[]) WITH ORDINALITY AS u(document_id, bytes, actor_id, nth)),
      counted AS MATERIALIZED (SELECT document_id, count(*) AS n FROM input GROUP BY document_id),
      locked AS MATERIALIZED (
        SELECT id, frozen_at, frozen_reason FROM crdt_document WHERE id IN (SELECT document_id FROM counted)
        ORDER BY id FOR NO KEY UPDATE),
      raised AS (
        UPDATE crdt_document d SET last_seq = d.last_seq + c.n FROM counted c, locked l
        WHERE d.id = c.document_id AND l.id = d.id AND d.frozen_at IS NULL AND (d.held_until IS NULL OR d.held_until < clock_timestamp())
        RETURNING d.id, d.last_seq - c.n AS after),
      kept AS (
        INSERT INTO crdt_update (document_id, seq, "update", actor_id)
        SELECT i.document_id, r.after + row_number() OVER (PARTITION BY i.document_id ORDER BY i.nth), i.bytes, i.actor_id
        FROM input i JOIN raised r ON r.id = i.document_id)
      SELECT l.id, CASE WHEN l.frozen_at IS NOT NULL THEN coalesce(l.frozen_reason, 'signed') END AS frozen, r.after
      FROM locked l LEFT JOIN raised r ON r.id = l.id`,
    values: [
      rows.map((row) => row.documentId),
      rows.map((row) => Buffer.from(row.update.buffer, row.update.byteOffset, row.update.byteLength)),
      rows.map((row) => row.actorId),
    ],
  });
  return new Map(
    result.rows.map(({ id, frozen, after }): [string, Appended] => {
      if (after !== null) return [id, { state: "kept", after }];
      return [id, frozen === null ? { state: "held" } : { state: "frozen", reason: frozen }];
    }),
  );
}
