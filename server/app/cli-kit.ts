import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Refusal } from "@readroom/shared/contract/errors.js";
import type { Actor } from "@readroom/shared/domain/access.js";
import type { Result } from "@readroom/shared/kernel/result.js";
import { InvalidArgumentError } from "commander";
import type { z } from "zod";
import { start as startEmbedded } from "../adapters/postgres/embedded.js";
import { findRunning } from "../adapters/postgres/running.js";
import * as identity from "../features/identity/public.js";
import { systemClock } from "../kernel/clock.js";
import { openDatabase } from "../kernel/database.js";
import type { Deps } from "../kernel/deps.js";
import { makeLog } from "../kernel/log.js";
import { migrate } from "../kernel/migrate.js";
import { readConfig } from "./config.js";

const MIGRATIONS = fileURLToPath(new URL("../../prisma/migrations/", import.meta.url));
/** Who acts on the command line: the hub itself, since whoever may run it may read the database too. */
export const OPERATOR: Actor = { kind: "system", name: "command line" };

/** What a person did wrong or must know: one line on standard error, status 1. */
export class Refused extends Error {}

export const out = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Opens the hub's database for one command: DATABASE_URL, the embedded one of a running hub, or the embedded one started for the moment. */
export async function withDeps(work: (deps: Deps) => Promise<void>): Promise<void> {
  const config = readConfig(process.env);
  const dataDir = join(config.dataDir, "postgres");
  const running = config.databaseUrl ?? (await findRunning(dataDir));
  const own =
    running === undefined
      ? await startEmbedded({ dataDir, log: (line) => process.stderr.write(`database   ${line}\n`) })
      : undefined;
  const url = running ?? own?.url ?? "";
  try {
    await migrate(url, MIGRATIONS);
    const db = openDatabase(url, { max: 2, applicationName: "readroom cli" });
    try {
      await work({ db, clock: systemClock, log: makeLog(config.logLevel) });
    } finally {
      await db.close();
    }
  } finally {
    await own?.stop();
  }
}

export function valueIn<T>(result: Result<T, Refusal>): T {
  if (result.ok) return result.value;
  throw new Refused([result.error.message, result.error.action].filter(Boolean).join(" "));
}

export function checked<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Refused(`${issue?.path.join(".") || "input"}: ${issue?.message ?? "not valid"}`);
}

type Organisations = Awaited<ReturnType<typeof identity.organisations>>;

export async function organisationCalled(deps: Deps, code: string): Promise<Organisations[number]> {
  const all = await identity.organisations(deps.db.pool, null);
  const found = all.find((organisation) => organisation.code.toLowerCase() === code.toLowerCase());
  if (!found)
    throw new Refused(`there is no organisation ${code}; there are: ${all.map((o) => o.code).join(", ") || "none"}`);
  return found;
}

/** The site with this code; left out, the only site there is. */
export async function siteCalled(
  deps: Deps,
  code: string | undefined,
): Promise<{ id: string; organisationId: string }> {
  const sites = (await identity.organisations(deps.db.pool, null)).flatMap((o) =>
    o.sites.map((site) => ({ ...site, organisationId: o.id })),
  );
  const found = code === undefined ? sites : sites.filter((site) => site.code.toLowerCase() === code.toLowerCase());
  const [only, second] = found;
  if (only && !second) return only;
  const codes = sites.map((site) => site.code).join(", ") || "none";
  throw new Refused(
    code === undefined
      ? `say which site with --site; there are: ${codes}`
      : `${found.length === 0 ? "there is no" : "more than one"} site ${code}; there are: ${codes}`,
  );
}

export async function standardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks)
    .toString("utf8")
    .replace(/\r?\n$/, "");
}

export const when = (at: number | null): string =>
  at === null ? "never" : new Date(at).toISOString().slice(0, 16).replace("T", " ");

export function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 65_535)
    throw new InvalidArgumentError("must be a port between 1 and 65535");
  return value;
}
