import type { UserActor } from "@readroom/shared/domain/access.js";
import type pg from "pg";
import { NextStudy } from "../../server/features/worklist/next.js";
import type { World } from "../../server/features/worklist/testing/world.js";
import { audit } from "../../server/kernel/audit.js";
import { appendEvents } from "../../server/kernel/outbox.js";

/** The id of the study that the reader now has; null where there is none. */
export type Give = (reader: UserActor) => Promise<string | null>;

export interface Peer {
  readonly name: string;
  readonly give: Give;
  /** Takes away what the peer needed. */
  done(): Promise<unknown>;
}

export function readroom(world: World): Give {
  const next = new NextStudy(world.deps);
  return async (reader) => {
    const answer = await next.next(reader);
    if (!answer.ok) throw new Error(answer.error.message);
    return answer.value.claim?.studyId ?? null;
  };
}

const OPEN = "claim_state = 'open' AND routable AND state = 'readable'";
const HELD = `claim_state = 'held', claimed_by = $1, claim_fence = claim_fence + 1, claimed_at = now(), claim_until = now() + interval '1 minute'`;

async function index(world: World): Promise<() => Promise<unknown>> {
  await world.db.pool.query(`CREATE INDEX bench_open ON study (urgency_rank, deadline) WHERE claim_state = 'open'`);
  return () => world.db.pool.query("DROP INDEX bench_open");
}

async function subspecialties(tx: pg.PoolClient, reader: UserActor): Promise<readonly string[]> {
  const { rows } = await tx.query<{ subspecialties: string[] }>({
    name: "bench_scope",
    text: "SELECT subspecialties FROM reader_profile WHERE user_id = $1",
    values: [reader.userId],
  });
  return rows[0]?.subspecialties ?? [];
}

interface Taken {
  readonly id: string;
  readonly organisationId: string;
  readonly fence: number;
}

/** The same audit row and event as ours, through the kernel's own functions. */
async function record(tx: pg.PoolClient, reader: UserActor, { id, organisationId, fence }: Taken): Promise<void> {
  await audit(tx, reader, [{ action: "study.claim", organisationId, studyId: id, detail: { fence, via: "next" } }]);
  const payload = { studyId: id, organisationId, by: reader.userId, fence };
  await appendEvents(tx, reader, [
    { stream: `study:${id}`, type: "study.claimed", payload, topics: [`hospital:${organisationId}`, `study:${id}`] },
  ]);
}

/** The query that comes to mind first: everything in one ordered scan, a transaction a claim. */
export async function oneOrderedScan(world: World): Promise<Peer> {
  const give: Give = (reader) =>
    world.db.pgTx(async (tx) => {
      const { rows } = await tx.query<Taken>({
        name: "bench_scan",
        text: `UPDATE study SET ${HELD} WHERE id = (SELECT id FROM study WHERE ${OPEN} AND subspecialty = ANY ($2) AND site_id = ANY ($3)
            ORDER BY urgency_rank, deadline LIMIT 1 FOR UPDATE SKIP LOCKED)
          RETURNING id, organisation_id AS "organisationId", claim_fence AS fence`,
        values: [reader.userId, await subspecialties(tx, reader), [world.north.site, world.south.site]],
      });
      if (rows[0]) await record(tx, reader, rows[0]);
      return rows[0]?.id ?? null;
    });
  return { name: "one ordered scan", give, done: await index(world) };
}

/** What applications do that ask their database for the list and then write what the reader got. */
export async function readThenWrite(world: World): Promise<Peer> {
  const give: Give = (reader) =>
    world.db.pgTx(async (tx) => {
      const found = await tx.query<{ id: string }>({
        name: "bench_read",
        text: `SELECT id FROM study WHERE ${OPEN} AND subspecialty = ANY ($1) AND site_id = ANY ($2) ORDER BY urgency_rank, deadline LIMIT 1`,
        values: [await subspecialties(tx, reader), [world.north.site, world.south.site]],
      });
      const { rows } = await tx.query<Taken>({
        name: "bench_write",
        text: `UPDATE study SET ${HELD} WHERE id = $2 RETURNING id, organisation_id AS "organisationId", claim_fence AS fence`,
        values: [reader.userId, found.rows[0]?.id],
      });
      if (rows[0]) await record(tx, reader, rows[0]);
      return rows[0]?.id ?? null;
    });
  return { name: "read, then write", give, done: await index(world) };
}
