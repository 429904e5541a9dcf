// `npm run bench [-- NAME...]`: runs the benchmarks of e2e/bench from their sources.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { prepare, run } from "./preparation/prepare.mjs";
import { at } from "./preparation/steps.mjs";

await run(async () => {
  await prepare(process.stderr);
  const bench = spawn(process.execPath, ["--import", "tsx", at("e2e/bench/run.ts"), ...process.argv.slice(2)], {
    cwd: at(),
    stdio: "inherit",
  });
  // An interrupt of the terminal reaches the benchmark by itself; its ending is what counts here.
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => bench.kill("SIGTERM"));
  const [code] = await once(bench, "exit");
  process.exitCode = code ?? 1;
});
