import { createHash, randomUUID } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import pg from "pg";

/** The key that Prisma's own migrate command takes: the two never run at the same time on one database. */
const migrationLock = 72707369;

/** Prisma's bookkeeping, column for column, so that `prisma migrate status` and `diff` agree with what was applied here. */
const bookkeeping = `create table if not exists "_prisma_migrations" (
  "id" varchar(36) primary key not null,
  "checksum" varchar(64) not null,
  "finished_at" timestamptz,
  "migration_name" varchar(255) not null,
  "logs" text,
  "rolled_back_at" timestamptz,
  "started_at" timestamptz not null default now(),
  "applied_steps_count" integer not null default 0
)`;

/** The database and the migrations folder do not belong together; a person has to decide, nothing was changed. */
export class MigrationRefused extends Error {
  override name = "MigrationRefused";
}

interface Migration {
  name: string;
  sql: string;
  /** sha256 of the file in hex, as Prisma computes it. */
  checksum: string;
}

/** Migrations of a folder (`<name>/migration.sql`) in the order of their names. A folder that is not there holds none. */
export function readMigrations(dir: string): Migration[] {
  if (!fs.existsSync(dir)) return [];
  return fs
    .readdirSync(dir)
    .filter((name) => fs.existsSync(path.join(dir, name, "migration.sql")))
    .sort()
    .map((name) => {
      const sql = fs.readFileSync(path.join(dir, name, "migration.sql"), "utf8");
      return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
    });
}

/**
 * Brings a database to the state of the migrations folder and returns the names that were applied now.
 *
 * One transaction a migration, under an advisory lock: several processes may start at once, a failure leaves the state before the
 * migration that failed. (So a migration cannot hold `CREATE INDEX CONCURRENTLY`.)
 *
 * @throws MigrationRefused when an applied migration was edited, failed earlier, or is unknown here (a newer hub was at work).
 */
export async function migrate(url: string, dir: string): Promise<string[]> {
  const migrations = readMigrations(dir);
  const client = new pg.Client({ connectionString: url, application_name: "readroom migrate" });
  await client.connect();
  try {
    await client.query("select pg_advisory_lock($1)", [migrationLock]);
    await client.query(bookkeeping);
    const pending = await findPending(client, migrations);
    for (const migration of pending) await apply(client, migration);
    return pending.map((migration) => migration.name);
  } finally {
    await client.end(); // which also gives the lock back
  }
}

async function findPending(client: pg.Client, migrations: Migration[]): Promise<Migration[]> {
  const { rows } = await client.query<{ name: string; checksum: string; finished: boolean }>(
    `select migration_name as name, checksum, finished_at is not null as finished
       from "_prisma_migrations" where rolled_back_at is null`,
  );
  const applied = new Map(rows.map((row) => [row.name, row]));
  for (const { name } of rows)
    if (!migrations.some((migration) => migration.name === name))
      throw new MigrationRefused(`the database has migration ${name}, which this version does not know: it is too old`);
  return migrations.filter((migration) => {
    const row = applied.get(migration.name);
    if (!row) return true;
    if (!row.finished) throw new MigrationRefused(`migration ${migration.name} failed earlier and was not resolved`);
    if (row.checksum !== migration.checksum)
      throw new MigrationRefused(`migration ${migration.name} was edited after it was applied`);
    return false;
  });
}

async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  await client.query("begin");
  try {
    await client.query(sql);
    await client.query(
      `insert into "_prisma_migrations" (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       values ($1, $2, $3, now(), clock_timestamp(), 1)`,
      [randomUUID(), checksum, name],
    );
    await client.query("commit");
  } catch (cause) {
    await client.query("rollback");
    throw new Error(`migration ${name} failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
