import type { ChildProcess } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { choosePrograms, clusterDirectory, type Programs, runProgram, writeDurably } from "./binaries.js";
import {
  guard,
  isAlive,
  isStranger,
  launchPostmaster,
  type Postmaster,
  readPostmaster,
  stopPostmaster,
} from "./postmaster.js";

export interface EmbeddedOptions {
  /** Directory of the database's files, port and password; made when missing. */
  dataDir: string;
  /** Port on 127.0.0.1; without it one that is free, kept for the next starts. */
  port?: number;
  /** One line of progress or of warning. */
  log: (line: string) => void;
  /** false: commits are not flushed to disk. For tests only. */
  durable?: boolean;
  /** Called when the database ends although nobody asked it to. */
  onLost?: (reason: string) => void;
}

export interface EmbeddedPostgres {
  /** Connection URL of the database `readroom`, with its password. */
  url: string;
  /** Ends the sessions, writes a checkpoint and waits until the server is gone. */
  stop(): Promise<void>;
}

const user = "readroom";
const database = "readroom";
/** Advisory lock that one hub holds as long as it lives: two hubs never share one embedded database. */
const hubLock = 72707370;
/** Children of a killed postmaster may hold its shared memory for a moment; each failed attempt ends within milliseconds. */
const attempts = 10;

/**
 * Starts the PostgreSQL that npm installed, on 127.0.0.1 with a generated password (other accounts of the machine can reach the
 * port too). One that outlived a killed hub is taken over.
 *
 * @throws one clear line when it cannot run here, or another hub is using the directory.
 */
export async function start(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const { dataDir, log } = options;
  const cluster = clusterDirectory(path.resolve(dataDir), log);
  const programs = choosePrograms(cluster);
  const password = initialise(programs, cluster, dataDir, options);
  const urlOn = (port: number, name: string) => `postgresql://${user}:${password}@127.0.0.1:${port}/${name}`;

  for (let attempt = 1; ; attempt++) {
    const running = await takeOver(cluster, (port) => urlOn(port, "postgres"), log);
    const server = running ? { ...running, child: undefined } : await launchWithRetries(programs, cluster, options);
    try {
      const hub = await holdLock(urlOn(server.port, "postgres"), dataDir);
      await ensureDatabase(hub);
      return supervise(server, hub, urlOn(server.port, database), options);
    } catch (error) {
      if (server.child) await stopPostmaster(server.pid);
      // One that was left behind may have been on its way down when it was taken over: start anew.
      else if (!(error instanceof InUse) && attempt < attempts) continue;
      throw error;
    }
  }
}

/** Another hub holds the database of this directory. */
class InUse extends Error {}

/** Makes the cluster once and returns its password. A cluster gets its name last, so half of one is never used. */
function initialise(programs: Programs, cluster: string, dataDir: string, options: EmbeddedOptions): string {
  const passwordFile = path.join(dataDir, "password");
  if (!fs.existsSync(passwordFile)) {
    if (fs.existsSync(cluster)) throw new Error(`${passwordFile} is missing: the database beside it cannot be opened`);
    writeDurably(passwordFile, randomBytes(24).toString("base64url"));
  }
  const password = fs.readFileSync(passwordFile, "utf8").trim();
  if (fs.existsSync(cluster)) return password;

  options.log("making the database's files");
  const parent = path.dirname(cluster);
  for (const left of fs.readdirSync(parent).filter((name) => name.startsWith("cluster.")))
    fs.rmSync(path.join(parent, left), { recursive: true });
  const unfinished = fs.mkdtempSync(`${cluster}.`);
  const handedOver = fs.mkdtempSync(path.join(os.tmpdir(), "readroom-"));
  try {
    const pwfile = path.join(handedOver, "password");
    fs.writeFileSync(pwfile, password, { mode: 0o600 });
    const { account } = programs;
    if (account) for (const item of [unfinished, handedOver, pwfile]) fs.chownSync(item, account.uid, account.gid);
    const made = runProgram(programs, "initdb", [
      ...["-D", unfinished, "-U", user, "-A", "scram-sha-256", "--pwfile", pwfile, "-E", "UTF8", "--locale=C"],
      // Sorting by code point, the same on every machine and after every update of its libraries.
      ...["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"],
      ...(options.durable === false ? ["--no-sync"] : []),
    ]);
    if (made.status !== 0)
      throw new Error(`initdb failed: ${(made.error?.message ?? made.stderr).trim().replaceAll(/\s*\n\s*/g, "; ")}`);
    fs.renameSync(unfinished, cluster);
  } finally {
    fs.rmSync(handedOver, { recursive: true });
  }
  return password;
}

/** The server that an earlier hub left running, if it is this cluster's and answers. */
async function takeOver(
  cluster: string,
  urlOn: (port: number) => string,
  log: (line: string) => void,
): Promise<Postmaster | undefined> {
  const end = performance.now() + 30_000;
  for (;;) {
    const left = readPostmaster(cluster);
    if (!left || !isAlive(left.pid)) return undefined;
    if (isStranger(left.pid)) {
      fs.rmSync(path.join(cluster, "postmaster.pid"));
      return undefined;
    }
    if (left.status === "ready" && (await serves(urlOn(left.port), cluster))) {
      log(`taking over the database that runs already (process ${left.pid})`);
      return left;
    }
    // Coming up or going down: either ends by itself, and then the file says so.
    if (performance.now() > end) {
      log(`stopping a database that does not answer (process ${left.pid})`);
      await stopPostmaster(left.pid);
      return undefined;
    }
    await pause(20);
  }
}

async function serves(url: string, cluster: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on("error", () => undefined); // a connection lost after the answer says nothing about the answer
  try {
    await client.connect();
    const { rows } = await client.query<{ dir: string }>("select current_setting('data_directory') as dir");
    return fs.realpathSync(rows[0]?.dir ?? "") === fs.realpathSync(cluster);
  } catch {
    return false; // whatever is on that port now, it is not a database of ours that takes sessions
  } finally {
    await client.end();
  }
}

type Server = Postmaster & { child: ChildProcess | undefined };

async function launchWithRetries(programs: Programs, cluster: string, options: EmbeddedOptions): Promise<Server> {
  const logFile = path.join(options.dataDir, "postgres.log");
  for (let attempt = 1; ; attempt++) {
    const port = await choosePort(options);
    const child = launchPostmaster(programs, cluster, { port, durable: options.durable ?? true, logFile });
    const failure = await untilReady(child, cluster);
    if (failure === undefined) {
      if (options.port === undefined) writeDurably(path.join(options.dataDir, "port"), `${port}\n`);
      return { pid: child.pid ?? 0, port, status: "ready", child };
    }
    if (attempt === attempts) {
      const words = fs.readFileSync(logFile, "utf8").trim().split("\n").slice(-3).join("; ");
      throw new Error(`the embedded PostgreSQL does not start (${failure}): ${words}`);
    }
    await pause(100 * attempt);
  }
}

/** Undefined when the server takes sessions, else why it ended. Recovery after a crash may take its time. */
async function untilReady(child: ChildProcess, cluster: string): Promise<string | undefined> {
  let ended: string | undefined;
  child.once("error", (error) => (ended = error.message));
  child.once("exit", (code, signal) => (ended = `ended with ${signal ?? code}`));
  while (ended === undefined) {
    const now = readPostmaster(cluster);
    if (now?.pid === child.pid && now?.status === "ready") return undefined;
    await pause(10);
  }
  return ended;
}

/** The port asked for, else the last one used, else a free one below the range that systems hand out for outgoing connections. */
async function choosePort(options: EmbeddedOptions): Promise<number> {
  if (options.port !== undefined) return options.port;
  const kept = path.join(options.dataDir, "port");
  const last = fs.existsSync(kept) ? Number(fs.readFileSync(kept, "utf8")) : 0;
  if (last > 0 && (await isFree(last))) return last;
  for (;;) {
    const port = randomInt(24_000, 32_000);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}

/** Session that marks the database as in use. A killed hub's session ends with its socket, so a short wait is enough. */
async function holdLock(url: string, dataDir: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: "readroom start", keepAlive: true });
  await client.connect();
  const end = performance.now() + 3_000;
  for (;;) {
    const { rows } = await client.query<{ held: boolean }>("select pg_try_advisory_lock($1) as held", [hubLock]);
    if (rows[0]?.held) return client;
    if (performance.now() > end) {
      await client.end();
      throw new InUse(`another hub is using the database in ${dataDir}: stop it, or set READROOM_DATA`);
    }
    await pause(50);
  }
}

async function ensureDatabase(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query("select from pg_database where datname = $1", [database]);
  if (!rowCount) await client.query(`create database ${database}`);
}

function supervise(server: Server, hub: pg.Client, url: string, options: EmbeddedOptions): EmbeddedPostgres {
  let ending = false;
  const callOffGuard = guard(server.pid);
  const lost = (reason: string) => {
    if (ending) return;
    ending = true;
    options.onLost?.(`the embedded PostgreSQL ended (${reason}), see ${path.join(options.dataDir, "postgres.log")}`);
  };
  hub.on("error", (error) => lost(error.message));
  server.child?.once("exit", (code, signal) => lost(String(signal ?? code)));
  // The hub's life is decided by its listeners and not by its database.
  server.child?.unref();
  return {
    url,
    async stop() {
      ending = true;
      await hub.end();
      await stopPostmaster(server.pid);
      callOffGuard();
    },
  };
}
