import { type SimulationResult, SimulationSummary } from "@readroom/shared/contract/http/simulation.js";
import type { Instant } from "@readroom/shared/kernel/instant.js";
import type pg from "pg";
import { rawRows, type Tx } from "../../kernel/database.js";

type Executor = Tx | pg.Pool | pg.PoolClient;
const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`;

const SUMMARY = `id, name, state, progress, requested_by_name AS "requestedBy", ${ms("created_at")} AS "createdAt", ${ms("finished_at")} AS "finishedAt",
  problem, basis, headline`;

/** The group's try-outs, the newest first. */
export async function simulations(executor: Executor, groupId: string): Promise<SimulationSummary[]> {
  const rows = await rawRows<unknown>(
    executor,
    `SELECT ${SUMMARY} FROM simulation WHERE group_id = $1::uuid ORDER BY created_at DESC LIMIT 50`,
    [groupId],
  );
  return SimulationSummary.array().parse(rows);
}

export async function simulation(
  executor: Executor,
  groupId: string,
  id: string,
): Promise<{ readonly simulation: SimulationSummary; readonly result: unknown } | null> {
  const [row] = await rawRows<{ result: unknown }>(
    executor,
    `SELECT ${SUMMARY}, result FROM simulation WHERE group_id = $1::uuid AND id = $2::uuid`,
    [groupId, id],
  );
  if (!row) return null;
  const { result, ...summary } = row;
  return { simulation: SimulationSummary.parse(summary), result };
}

export interface NewRun {
  readonly groupId: string;
  readonly name: string;
  readonly by: { readonly id: string | null; readonly name: string };
  readonly request: unknown;
  readonly basis: string;
}

/** Takes the group's turn: null while another try-out of the group runs. */
export async function insertRun(tx: Executor, run: NewRun, now: Instant): Promise<string | null> {
  await rawRows(tx, "SELECT pg_advisory_xact_lock(hashtextextended('simulation:' || $1, 0))::text", [run.groupId]);
  const rows = await rawRows<{ id: string }>(
    tx,
    `INSERT INTO simulation (group_id, name, requested_by, requested_by_name, request, basis, created_at, updated_at)
     SELECT $1::uuid, $2, $3::uuid, $4, $5::jsonb, $6, $7::timestamptz, $7::timestamptz
     WHERE NOT EXISTS (SELECT 1 FROM simulation WHERE group_id = $1::uuid AND state = 'running') RETURNING id`,
    [run.groupId, run.name, run.by.id, run.by.name, JSON.stringify(run.request), run.basis, new Date(now)],
  );
  return rows[0]?.id ?? null;
}

/** False where it does not run any more: somebody cancelled it, perhaps in another process. */
export async function saveProgress(executor: Executor, id: string, progress: number, now: Instant): Promise<boolean> {
  const rows = await rawRows(
    executor,
    "UPDATE simulation SET progress = $2::float8, updated_at = $3::timestamptz WHERE id = $1::uuid AND state = 'running' RETURNING 1 AS done",
    [id, progress, new Date(now)],
  );
  return rows.length > 0;
}

/** Ends a running one; anything else is left as it is. */
export async function finishRun(
  executor: Executor,
  id: string,
  end:
    | { readonly state: "done"; readonly result: SimulationResult }
    | { readonly state: "failed" | "cancelled"; readonly problem: string },
  now: Instant,
): Promise<boolean> {
  const done = end.state === "done" ? end.result : null;
  const headline = (done?.columns ?? []).map(({ title, outcome }) => ({
    title,
    attainment: outcome.all.attainment,
    meanMinutes: outcome.all.turnaround.mean,
    peak: outcome.queue.peak,
  }));
  const rows = await rawRows(
    executor,
    `UPDATE simulation SET state = $2, progress = CASE WHEN $2 = 'done' THEN 1 ELSE progress END, result = $3::jsonb, headline = $4::jsonb, problem = $5,
       basis = CASE WHEN $6 = '' THEN basis ELSE $6 END, updated_at = $7::timestamptz, finished_at = $7::timestamptz
     WHERE id = $1::uuid AND state = 'running' RETURNING 1 AS done`,
    [
      ...[id, end.state, done ? JSON.stringify(done) : null, JSON.stringify(headline)],
      ...[end.state === "done" ? "" : end.problem, done?.basis ?? "", new Date(now)],
    ],
  );
  return rows.length > 0;
}

/** True where there was such a one that has ended. */
export async function deleteRun(executor: Executor, groupId: string, id: string): Promise<boolean> {
  const rows = await rawRows(
    executor,
    "DELETE FROM simulation WHERE group_id = $1::uuid AND id = $2::uuid AND state <> 'running' RETURNING 1 AS done",
    [groupId, id],
  );
  return rows.length > 0;
}

/** Try-outs whose process is gone: nothing was heard of them for so long. Returns how many. */
export async function endAbandoned(executor: Executor, silentMs: number, now: Instant): Promise<number> {
  const rows = await rawRows(
    executor,
    `UPDATE simulation SET state = 'failed', problem = 'The hub was stopped while it ran.', finished_at = $2::timestamptz
     WHERE state = 'running' AND updated_at < $1::timestamptz RETURNING 1 AS done`,
    [new Date(now - silentMs), new Date(now)],
  );
  return rows.length;
}

/** Group and name of a stored try-out exist already. */
export async function hasRun(executor: Executor, groupId: string, name: string): Promise<boolean> {
  const rows = await rawRows(executor, "SELECT 1 AS found FROM simulation WHERE group_id = $1::uuid AND name = $2", [
    groupId,
    name,
  ]);
  return rows.length > 0;
}
