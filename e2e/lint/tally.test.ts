import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const script = fileURLToPath(new URL("../../.ci/tally.mjs", import.meta.url));

describe("totals of a test run", () => {
  let folder: string;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "readroom-tally-"));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  function tally(files: Record<string, unknown>) {
    for (const [name, content] of Object.entries(files))
      fs.writeFileSync(path.join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
    const { stdout, status } = spawnSync(process.execPath, [script, folder], { encoding: "utf8" });
    return { stdout, status, last: stdout.trimEnd().split("\n").at(-1) };
  }
  const unit = (passed: number, failed: number, files: unknown[] = []) => ({
    numPassedTests: passed,
    numFailedTests: failed,
    numPendingTests: 0,
    numTodoTests: 0,
    testResults: files,
  });
  const journeys = (expected: number, unexpected: number, flaky = 0) => ({
    stats: { expected, unexpected, flaky, skipped: 0 },
    errors: [],
    suites: [],
  });

  it("[TT1] adds checks, unit tests and journeys, and ends in the line that is counted on", () => {
    const { last, status } = tally({
      "lint.check": "0",
      "unit.status": "0",
      "unit.json": unit(40, 0),
      "journeys.status": "0",
      "journeys.json": journeys(3, 0),
    });
    expect(last).toBe("44 passed, 0 failed");
    expect(status).toBe(0);
  });

  it("[TT2] counts a failed check, names it, and fails", () => {
    const { stdout, last, status } = tally({ "types.check": "2", "unit.status": "0", "unit.json": unit(1, 0) });
    expect(last).toBe("1 passed, 1 failed");
    expect(stdout).toContain("failed:\n  types\n");
    expect(status).toBe(1);
  });

  it("[TT3] a test file that does not load is a failure, though it has no tests", () => {
    const broken = { name: "/x/broken.test.ts", status: "failed", assertionResults: [] };
    expect(tally({ "unit.status": "1", "unit.json": unit(5, 0, [broken]) }).last).toBe("5 passed, 1 failed");
  });

  it("[TT4] a program that left no report, ended badly without a failed test, or saw no test, failed", () => {
    expect(tally({ "journeys.status": "137" }).last).toBe("0 passed, 1 failed");
    expect(tally({ "journeys.status": "1", "journeys.json": journeys(4, 0) }).last).toBe("4 passed, 1 failed");
    expect(tally({ "journeys.status": "0", "journeys.json": journeys(0, 0) }).last).toBe("0 passed, 1 failed");
  });

  it("[TT5] a journey that passed only when tried again is no pass", () => {
    expect(tally({ "journeys.status": "0", "journeys.json": journeys(2, 0, 1) }).last).toBe("2 passed, 1 failed");
  });

  it("[TT6] a run in which nothing was tested fails", () => {
    expect(tally({}).status).toBe(1);
  });
});
