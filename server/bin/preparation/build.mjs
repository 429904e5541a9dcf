import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { runOwned } from "./child.mjs";
import { at, readIfThere, replaceFile, Stop } from "./steps.mjs";

const stamp = (name) => at("node_modules/.readroom", name);
const skipped = new Set(["node_modules", "dist", "generated", "data", "bin"]);

/**
 * Fingerprint of source folders: name, size and time of every file. Contents are not read: this runs at each start and has to
 * cost milliseconds; a time that changed without reason costs one incremental build.
 */
function fingerprint(folders) {
  const hash = createHash("sha256");
  const visit = (entry) => {
    const stat = fs.statSync(entry, { throwIfNoEntry: false });
    if (!stat) return;
    if (!stat.isDirectory()) {
      if (!entry.endsWith(".tsbuildinfo")) hash.update(`${entry}\0${stat.size}\0${stat.mtimeMs}\n`);
      return;
    }
    for (const name of fs.readdirSync(entry).sort()) if (!skipped.has(name)) visit(path.join(entry, name));
  };
  for (const folder of folders) visit(at(folder));
  return hash.digest("hex");
}

/**
 * The builds in their order. `out` is a file that exists when a build is complete; `run` gets true when an earlier attempt was
 * interrupted and nothing that it left is to be trusted.
 */
const builds = [
  {
    name: "database client",
    sources: ["server/prisma/schema.prisma", "server/prisma.config.ts"],
    out: "server/prisma/generated/client.ts",
    run: () => generate(),
  },
  {
    name: "server",
    sources: ["shared", "server", "package-lock.json"],
    out: "server/dist/app/main.js",
    run: (afresh) => runTool("typescript/bin/tsc", ["-b", ...(afresh ? ["--force"] : []), "shared", "server"], at()),
  },
  {
    name: "browser application",
    sources: ["shared", "client", "package-lock.json"],
    out: "client/dist/index.html",
    run: () => runTool("vite/bin/vite.js", ["build", "--logLevel", "warn"], at("client")),
  },
];

/** Names of what has to be built, judged by the sources. */
export function outdated() {
  return builds.filter((build) => !isCurrent(build)).map((build) => build.name);
}

function isCurrent({ name, sources, out }) {
  return fs.existsSync(at(out)) && readIfThere(stamp(name)) === fingerprint(sources);
}

/** Builds what is out of date. `step` prints a line as each build begins and ends. */
export async function buildOutdated(step, only = builds.map((build) => build.name)) {
  for (const build of builds.filter(({ name }) => only.includes(name))) {
    if (isCurrent(build)) continue;
    await step(`building the ${build.name}`, async () => {
      // Taken first: a file saved during the build is then newer than the stamp and is built next time.
      const built = fingerprint(build.sources);
      const unfinished = `${stamp(build.name)}.unfinished`;
      const interrupted = fs.existsSync(unfinished);
      fs.rmSync(stamp(build.name), { force: true });
      replaceFile(unfinished, "");
      await build.run(interrupted);
      replaceFile(stamp(build.name), built);
      fs.rmSync(unfinished);
    });
  }
}

/**
 * Prisma's generator. It needs no engine, but looks for one and would download it: a program that only fails stands in for it.
 */
export function generate() {
  const fails = fs.existsSync("/bin/false") ? "/bin/false" : "/usr/bin/false";
  return runTool("prisma/build/index.js", ["generate", "--no-hints"], at("server"), {
    PRISMA_SCHEMA_ENGINE_BINARY: fails,
    PRISMA_HIDE_UPDATE_MESSAGE: "1",
    CHECKPOINT_DISABLE: "1",
  });
}

/** Runs a program of an installed package and shows what it said only when it fails. */
async function runTool(script, args, cwd, environment = {}) {
  const { code, said } = await runOwned(process.execPath, [at("node_modules", script), ...args], {
    cwd,
    env: { ...process.env, ...environment },
  });
  if (code !== 0) throw new Stop(`${path.basename(script)} ${args.join(" ")} failed:\n${said}`);
}
