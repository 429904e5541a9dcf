import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { bareEnvironment, type Programs } from "./binaries.js";

/** What PostgreSQL writes about itself into `postmaster.pid` (lines 1, 4 and 8). */
export interface Postmaster {
  pid: number;
  port: number;
  /** "starting", "ready", "stopping" or "standby". */
  status: string;
}

/** Port and switches that a start of the server is given. */
export interface Launch {
  port: number;
  /** false: commits are not flushed to disk. For tests only. */
  durable: boolean;
  logFile: string;
}

/** Reads `postmaster.pid`; undefined where there is none or it is not written completely yet. */
export function readPostmaster(cluster: string): Postmaster | undefined {
  let lines: string[];
  try {
    lines = fs.readFileSync(path.join(cluster, "postmaster.pid"), "utf8").split("\n");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  return Number.isInteger(pid) && pid > 0 ? { pid, port, status: lines[7]?.trim() ?? "" } : undefined;
}

/** Whether a process exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * Whether the process of a `postmaster.pid` is no PostgreSQL: after a crash of the machine its number may be anyone's, and
 * PostgreSQL would then refuse to start for ever. Only Linux tells; elsewhere PostgreSQL's own judgement stands.
 */
export function isStranger(pid: number): boolean {
  try {
    return !fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("postgres");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return process.platform === "linux";
    throw error;
  }
}

/** MB: a sixteenth of the machine's memory, at least PostgreSQL's own 128. A million open studies want about 1,000. */
export const sharedBuffersMb = (memoryBytes: number): number =>
  Math.min(2_048, Math.max(128, Math.floor(memoryBytes / 16 / 1024 / 1024)));

/**
 * Starts the server in a session of its own, so that a terminal's Ctrl-C reaches the hub alone and the database goes down after it.
 * Its messages go to a file: a pipe would break when the hub is killed. Values of patients must not get there, hence
 * log_min_messages=log (no ERROR lines), no statements and no details.
 */
export function launchPostmaster(programs: Programs, cluster: string, launch: Launch) {
  const settings = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    timezone: "UTC",
    log_timezone: "UTC",
    log_min_messages: "log",
    log_min_error_statement: "panic",
    log_error_verbosity: "terse",
    shared_buffers: `${sharedBuffersMb(os.totalmem())}MB`,
    ...(!launch.durable && { fsync: "off", full_page_writes: "off", synchronous_commit: "off" }),
  };
  const switches = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const log = fs.openSync(launch.logFile, "w", 0o600);
  const { account } = programs;
  try {
    return spawn(path.join(programs.native, "bin/postgres"), ["-D", cluster, "-p", String(launch.port), ...switches], {
      cwd: "/",
      env: bareEnvironment,
      detached: true,
      stdio: ["ignore", log, log],
      ...(account && { uid: account.uid, gid: account.gid }),
    });
  } finally {
    fs.closeSync(log);
  }
}

/**
 * Asks the server to shut down as soon as this process is gone, even after a kill -9: a shell that waits for the end of its input
 * holds the other end of a pipe which only the death of the hub closes. Returns the function that calls the guard off.
 */
export function guard(pid: number): () => void {
  const watcher = spawn("/bin/sh", ["-c", 'read -r _; kill -INT "$1" 2>/dev/null', "sh", String(pid)], {
    cwd: "/",
    env: bareEnvironment,
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  watcher.unref();
  (watcher.stdin as unknown as { unref(): void }).unref();
  return () => void watcher.kill("SIGKILL");
}

/**
 * Shuts a server down: "fast" (sessions end, a checkpoint is written), and the hard way, which recovers at the next start, when
 * it takes longer than `patience` ms.
 */
export async function stopPostmaster(pid: number, patience = 20_000): Promise<void> {
  const signal = (name: NodeJS.Signals) => {
    if (isAlive(pid)) process.kill(pid, name);
  };
  signal("SIGINT");
  if (await goneWithin(pid, patience)) return;
  signal("SIGQUIT");
  if (!(await goneWithin(pid, 5_000))) throw new Error(`PostgreSQL (process ${pid}) does not stop`);
}

/** Waits until a process no longer exists. */
export async function goneWithin(pid: number, ms: number): Promise<boolean> {
  const end = performance.now() + ms;
  while (isAlive(pid)) {
    if (performance.now() > end) return false;
    // There is no event for the end of a process that is not one's own child.
    await pause(10);
  }
  return true;
}
