import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FreshDatabase, freshDatabase } from "../../e2e/fixtures/database.js";
import { MigrationRefused, migrate } from "./migrate.js";

describe("migrate", () => {
  let dir: string;
  let database: FreshDatabase;
  let url: string;

  beforeEach(async () => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "readroom-migrations-"));
    database = await freshDatabase();
    url = database.url;
    // The clone carries the product's own migrations; these tests bring their own folder.
    await query(`drop schema public cascade; create schema public`);
  });
  afterEach(async () => {
    await database.drop();
    fs.rmSync(dir, { recursive: true });
  });

  function write(name: string, sql: string) {
    fs.mkdirSync(path.join(dir, name), { recursive: true });
    fs.writeFileSync(path.join(dir, name, "migration.sql"), sql);
  }
  async function query(sql: string) {
    const client = new pg.Client(url);
    await client.connect();
    try {
      return (await client.query(sql)).rows as Record<string, unknown>[];
    } finally {
      await client.end();
    }
  }

  it("[MG1] applies what is missing, in the order of names, once", async () => {
    write("0002_site", "alter table site add column name text; insert into site values (1, 'north');");
    write("0001_site", "create table site (id int);");
    expect(await migrate(url, dir)).toEqual(["0001_site", "0002_site"]);
    expect(await migrate(url, dir)).toEqual([]);
    write("0003_more", "create table more (id int);");
    expect(await migrate(url, dir)).toEqual(["0003_more"]);
    expect(await query("select name from site")).toEqual([{ name: "north" }]);
  });

  it("[MG2] keeps Prisma's bookkeeping: checksum of the file, finished, one step", async () => {
    write("0001_site", "create table site (id int);\n");
    await migrate(url, dir);
    expect(
      await query(`select migration_name, checksum, finished_at is not null as finished, applied_steps_count
                     from _prisma_migrations`),
    ).toEqual([
      {
        migration_name: "0001_site",
        checksum: "3d0db0a0a4c00ac8f99a2a7992b10d209c7dcc69303cd197c236bd84458d1bb3",
        finished: true,
        applied_steps_count: 1,
      },
    ]);
  });

  it("[MG3] a migration that fails leaves nothing of itself and can be mended", async () => {
    write("0001_site", "create table site (id int);");
    write("0002_bad", "create table half (id int); select 1/0;");
    await expect(migrate(url, dir)).rejects.toThrow("migration 0002_bad failed: division by zero");
    expect(await query("select to_regclass('half') as half, to_regclass('site') is not null as site")).toEqual([
      { half: null, site: true },
    ]);
    write("0002_bad", "create table half (id int);");
    expect(await migrate(url, dir)).toEqual(["0002_bad"]);
  });

  it("[MG4] refuses one that was edited after it was applied, before applying anything", async () => {
    write("0001_site", "create table site (id int);");
    await migrate(url, dir);
    write("0001_site", "create table site (id bigint);");
    write("0002_more", "create table more (id int);");
    const refused = migrate(url, dir);
    await expect(refused).rejects.toThrow(MigrationRefused);
    await expect(refused).rejects.toThrow("0001_site was edited after it was applied");
    expect(await query("select to_regclass('more') as more")).toEqual([{ more: null }]);
  });

  it("[MG5] refuses one that Prisma recorded as failed, unless it was marked as rolled back", async () => {
    write("0001_site", "create table site (id int);");
    await migrate(url, dir);
    await query("drop table site; update _prisma_migrations set finished_at = null");
    await expect(migrate(url, dir)).rejects.toThrow("0001_site failed earlier");
    await query("update _prisma_migrations set rolled_back_at = now()");
    expect(await migrate(url, dir)).toEqual(["0001_site"]);
  });

  it("[MG6] refuses a database that a newer version has migrated", async () => {
    write("0001_site", "create table site (id int);");
    write("0002_newer", "create table newer (id int);");
    await migrate(url, dir);
    fs.rmSync(path.join(dir, "0002_newer"), { recursive: true });
    await expect(migrate(url, dir)).rejects.toThrow("0002_newer, which this version does not know");
  });

  it("[MG7] several processes starting at once apply each migration once", async () => {
    for (let n = 1; n <= 5; n++) write(`000${n}_table`, `create table table_${n} (id int);`);
    const applied = await Promise.all([1, 2, 3, 4].map(() => migrate(url, dir)));
    expect(applied.flat().sort()).toEqual([1, 2, 3, 4, 5].map((n) => `000${n}_table`));
  });

  it("[MG8] a folder that does not exist holds no migrations", async () => {
    expect(await migrate(url, path.join(dir, "none"))).toEqual([]);
  });
});
