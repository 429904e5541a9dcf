import { NewPeer, NewToken, NewUser } from "@readroom/shared/contract/http/admin.js";
import { ROLES } from "@readroom/shared/domain/access.js";
import { Command, Option } from "commander";
import { verify } from "../features/audit/public.js";
import * as identity from "../features/identity/public.js";
import {
  checked,
  OPERATOR,
  organisationCalled,
  out,
  port,
  Refused,
  siteCalled,
  standardInput,
  valueIn,
  when,
  withDeps,
} from "./cli-kit.js";
import { rosterCommands } from "./cli-roster.js";
import { simulateCommand } from "./cli-simulate.js";
import { ConfigError } from "./config.js";

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
  peer
    .command("remove <id>")
    .description("no longer allow a peer; its id stands in the list")
    .action((id: string) => withDeps(async (deps) => void valueIn(await identity.removePeer(deps, OPERATOR, id))));
}

function peopleCommands(program: Command): void {
  const user = program.command("user").description("people");
  user
    .command("list")
    .description("who has an account, and as what")
    .option("--org <code>", "only of this organisation")
    .action((options: { org?: string }) =>
      withDeps(async (deps) => {
        const only = options.org === undefined ? null : [(await organisationCalled(deps, options.org)).id];
        for (const u of await identity.users(deps.db.pool, only))
          out(
            [
              u.email,
              u.name,
              u.organisation.name,
              [...new Set(u.roles.map(({ role }) => role))].join(","),
              u.disabledAt ? "shut out" : `last here ${when(u.lastSeenAt)}`,
            ].join("\t"),
          );
      }),
    );
  user
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
    .option("--physician-number <number>", "as the hospital's orders name who ordered")
    .option("--password-stdin", "take the password from standard input")
    .action(
      (options: {
        email: string;
        name: string;
        role: string[];
        org: string;
        site?: string;
        title: string;
        physicianNumber?: string;
        passwordStdin?: boolean;
      }) =>
        withDeps(async (deps) => {
          const organisation = await organisationCalled(deps, options.org);
          const siteId = options.site === undefined ? null : (await siteCalled(deps, options.site)).id;
          const roles = options.role.map((role) => ({ role, siteId }));
          const password = options.passwordStdin ? await standardInput() : undefined;
          const { email, name, title, physicianNumber } = options;
          const made = valueIn(
            await identity.addUser(
              deps,
              OPERATOR,
              checked(NewUser, {
                organisationId: organisation.id,
                email,
                name,
                title,
                physicianNumber,
                roles,
                password,
              }),
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
  sendersCommand(site);
  site
    .command("list")
    .description("every site with its hospital, zone and jurisdiction")
    .action(() =>
      withDeps(async (deps) => {
        for (const organisation of await identity.organisations(deps.db.pool, null))
          for (const one of organisation.sites)
            out([one.code, one.name, organisation.name, one.timeZone, one.jurisdiction].join("\t"));
      }),
    );
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

function sendersCommand(site: Command): void {
  site
    .command("senders")
    .description("where a site's HL7 messages may come from; without --from: anywhere that reaches the port")
    .option("--site <code>", "the site")
    .option("--from <host...>", "addresses, CIDR ranges or host names", [])
    .action((options: { site?: string; from: string[] }) =>
      withDeps(async (deps) => {
        valueIn(await identity.allowSenders(deps, OPERATOR, await siteCalled(deps, options.site), options.from));
        out(options.from.length === 0 ? "taken from anywhere" : `taken from ${options.from.join(", ")}`);
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
for (const add of [
  tokenCommands,
  peerCommands,
  peopleCommands,
  placeCommands,
  rosterCommands,
  auditCommands,
  simulateCommand,
])
  add(program);

program.parseAsync().catch((error: unknown) => {
  const known = error instanceof Refused || error instanceof ConfigError;
  process.stderr.write(
    `${known || !(error instanceof Error) ? String(error instanceof Error ? error.message : error) : (error.stack ?? error.message)}\n`,
  );
  process.exitCode = error instanceof ConfigError ? 78 : 1;
});
