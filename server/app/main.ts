import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { start as startEmbedded } from "../adapters/postgres/embedded.js";
import { makeLog } from "../kernel/log.js";
import { migrate } from "../kernel/migrate.js";
import { importFolder } from "./arguments.js";
import { type Config, ConfigError, readConfig } from "./config.js";
import { forkDimse } from "./dimse-fork.js";

const MIGRATIONS = fileURLToPath(new URL("../../prisma/migrations/", import.meta.url));

/** Prints a line of the start's progress: people watch this, the log is for machines. */
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const folder = importFolder(process.argv.slice(2));
  const log = makeLog(config.logLevel);
  // The hub's code and its DICOM listener's are loaded while PostgreSQL starts: each takes about a second.
  const dimse = config.roles.includes("dimse") ? forkDimse() : undefined;
  const [database, { startHub }] = await Promise.all([openOrEmbed(config), import("./hub.js")]);
  const applied = await migrate(database.url, MIGRATIONS);
  if (applied.length > 0) say(`database   ${applied.length} migration${applied.length === 1 ? "" : "s"} applied`);
  const hub = await startHub(config, database.url, { log, say, dimse });
  say(`readroom   http://localhost:${config.http.port}`);
  if (folder) {
    const { runImport } = await import("./import.js");
    runImport(hub.deps, hub.pipeline, folder, say).catch((error: unknown) => {
      say(
        `import     stopped: ${error instanceof Error ? error.message : String(error)}. What was taken stays; start it again to go on`,
      );
    });
  }

  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) return;
    stopping = true;
    say(`stopping   ${signal}`);
    hub
      .stop()
      .then(() => database.stop())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          log.error(
            { err: { message: error instanceof Error ? error.message : String(error) } },
            "did not stop cleanly",
          );
          process.exit(1);
        },
      );
  };
  process.on("SIGINT", () => stop("SIGINT"));
  process.on("SIGTERM", () => stop("SIGTERM"));
}

async function openOrEmbed(config: Config): Promise<{ url: string; stop(): Promise<void> }> {
  if (config.databaseUrl) return { url: config.databaseUrl, stop: async () => undefined };
  say("database   starting embedded PostgreSQL");
  return startEmbedded({
    dataDir: join(config.dataDir, "postgres"),
    log: (line) => say(`database   ${line}`),
    onLost: (reason) => {
      // Nothing can be acknowledged without it; the next start recovers what was committed.
      process.stderr.write(`readroom stops: ${reason}\n`);
      process.exit(1);
    },
  });
}

main().catch((error: unknown) => {
  const known = error instanceof Error ? error.message : String(error);
  process.stderr.write(`readroom cannot start: ${known}\n`);
  // Where in the code it went wrong helps whoever mends the hub, not whoever starts it.
  if (process.env.READROOM_LOG_LEVEL === "debug" && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  process.exit(error instanceof ConfigError ? 78 : 1);
});
