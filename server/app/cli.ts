import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Refusal } from "@readroom/shared/contract/errors.js";
import { NewPeer, NewToken, NewUser } from "@readroom/shared/contract/http/admin.js";
import { type Actor, ROLES } from "@readroom/shared/domain/access.js";
import type { Result } from "@readroom/shared/kernel/result.js";
import { Command, InvalidArgumentError, Option } from "commander";
import type { z } from "zod";
import { start as startEmbedded } from "../adapters/postgres/embedded.js";
import { findRunning } from "../adapters/postgres/running.js";
import { verify } from "../features/audit/public.js";
import * as identity from "../features/identity/public.js";
import { systemClock } from "../kernel/clock.js";
import { openDatabase } from "../kernel/database.js";
import type { Deps } from "../kernel/deps.js";
import { makeLog } from "../kernel/log.js";
import { migrate } from "../kernel/migrate.js";
import { ConfigError, readConfig } from "./config.js";

const MIGRATIONS = fileURLToPath(new URL("../../prisma/migrations/", import.meta.url));
const OPERATOR: Actor = { kind: "system", name: "command line" };

/** What a person did wrong or must know: one line on standard error, status 1. */
class Refused extends Error {}

const out = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Opens the hub's database for one command: DATABASE_URL, the embedded one of a running hub, or the embedded one started for the moment. */
async function withDeps(work: (deps: Deps) => Promise<void>): Promise<void> {
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

function valueIn<T>(result: Result<T, Refusal>): T {
  if (result.ok) return result.value;
  throw new Refused([result.error.message, result.error.action].filter(Boolean).join(" "));
}

function checked<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Refused(`${issue?.path.join(".") || "input"}: ${issue?.message ?? "not valid"}`);
}

type Organisations = Awaited<ReturnType<typeof identity.organisations>>;

async function organisationCalled(deps: Deps, code: string): Promise<Organisations[number]> {
  const all = await identity.organisations(deps.db.pool, null);
  const found = all.find((organisation) => organisation.code.toLowerCase() === code.toLowerCase());
  if (!found)
    throw new Refused(`there is no organisation ${code}; there are: ${all.map((o) => o.code).join(", ") || "none"}`);
  return found;
}

/** The site with this code; left out, the only site there is. */
async function siteCalled(deps: Deps, code: string | undefined): Promise<{ id: string; organisationId: string }> {
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

async function standardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks)
    .toString("utf8")
    .replace(/\r?\n$/, "");
}

const when = (at: number | null): string =>
  at === null ? "never" : new Date(at).toISOString().slice(0, 16).replace("T", " ");

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 65_535)
    throw new InvalidArgumentError("must be a port between 1 and 65535");
  return value;
}

function tokenCommands(program: Command): void {
  const token = program.command("token").description("bearer tokens of machine clients");
  token
    .command("create")
    .description("make a token and print it: it can't be shown again")
    .addOption(
      new Option("--role <role>", "what it may do").choices(["integration", "administrator"]).default("integration"),
    )
    .option("--site <code>", "only for this site")
    .option("--org <code>", "only for this hospital; without --site and --org: for all")
    .option("--label <text>", "what it is for", "made on the command line")
    .action((options: { role: string; site?: string; org?: string; label: string }) =>
      withDeps(async (deps) => {
        const site = options.site === undefined ? undefined : await siteCalled(deps, options.site);
        const organisation = options.org === undefined ? undefined : await organisationCalled(deps, options.org);
        const request = checked(NewToken.omit({ organisationId: true }), {
          role: options.role,
          label: options.label,
          siteId: site?.id,
        });
        out(
          valueIn(
            await identity.addToken(deps, OPERATOR, {
              ...request,
              organisationId: organisation?.id ?? site?.organisationId ?? null,
            }),
          ).secret,
        );
      }),
    );
  token
    .command("list")
    .description("tokens with their ids, never their secrets")
    .action(() =>
      withDeps(async (deps) => {
        for (const t of await identity.tokens(deps.db.pool, null))
          out(
            [
              t.id,
              t.role,
              t.revokedAt ? `revoked ${when(t.revokedAt)}` : `last used ${when(t.lastUsedAt)}`,
              t.label,
            ].join("\t"),
          );
      }),
    );
  token
    .command("revoke <id>")
    .description("end a token at once")
    .action((id: string) => withDeps(async (deps) => void valueIn(await identity.revokeToken(deps, OPERATOR, id))));
}

function peerCommands(program: Command): void {
  const peer = program.command("peer").description("DICOM peers that may send");
  peer
    .command("add")
    .description("allow a peer by AE title and address")
    .requiredOption("--ae <title>", "its AE title")
    .requiredOption("--host <host>", "its address or host name")
    .option("--site <code>", "the site that its studies belong to")
    .option("--port <port>", "where it listens, to be sent to", port)
    .option("--label <text>", "what it is", "")
    .action((options: { ae: string; host: string; site?: string; port?: number; label: string }) =>
      withDeps(async (deps) => {
        const site = await siteCalled(deps, options.site);
        const request = checked(NewPeer, {
          aeTitle: options.ae,
          host: options.host,
          port: options.port,
          siteId: site.id,
          label: options.label,
        });
        const made = valueIn(await identity.addPeer(deps, OPERATOR, request));
        out(`${made.aeTitle} from ${made.host} may send to ${made.siteName}`);
      }),
    );
  peer
    .command("list")
    .description("who may send")
    .action(() =>
      withDeps(async (deps) => {
        for (const p of await identity.peers(deps.db.pool, null))
          out(
            [
              p.id,
              p.aeTitle,
              p.port ? `${p.host}:${p.port}` : p.host,
              p.siteName,
              `last seen ${when(p.lastSeenAt)}`,
            ].join("\t"),
          );
      }),
    );
}

function peopleCommands(program: Command): void {
  program
    .command("user")
    .description("people")
    .command("add")
    .description("add a person; prints a password unless one comes on standard input")
    .requiredOption("--email <address>", "what the person logs in with")
    .requiredOption("--name <name>", "as others see it")
    .addOption(
      new Option("--role <role...>", "one or more")
        .choices(ROLES.filter((role) => role !== "integration"))
        .makeOptionMandatory(),
    )
    .requiredOption("--org <code>", "hospital or reading group")
    .option("--site <code>", "limits the roles to this site of a hospital")
    .option("--title <text>", "profession or position", "")
    .option("--password-stdin", "take the password from standard input")
    .action(
      (options: {
        email: string;
        name: string;
        role: string[];
        org: string;
        site?: string;
        title: string;
        passwordStdin?: boolean;
      }) =>
        withDeps(async (deps) => {
          const organisation = await organisationCalled(deps, options.org);
          const siteId = options.site === undefined ? null : (await siteCalled(deps, options.site)).id;
          const roles = options.role.map((role) => ({ role, siteId }));
          const password = options.passwordStdin ? await standardInput() : undefined;
          const { email, name, title } = options;
          const made = valueIn(
            await identity.addUser(
              deps,
              OPERATOR,
              checked(NewUser, { organisationId: organisation.id, email, name, title, roles, password }),
            ),
          );
          out(made.password ?? `${made.user.email} added`);
        }),
    );
}

function placeCommands(program: Command): void {
  program
    .command("org")
    .description("hospitals and reading groups")
    .command("add")
    .requiredOption("--code <code>", "short and unique")
    .requiredOption("--name <name>", "as people see it")
    .addOption(new Option("--kind <kind>", "what it is").choices(["hospital", "reading_group"]).makeOptionMandatory())
    .requiredOption("--time-zone <zone>", "IANA name, such as Europe/Berlin")
    .action((options: { code: string; name: string; kind: "hospital" | "reading_group"; timeZone: string }) =>
      withDeps(async (deps) => out(valueIn(await identity.addOrganisation(deps, OPERATOR, options)))),
    );
  const site = program.command("site").description("places of a hospital");
  resultsCommand(site);
  site
    .command("add")
    .requiredOption("--org <code>", "the hospital")
    .requiredOption("--code <code>", "short, unique in the hospital")
    .requiredOption("--name <name>", "as people see it")
    .requiredOption("--time-zone <zone>", "IANA name")
    .requiredOption("--jurisdiction <code>", "where readers must be licensed, such as US-NY")
    .requiredOption("--issuer <name>", "who gives out its patient numbers")
    .option("--facility <name...>", "sending facilities (MSH-4) of its HL7 messages", [])
    .action(
      (options: {
        org: string;
        code: string;
        name: string;
        timeZone: string;
        jurisdiction: string;
        issuer: string;
        facility: string[];
      }) =>
        withDeps(async (deps) => {
          const { id: organisationId } = await organisationCalled(deps, options.org);
          out(
            valueIn(
              await identity.addSite(deps, OPERATOR, { ...options, organisationId, facilities: options.facility }),
            ),
          );
        }),
    );
}

function resultsCommand(site: Command): void {
  site
    .command("results")
    .description("send a site's results to its information system over MLLP")
    .option("--site <code>", "the site")
    .requiredOption("--host <host>", "address or host name of the receiver")
    .requiredOption("--port <port>", "its MLLP port", port)
    .option("--application <name>", "receiving application (MSH-5)", "")
    .option("--facility <name>", "receiving facility (MSH-6)", "")
    .option("--deduplicates", "it recognises a control id that it has, so a doubtful send may be repeated", false)
    .action(
      (options: {
        site?: string;
        host: string;
        port: number;
        application: string;
        facility: string;
        deduplicates: boolean;
      }) =>
        withDeps(async (deps) => {
          valueIn(await identity.sendResults(deps, OPERATOR, await siteCalled(deps, options.site), options));
          out(`results go to ${options.host}:${options.port}`);
        }),
    );
}

function auditCommands(program: Command): void {
  program
    .command("audit")
    .description("the audit trail")
    .command("verify")
    .description("walk the sealed chain; status 2 where it is broken")
    .action(() =>
      withDeps(async (deps) => {
        const verdict = await verify(deps.db.pool);
        if (verdict.firstBreak) process.exitCode = 2;
        out(
          verdict.firstBreak
            ? `broken at entry ${verdict.firstBreak.seq}: ${verdict.firstBreak.why}`
            : `holds: ${verdict.sealed} entries sealed, ${verdict.unsealed} waiting to be`,
        );
      }),
    );
}

const program = new Command("readroom")
  .description("The administrator's command line of a Readroom hub")
  .showHelpAfterError();
for (const add of [tokenCommands, peerCommands, peopleCommands, placeCommands, auditCommands]) add(program);

program.parseAsync().catch((error: unknown) => {
  const known = error instanceof Refused || error instanceof ConfigError;
  process.stderr.write(
    `${known || !(error instanceof Error) ? String(error instanceof Error ? error.message : error) : (error.stack ?? error.message)}\n`,
  );
  process.exitCode = error instanceof ConfigError ? 78 : 1;
});
