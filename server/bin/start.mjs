// What `npm start` runs: plain JavaScript, since at the first start nothing is installed yet.
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { takeLock } from "./preparation/lock.mjs";
import { checkNode, prepare, run } from "./preparation/prepare.mjs";
import { at, Stop } from "./preparation/steps.mjs";

const main = at("server/dist/app/main.js");

await run(async () => {
  checkNode();
  const lock = takeLock(at(".cache/start.lock"));
  if (lock.holder)
    throw new Stop(`Readroom is already running from this folder (process ${lock.holder}); stop that one first`);
  process.on("exit", lock.release);

  await prepare(process.stdout);
  startMediaWorkerScript();
  // The hub runs in this very process: signals, exit code and process number are its own, and a kill leaves no second process.
  process.argv = [process.argv[0], main, ...process.argv.slice(2)];
  process.setSourceMapsEnabled(true);
  await import(pathToFileURL(main).href);
});

/** Gets the media engine's worker beside the running hub, which offers calls as soon as the file appears. */
function startMediaWorkerScript() {
  if (process.env.MEDIASOUP_WORKER_BIN) return;
  if (fs.existsSync(at("node_modules/mediasoup/worker/out/Release/mediasoup-worker"))) return;
  const data = path.resolve(process.env.READROOM_DATA || at("data"));
  // Passable but not listable for others: PostgreSQL runs as an account of its own when the hub is root.
  if (fs.mkdirSync(data, { recursive: true })) fs.chmodSync(data, 0o711);
  const file = path.join(data, "media-worker.log");
  const log = fs.openSync(file, "a", 0o600);
  const script = spawn("bash", [at("server/bin/media-worker.sh")], {
    cwd: at(),
    detached: true,
    stdio: ["ignore", log, log],
  });
  script.once("error", (error) => process.stdout.write(`  media engine: cannot be prepared (${error.message})\n`));
  script.unref();
  fs.closeSync(log);
  process.stdout.write(`  media engine: being prepared in the background, calls become available then (${file})\n`);
}
