import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type EmbeddedOptions, type EmbeddedPostgres, start } from "./embedded.js";
import { goneWithin, readPostmaster } from "./postmaster.js";

describe("embedded PostgreSQL", () => {
  let dir: string;
  let lines: string[];
  const running = new Set<EmbeddedPostgres>();

  beforeEach(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "readroom-embedded-"));
    fs.chmodSync(dir, 0o755);
    lines = [];
  });
  afterEach(async () => {
    for (const server of running) await server.stop();
    running.clear();
    const outside = path.join(dir, "data/location");
    if (fs.existsSync(outside)) fs.rmSync(fs.readFileSync(outside, "utf8").trim(), { recursive: true });
    fs.rmSync(dir, { recursive: true });
  });

  async function open(options: Partial<EmbeddedOptions> = {}) {
    const server = await start({
      dataDir: path.join(dir, "data"),
      durable: false,
      log: (line) => lines.push(line),
      ...options,
    });
    running.add(server);
    return server;
  }
  async function close(server: EmbeddedPostgres) {
    await server.stop();
    running.delete(server);
  }
  async function query(server: EmbeddedPostgres, sql: string) {
    const client = new pg.Client(server.url);
    await client.connect();
    try {
      return (await client.query(sql)).rows as Record<string, unknown>[];
    } finally {
      await client.end();
    }
  }
  const postmaster = () => readPostmaster(path.join(dir, "data/cluster"))!;

  it("[PG1] keeps its data, port and password over a stop and a start", async () => {
    const first = await open();
    await query(first, "create table kept (n int); insert into kept values (7)");
    await close(first);
    const second = await open();
    expect(second.url).toBe(first.url);
    expect(await query(second, "select n from kept")).toEqual([{ n: 7 }]);
  });

  it("[PG2] listens on the loopback address alone and asks for the password, which only its owner can read", async () => {
    const server = await open();
    expect(await query(server, "select current_setting('listen_addresses') as a")).toEqual([{ a: "127.0.0.1" }]);
    const wrong = new URL(server.url);
    wrong.password = "guess";
    const client = new pg.Client(wrong.href);
    await expect(client.connect()).rejects.toThrow("password authentication failed");
    expect(fs.statSync(path.join(dir, "data/password")).mode & 0o077).toBe(0);
  });

  it("[PG3] sorts by code point, the same on every machine", async () => {
    const server = await open();
    const sorted = await query(
      server,
      "select string_agg(w, ' ' order by w) as words from unnest('{b,A,a,é,B}'::text[]) w",
    );
    expect(sorted).toEqual([{ words: "A B a b é" }]);
  });

  it("[PG4] starts again after a kill -9 of the postmaster, and tells that it was lost", async () => {
    let reportLoss: (reason: string) => void = () => undefined;
    const lost = new Promise<string>((resolve) => {
      reportLoss = resolve;
    });
    const server = await open({ durable: true, onLost: reportLoss });
    await query(server, "create table kept (n int)");
    process.kill(postmaster().pid, "SIGKILL");
    expect(await lost).toContain("the embedded PostgreSQL ended");
    const again = await open();
    expect(await query(again, "select count(*)::int as n from kept")).toEqual([{ n: 0 }]);
  });

  it("[PG5] goes down when the hub that started it is killed with -9, and starts again", async () => {
    const { hub, server } = await startInAnotherProcess();
    hub.kill("SIGKILL");
    await once(hub, "exit");
    expect(await goneWithin(server, 20_000)).toBe(true);
    expect(await query(await open(), "select n from kept")).toEqual([{ n: 7 }]);
  });

  it.runIf(process.platform === "linux")("[PG6] takes over a server that a killed hub left running", async () => {
    const { hub, server } = await startInAnotherProcess();
    process.kill(guardOf(server), "SIGKILL");
    hub.kill("SIGKILL");
    await once(hub, "exit");
    const next = await open();
    expect(postmaster().pid).toBe(server);
    expect(lines.join()).toContain(`taking over the database that runs already (process ${server})`);
    expect(await query(next, "select n from kept")).toEqual([{ n: 7 }]);
    await close(next);
    expect(await goneWithin(server, 0)).toBe(true);
  });

  it("[PG7] refuses a second hub on the same directory and leaves the first at work", async () => {
    const first = await open();
    await expect(open()).rejects.toThrow("another hub is using the database");
    expect(await query(first, "select 1 as one")).toEqual([{ one: 1 }]);
  });

  it("[PG8] takes another port when somebody else has its own by now", async () => {
    const first = await open();
    await close(first);
    const stranger = createServer().listen(Number(new URL(first.url).port), "127.0.0.1");
    await once(stranger, "listening");
    const second = await open();
    expect(new URL(second.url).port).not.toBe(new URL(first.url).port);
    stranger.close();
  });

  it("[PG9] starts although postmaster.pid names a process that is somebody else's by now", async () => {
    const first = await open();
    const file = path.join(dir, "data/cluster/postmaster.pid");
    const left = fs.readFileSync(file, "utf8");
    await close(first);
    fs.writeFileSync(file, left.replace(/^\d+/, String(process.pid)));
    expect(await query(await open(), "select 1 as one")).toEqual([{ one: 1 }]);
  });

  it("[PG10] makes the files anew when an earlier attempt was interrupted", async () => {
    fs.mkdirSync(path.join(dir, "data/cluster.interrupted/base"), { recursive: true });
    await open();
    expect(fs.readdirSync(path.join(dir, "data")).filter((name) => name.startsWith("cluster."))).toEqual([]);
  });

  it.runIf(process.getuid?.() === 0)("[PG11] runs for root below a directory that is closed to others", async () => {
    fs.chmodSync(dir, 0o700);
    const server = await open();
    expect(await query(server, "select 1 as one")).toEqual([{ one: 1 }]);
    expect(lines.join()).toContain("its files are kept in");
    await close(server);
    expect((await open()).url).toBe(server.url);
  });

  /** A hub of its own: starts the database, makes a row and waits to be killed. */
  async function startInAnotherProcess() {
    const script = path.join(dir, "hub.mts");
    const here = fileURLToPath(new URL(".", import.meta.url));
    fs.writeFileSync(
      script,
      `import { createRequire } from "node:module";
       import { start } from ${JSON.stringify(path.join(here, "embedded.ts"))};
       const pg = createRequire(${JSON.stringify(here)})("pg");
       const server = await start({ dataDir: ${JSON.stringify(path.join(dir, "data"))}, durable: false, log: () => {} });
       const client = new pg.Client(server.url);
       await client.connect();
       await client.query("create table kept (n int); insert into kept values (7)");
       await client.end();
       process.stdout.write("up");
       setInterval(() => {}, 1000);`,
    );
    const hub = spawn(process.execPath, ["--import", "tsx", script], {
      cwd: fileURLToPath(new URL("../../..", import.meta.url)),
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(hub.stdout, "data");
    return { hub, server: postmaster().pid };
  }

  /** The guard of a server (postmaster.ts), found by the process number in its command line. */
  function guardOf(server: number): number {
    const isGuard = (line: string) => line.includes("read -r _; kill") && line.endsWith(`\0${server}\0`);
    const found = fs.readdirSync("/proc").find((entry) => /^\d+$/.test(entry) && isGuard(commandLine(entry)));
    return Number(found);
  }
  function commandLine(pid: string): string {
    try {
      return fs.readFileSync(`/proc/${pid}/cmdline`, "utf8");
    } catch {
      return ""; // ended since the listing
    }
  }
});
