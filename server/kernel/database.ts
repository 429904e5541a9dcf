import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { type Prisma, PrismaClient } from "../prisma/generated/client.js";

/** A transaction on Prisma's models; `tx.$queryRaw` for what models can't say. */
export type Tx = Prisma.TransactionClient;

/** A bare connection inside a transaction, the pool, and a connection held for itself, for code that is not in a store. */
export type SqlClient = pg.PoolClient;
export type SqlPool = pg.Pool;
export type HeldConnection = pg.Client;

/** A connection outside the pool, for what lives as long as it does: LISTEN, a leader's lock. Not connected yet. */
export const holdConnection = (url: string, applicationName: string): HeldConnection =>
  new pg.Client({ connectionString: url, application_name: applicationName });

export interface Database {
  readonly pool: pg.Pool;
  readonly prisma: PrismaClient;
  /** Runs in one transaction; tries again on a deadlock or serialisation failure (40001, 40P01), so `work` must have no side effects. */
  tx<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** The same on a bare pg connection, for the hot paths (claims, shared documents, ingest, relay). */
  pgTx<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

// bigint columns are counters far below 2^53: numbers are what the code wants. Prisma's models still give bigint.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

const RETRYABLE = new Set(["40001", "40P01"]);
const TRIES = 5;

export function openDatabase(url: string, options: { max?: number; applicationName?: string } = {}): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 20,
    application_name: options.applicationName ?? "readroom",
  });
  // A broken idle connection must not take the process down: the next query gets a new one or fails by itself.
  pool.on("error", () => undefined);
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  return {
    pool,
    prisma,
    tx: (work) => retrying(() => prisma.$transaction(work, { timeout: 20_000, maxWait: 10_000 })),
    pgTx: (work) => retrying(() => inTransaction(pool, work)),
    close: async () => {
      await prisma.$disconnect();
      if (!pool.ended) await pool.end();
    },
  };
}

async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("BEGIN");
    const value = await work(client);
    await client.query("COMMIT");
    return value;
  } catch (error) {
    await client.query("ROLLBACK").catch((rollbackError: Error) => {
      broken = rollbackError;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

async function retrying<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (tries >= TRIES || !RETRYABLE.has(sqlState(error) ?? "")) throw error;
    }
  }
}

/** The SQLSTATE of an error from pg or from Prisma's adapter, where there is one ("23505" unique violation …). */
export function sqlState(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const e = error as { code?: unknown; meta?: { driverAdapterError?: { cause?: { originalCode?: unknown } } } };
  const original = e.meta?.driverAdapterError?.cause?.originalCode;
  if (typeof original === "string") return original;
  if (e.code === "P2002") return "23505";
  if (e.code === "P2034") return "40001";
  return typeof e.code === "string" ? e.code : undefined;
}

/** Runs a statement on either kind of transaction. name: keeps it prepared, where the connection is the driver's own. */
export async function rawRows<T>(
  executor: Tx | pg.PoolClient | pg.Pool,
  sql: string,
  params: unknown[],
  name?: string,
): Promise<T[]> {
  if ("$queryRawUnsafe" in executor) return executor.$queryRawUnsafe<T[]>(sql, ...params);
  return (await executor.query({ text: sql, values: params, ...(name ? { name } : {}) })).rows as T[];
}
