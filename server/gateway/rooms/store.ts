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

/**
 * Writes down whose a Yjs client id is before anything can be written with it: were that only kept with the first edit, an edit that
 * others got and the hub lost in a crash would come back as theirs.
 */
export async function logClient(
  db: Database,
  documentId: string,
  client: number,
  person: { personId: string; name: string },
): Promise<void> {
  await db.pool.query(
    "INSERT INTO crdt_client (document_id, client_id, actor_id, name) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
    [documentId, client, person.personId, person.name],
  );
}

export interface LogRow {
  readonly documentId: string;
  readonly seq: number;
  readonly update: Uint8Array;
  readonly actorId: string;
  /** Yjs client ids that are seen for the first time with this update. */
  readonly clients: readonly { readonly client: number; readonly actorId: string; readonly name: string }[];
}

/**
 * Appends a batch in one statement, which is one transaction and one fsync.
 * @returns "documentId seq" of the rows that went in; the others' documents are frozen
 */
export async function appendRows(db: Database, rows: readonly LogRow[]): Promise<Set<string>> {
  const clients = rows.flatMap((row) => row.clients.map((client) => ({ ...client, documentId: row.documentId })));
  const result = await db.pool.query<{ key: string }>({
    name: "crdt_append",
    text: `WITH live AS (SELECT id FROM crdt_document WHERE id = ANY ($1::text[]) AND frozen_at IS NULL),
      named AS (
        INSERT INTO crdt_client (document_id, client_id, actor_id, name)
        SELECT c.* FROM unnest($5::text[], $6::int8[], $7::text[], $8::text[]) AS c ON CONFLICT DO NOTHING)
      INSERT INTO crdt_update (document_id, seq, "update", actor_id)
      SELECT u.document_id, u.seq, u.bytes, u.actor_id
      FROM unnest($1::text[], $2::int8[], $3::bytea[], $4::text[]) AS u(document_id, seq, bytes, actor_id) JOIN live ON live.id = u.document_id
      RETURNING document_id || ' ' || seq AS key`,
    values: [
      rows.map((row) => row.documentId),
      rows.map((row) => row.seq),
      rows.map((row) => Buffer.from(row.update.buffer, row.update.byteOffset, row.update.byteLength)),
      rows.map((row) => row.actorId),
      clients.map((client) => client.documentId),
      clients.map((client) => client.client),
      clients.map((client) => client.actorId),
      clients.map((client) => client.name),
    ],
  });
  return new Set(result.rows.map((row) => row.key));
}
