import { createHash } from "node:crypto";
import fs from "node:fs";
import { runOwned } from "./child.mjs";
import { at, readIfThere, replaceFile, Stop } from "./steps.mjs";

const stampFile = at("node_modules/.readroom/install");
/** npm's own list of what it installed, written when everything else is there. */
const installedList = at("node_modules/.package-lock.json");

/** What an installation has to match: the lockfile, and the machine, since some packages carry its machine code. */
function wantedStamp(lockfile) {
  return createHash("sha256").update(`${process.platform} ${process.arch}\n${lockfile}`).digest("hex");
}

/** Whether an entry of the lockfile is for this machine; the others npm leaves out. */
function isForHere(entry) {
  const allows = (list, value) =>
    !list ||
    (list.includes(value) && !list.includes(`!${value}`)) ||
    list.every((one) => one.startsWith("!") && one !== `!${value}`);
  return allows(entry.os, process.platform) && allows(entry.cpu, process.arch);
}

function packagesIn(lockfile) {
  return Object.entries(JSON.parse(lockfile).packages).filter(([place]) => place.includes("node_modules/"));
}

/** Whether somebody ran `npm ci` or `npm install` by hand and the result is what the lockfile says. */
function agreesWithInstalled(lockfile) {
  const list = readIfThere(installedList);
  if (list === undefined) return false;
  const installed = new Map(packagesIn(list));
  return packagesIn(lockfile).every(([place, entry]) =>
    entry.optional || entry.devOptional || !isForHere(entry) ? true : installed.get(place)?.version === entry.version,
  );
}

/** Whether node_modules is what package-lock.json says. */
export function isInstalled() {
  const lockfile = fs.readFileSync(at("package-lock.json"), "utf8");
  if (!fs.existsSync(installedList)) return false;
  const wanted = wantedStamp(lockfile);
  if (readIfThere(stampFile) === wanted) return true;
  if (!agreesWithInstalled(lockfile)) return false;
  replaceFile(stampFile, wanted);
  return true;
}

/**
 * Installs the packages that package-lock.json lists. `npm ci` empties node_modules first, so an interrupted earlier attempt
 * leaves nothing; the stamp is written last.
 *
 * Install scripts are off, as npm ≥ 11.19 has them by default and older ones do not: mediasoup's would wait for a download
 * (media-worker.sh does that beside the running hub), and nothing else here needs its own.
 */
export async function install(say) {
  const lockfile = fs.readFileSync(at("package-lock.json"), "utf8");
  fs.rmSync(stampFile, { force: true });
  const expected = packagesIn(lockfile).filter(([, entry]) => !entry.link && isForHere(entry)).length;
  // npm says a line for each answer, from the registry or from its cache: first where every package is, then the packages.
  let lookedUp = 0;
  let fetched = 0;
  const hear = (line) => {
    if (!line.startsWith("npm http")) return true;
    if (line.includes(".tgz")) fetched++;
    else lookedUp++;
    return false;
  };
  const progress = setInterval(() => {
    say(`    looked up ${Math.min(lookedUp, expected)}, fetched ${fetched} of about ${expected} packages`);
  }, 5000);
  try {
    await runNpm(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=http"], hear);
  } finally {
    clearInterval(progress);
  }
  replaceFile(stampFile, wantedStamp(lockfile));
}

async function runNpm(args, hear) {
  const viaNpm = process.env.npm_execpath;
  const [command, first] = viaNpm?.endsWith(".js") ? [process.execPath, [viaNpm]] : ["npm", []];
  const { code, said } = await runOwned(
    command,
    [...first, ...args],
    {
      cwd: at(),
      // An `npm run` hands its own settings down; they must not become those of the install.
      env: { ...withoutNpmSettings(process.env), MEDIASOUP_WORKER_BIN: "skip" },
    },
    hear,
  );
  if (code !== 0) throw new Stop(`npm ci failed; the end of what it said:\n${said}`);
}

function withoutNpmSettings(environment) {
  return Object.fromEntries(
    Object.entries(environment).filter(
      ([name]) => !/^npm_(config_(local_prefix|prefix|ignore_scripts|omit|include)|lifecycle|package)/i.test(name),
    ),
  );
}
