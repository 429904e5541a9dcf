import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { testPostgres } from "../fixtures/database.server.js";
import type { BenchContext, Benchmark, Figure } from "./bench.js";

const here = fileURLToPath(new URL(".", import.meta.url));
const scratchParent = path.join(here, "../../.cache");
const print = (line: string) => void process.stdout.write(`${line}\n`);

/** Runs the benchmarks whose names were asked for, or all, one after the other: they would disturb each other's figures. */
async function main(asked: string[]): Promise<void> {
  const benchmarks = await load();
  const unknown = asked.filter((name) => !benchmarks.some((benchmark) => benchmark.name === name));
  if (unknown.length > 0)
    throw new Error(`no benchmark ${unknown.join(", ")}; there are: ${benchmarks.map(({ name }) => name).join(", ")}`);
  print(`${os.cpus().length} cores, ${os.cpus()[0]?.model ?? "unknown processor"}, Node ${process.versions.node}`);
  for (const benchmark of benchmarks.filter(({ name }) => asked.length === 0 || asked.includes(name))) {
    print(`\n${benchmark.name}`);
    const began = performance.now();
    try {
      await runOne(benchmark);
      print(`  (${((performance.now() - began) / 1000).toFixed(1)} s)`);
    } catch (error) {
      // The others still have their say; the exit status tells of it.
      process.exitCode = 1;
      print(`  failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
  }
}

async function load(): Promise<Benchmark[]> {
  const files = fs.readdirSync(here).filter((name) => name.endsWith(".bench.ts"));
  return Promise.all(
    files.sort().map(async (file) => {
      const loaded = (await import(pathToFileURL(path.join(here, file)).href)) as { default: Benchmark };
      return loaded.default;
    }),
  );
}

async function runOne(benchmark: Benchmark): Promise<void> {
  fs.mkdirSync(scratchParent, { recursive: true });
  const scratch = fs.mkdtempSync(path.join(scratchParent, `bench-${benchmark.name}-`));
  fs.chmodSync(scratch, 0o711); // PostgreSQL runs below it, as an account of its own where this is root
  const postgres = testPostgres({ durable: true, parent: scratch });
  const undo: (() => unknown)[] = [() => fs.rmSync(scratch, { recursive: true }), () => postgres.stop()];
  const context: BenchContext = {
    scratch,
    database: () => postgres.fresh(),
    figure: (figure) => print(formatFigure(figure)),
    note: (line) => print(`  ${line}`),
    defer: (step) => void undo.push(step),
  };
  try {
    await benchmark.run(context);
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

function formatFigure({ name, subject, value, unit }: Figure): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `  ${name.padEnd(44)} ${subject.padEnd(20)} ${value.toFixed(digits).padStart(10)} ${unit}`;
}

await main(process.argv.slice(2));
