import { buildOutdated, outdated } from "./build.mjs";
import { endLeftBehind } from "./child.mjs";
import { install, isInstalled } from "./install.mjs";
import { whileLocked } from "./lock.mjs";
import { at, Stop, stepPrinter } from "./steps.mjs";

/** @throws Stop when this Node.js is too old for what follows. */
export function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new Stop(`Readroom needs Node.js 20.19 or newer; this is ${process.versions.node}`);
}

/**
 * Brings the checkout to where its programs can run: packages installed, database client generated, sources built. Does, and
 * prints, nothing where nothing has changed. One process of a checkout at a time; others wait.
 *
 * @param {NodeJS.WritableStream} stream where the steps are printed
 * @param {string[]} [only] names of the builds that are needed; all where absent
 */
export async function prepare(stream, only) {
  checkNode();
  if (isInstalled() && outdated().every((name) => only && !only.includes(name))) return;
  const { say, step } = stepPrinter(stream);
  const wait = (pid) => say(`  waiting for process ${pid}, which is installing or building here`);
  await whileLocked(at(".cache/prepare.lock"), wait, async () => {
    endLeftBehind();
    if (!isInstalled()) await step("installing packages", () => install(say));
    await buildOutdated(step, only);
  });
}

/** Runs a script's work; what the person can mend ends it with one line instead of a trace. */
export async function run(work) {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
