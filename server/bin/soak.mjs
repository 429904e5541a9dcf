// npm run soak [-- COUNT [FIRST]]: the fuzz of the rooms (server/gateway/rooms/rooms.fuzz.pg.test.ts) with many more seeds than `npm test`
// plays: 10,000 where nothing is said. Stops at the first seed that finds something and names it; pin it in that test.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const AT_A_TIME = 500;
const root = fileURLToPath(new URL("../..", import.meta.url));
const [count = 10_000, first = 1_000] = process.argv.slice(2).map(Number);
if (![count, first].every((number) => Number.isInteger(number) && number >= 0)) {
  process.stderr.write("npm run soak -- [how many seeds] [the first of them]\n");
  process.exit(2);
}

const began = Date.now();
for (let done = 0; done < count; done += AT_A_TIME) {
  const runs = Math.min(AT_A_TIME, count - done);
  const { status } = spawnSync(
    process.execPath,
    [
      "node_modules/vitest/vitest.mjs",
      "run",
      "--config",
      "e2e/vitest.config.ts",
      "server/gateway/rooms/rooms.fuzz.pg.test.ts",
    ],
    {
      cwd: root,
      stdio: "inherit",
      env: { ...process.env, READROOM_FUZZ_RUNS: String(runs), READROOM_FUZZ_SEED: String(first + done) },
    },
  );
  if (status !== 0) process.exit(status ?? 1);
  process.stdout.write(`soak: ${done + runs} of ${count} seeds, ${Math.round((Date.now() - began) / 1000)} s\n`);
}
