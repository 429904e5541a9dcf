// Adds up what a test run has left in its results folder and prints the totals; the last line is "N passed, N failed".
//   *.check    exit status of a check that counts as one test
//   *.status   exit status of a test program, with its own report beside it: unit.json, unit-more.json … (Vitest), journeys.json … (Playwright)
import fs from "node:fs";
import path from "node:path";

const folder = process.argv[2];
const failures = [];
let passed = 0;
let failed = 0;

function count(name, good, bad, left = 0) {
  passed += good;
  failed += bad;
  process.stdout.write(`${name}: ${good} passed, ${bad} failed${left ? `, ${left} not run here` : ""}\n`);
}

const readers = {
  unit(report) {
    // A file that does not even load has no tests, but it is a failure.
    const broken = report.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
    for (const file of report.testResults)
      for (const test of file.assertionResults) if (test.status === "failed") failures.push(test.fullName);
    failures.push(...broken.map((file) => `${path.relative(process.cwd(), file.name)} does not load`));
    return [report.numPassedTests, report.numFailedTests + broken.length, report.numPendingTests + report.numTodoTests];
  },
  journeys({ stats, errors, suites }) {
    const visit = (suite) => {
      for (const spec of suite.specs ?? []) if (!spec.ok) failures.push(spec.title);
      for (const inner of suite.suites ?? []) visit(inner);
    };
    suites.forEach(visit);
    // One that passed only when it was tried again is not a pass.
    return [stats.expected, stats.unexpected + stats.flaky + errors.length, stats.skipped];
  },
};

for (const entry of fs.readdirSync(folder).sort()) {
  const [key, kind] = entry.split(".");
  if (kind !== "check" && kind !== "status") continue;
  const status = Number(fs.readFileSync(path.join(folder, entry), "utf8"));
  if (kind === "check") {
    if (status !== 0) failures.push(key);
    count(key, status === 0 ? 1 : 0, status === 0 ? 0 : 1);
    continue;
  }
  const report = path.join(folder, `${key}.json`);
  if (!fs.existsSync(report)) {
    failures.push(`${key}: ended with ${status} and left no report`);
    count(key, 0, 1);
    continue;
  }
  const [good, bad, left] = readers[key.split("-")[0]](JSON.parse(fs.readFileSync(report, "utf8")));
  // An ending that the report does not explain (an error outside every test, or no test at all) is a failure of its own.
  const unexplained = (status !== 0 && bad === 0) || good + bad === 0;
  if (unexplained) failures.push(`${key}: ended with ${status}, ${good + bad} tests seen`);
  count(key, good, bad + (unexplained ? 1 : 0), left);
}

if (failures.length) process.stdout.write(`\nfailed:\n${failures.map((name) => `  ${name}`).join("\n")}\n`);
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
