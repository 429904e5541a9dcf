import {
  LicenceRequest,
  NewContract,
  PoolRequest,
  PrivilegeRequest,
  ProfileRequest,
  ShiftRequest,
} from "@readroom/shared/contract/http/roster.js";
import { ShiftPattern } from "@readroom/shared/domain/roster/pattern.js";
import { dayOf } from "@readroom/shared/domain/roster/zone.js";
import { type Command, Option } from "commander";
import * as identity from "../features/identity/public.js";
import * as roster from "../features/roster/public.js";
import type { Deps } from "../kernel/deps.js";
import { checked, OPERATOR, organisationCalled, out, Refused, siteCalled, valueIn, withDeps } from "./cli-kit.js";

/** A reader's account with the group that it belongs to. */
async function readerCalled(deps: Deps, email: string): Promise<{ userId: string; groupId: string; zone: string }> {
  const user = (await identity.users(deps.db.pool, null)).find(
    (one) => one.email.toLowerCase() === email.toLowerCase(),
  );
  if (!user) throw new Refused(`nobody has the e-mail address ${email}`);
  if (user.organisation.kind !== "reading_group")
    throw new Refused(`${user.name} belongs to ${user.organisation.name}, which reads nothing`);
  const [group] = await identity.organisations(deps.db.pool, [user.organisation.id]);
  return { userId: user.id, groupId: user.organisation.id, zone: group?.timeZone ?? "UTC" };
}

async function poolsCalled(deps: Deps, groupId: string, codes: readonly string[]): Promise<string[]> {
  const pools = await roster.poolViews(deps, groupId);
  return codes.map((code) => {
    const found = pools.find((pool) => pool.code.toLowerCase() === code.toLowerCase());
    if (!found)
      throw new Refused(`there is no pool ${code}; there are: ${pools.map((pool) => pool.code).join(", ") || "none"}`);
    return found.id;
  });
}

function poolCommands(program: Command): void {
  const pool = program.command("pool").description("pools of a reading group");
  pool
    .command("add")
    .description("add a pool; its members are set with: reader set --pool")
    .requiredOption("--org <code>", "the reading group")
    .requiredOption("--code <code>", "short, as rules name it")
    .requiredOption("--name <name>", "as people see it")
    .requiredOption("--reads <subspecialty...>", "subspecialties, such as neuro body general")
    .option("--fallback <code>", "the pool that takes what this one can't")
    .action((options: { org: string; code: string; name: string; reads: string[]; fallback?: string }) =>
      withDeps(async (deps) => {
        const { id: groupId } = await organisationCalled(deps, options.org);
        const [fallbackPoolId] = options.fallback ? await poolsCalled(deps, groupId, [options.fallback]) : [null];
        const { code, name, reads: subspecialties } = options;
        const request = checked(PoolRequest, { code, name, subspecialties, fallbackPoolId });
        valueIn(await roster.savePool(deps, OPERATOR, groupId, request));
        out(`${request.code} added`);
      }),
    );
  pool
    .command("list")
    .requiredOption("--org <code>", "the reading group")
    .action((options: { org: string }) =>
      withDeps(async (deps) => {
        const { id } = await organisationCalled(deps, options.org);
        for (const one of await roster.poolViews(deps, id))
          out([one.code, one.name, one.subspecialties.join(","), `${one.memberIds.length} members`].join("\t"));
      }),
    );
}

function readerCommands(program: Command): void {
  program
    .command("reader")
    .description("what a person reads")
    .command("set")
    .description("make or replace a reader's profile and pools")
    .requiredOption("--email <address>", "the account")
    .requiredOption("--reads <subspecialty...>", "subspecialties, such as neuro body general")
    .addOption(
      new Option("--as <type...>", "read types").choices(["preliminary", "final"]).default(["preliminary", "final"]),
    )
    .option("--pool <code...>", "pools to be a member of", [])
    .option("--rvu-per-hour <n>", "how much the person reads in an hour", Number, 8)
    .option("--max-hours <n>", "most hours on shift in 24", Number)
    .option("--max-rvu <n>", "most relative value units in a shift", Number)
    .action(
      (options: {
        email: string;
        reads: string[];
        as: string[];
        pool: string[];
        rvuPerHour: number;
        maxHours?: number;
        maxRvu?: number;
      }) =>
        withDeps(async (deps) => {
          const { userId, groupId } = await readerCalled(deps, options.email);
          const request = checked(ProfileRequest, {
            ...{ subspecialties: options.reads, readTypes: options.as, rvuPerHour: options.rvuPerHour },
            ...{ maxHoursInDay: options.maxHours ?? null, maxRvuPerShift: options.maxRvu ?? null },
            poolIds: await poolsCalled(deps, groupId, options.pool),
          });
          valueIn(await roster.setProfile(deps, OPERATOR, groupId, userId, request));
          out(`${options.email} reads ${request.subspecialties.join(", ")}`);
        }),
    );
}

function credentialCommands(program: Command): void {
  program
    .command("licence")
    .description("licences of readers")
    .command("add")
    .requiredOption("--email <address>", "the reader")
    .requiredOption("--jurisdiction <code>", "where the patients are, such as US-NY")
    .requiredOption("--number <number>", "the licence's number")
    .option("--from <day>", "first valid day (default: today)")
    .requiredOption("--to <day>", "last valid day, such as 2027-06-30")
    .action((options: { email: string; jurisdiction: string; number: string; from?: string; to: string }) =>
      withDeps(async (deps) => {
        const { userId, groupId, zone } = await readerCalled(deps, options.email);
        const { jurisdiction, number, from, to } = options;
        const firstDay = from ?? dayOf(deps.clock.now(), zone);
        const request = checked(LicenceRequest, { jurisdiction, number, firstDay, lastDay: to });
        valueIn(await roster.saveLicence(deps, OPERATOR, groupId, userId, request));
        out(`licence for ${request.jurisdiction} through ${to}`);
      }),
    );
  program
    .command("privilege")
    .description("privileges of readers at sites")
    .command("add")
    .requiredOption("--email <address>", "the reader")
    .option("--site <code>", "the site")
    .addOption(
      new Option("--as <type...>", "read types").choices(["preliminary", "final"]).default(["preliminary", "final"]),
    )
    .option("--from <day>", "first valid day (default: today)")
    .requiredOption("--to <day>", "last valid day")
    .action((options: { email: string; site?: string; as: string[]; from?: string; to: string }) =>
      withDeps(async (deps) => {
        const { userId, groupId, zone } = await readerCalled(deps, options.email);
        const site = await siteCalled(deps, options.site);
        const firstDay = options.from ?? dayOf(deps.clock.now(), zone);
        const request = checked(PrivilegeRequest, {
          ...{ siteId: site.id, readTypes: options.as, firstDay, lastDay: options.to },
        });
        valueIn(await roster.savePrivilege(deps, OPERATOR, groupId, userId, request));
        out(`privileges through ${options.to}`);
      }),
    );
}

const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

interface ShiftOptions {
  readonly email: string;
  readonly starts: string;
  readonly ends: string;
  readonly timeZone?: string;
  readonly day?: string;
  readonly weekly?: string[];
  readonly every: number;
  readonly until?: string;
  readonly onCall: boolean;
}

function shiftCommands(program: Command): void {
  program
    .command("shift")
    .description("shifts of readers")
    .command("add")
    .description("one shift with --day, or shifts that come again with --weekly")
    .requiredOption("--email <address>", "the reader")
    .requiredOption("--starts <time>", "local time, such as 19:00")
    .requiredOption("--ends <time>", "local time; not after the start: on the next day")
    .option("--time-zone <zone>", "whose clock (default: the group's)")
    .option("--day <day>", "the day on which it starts, or the first of those that come again (default: today)")
    .addOption(new Option("--weekly <weekday...>", "again on these days of the week").choices(WEEKDAYS))
    .option("--every <n>", "only every Nth week", Number, 1)
    .option("--until <day>", "the last day on which one may start")
    .option("--on-call", "on call, apart from on shift", false)
    .action((options: ShiftOptions) => withDeps((deps) => addShifts(deps, options)));
}

async function addShifts(deps: Deps, options: ShiftOptions): Promise<void> {
  const { userId, groupId, zone } = await readerCalled(deps, options.email);
  const { starts, ends, timeZone = zone, weekly } = options;
  const day = options.day ?? dayOf(deps.clock.now(), timeZone);
  const common = { starts, ends, timeZone, kind: options.onCall ? "on_call" : "shift" };
  if (!weekly) {
    valueIn(await roster.addShift(deps, OPERATOR, groupId, checked(ShiftRequest, { ...common, userId, day })));
    out("shift added");
    return;
  }
  const weekdays = weekly.map((name) => WEEKDAYS.indexOf(name) + 1);
  const until = options.until ?? null;
  const pattern = checked(ShiftPattern, { ...common, weekdays, everyWeeks: options.every, from: day, until });
  const made = valueIn(await roster.addPattern(deps, OPERATOR, groupId, userId, pattern));
  out(`${made.shifts} shifts laid out for the coming weeks`);
}

function contractCommands(program: Command): void {
  const contract = program.command("contract").description("which group reads for which hospital");
  contract
    .command("add")
    .description("opens a hospital's studies to a reading group")
    .requiredOption("--hospital <code>", "the hospital")
    .requiredOption("--group <code>", "the reading group")
    .option("--name <name>", "as people see it", "Reads")
    .option("--critical <minutes>", "from the first image to the report", Number, 15)
    .option("--stat <minutes>", "", Number, 30)
    .option("--urgent <minutes>", "", Number, 120)
    .option("--routine <minutes>", "", Number, 1440)
    .option("--target <share>", "of reports that must be in time", Number, 0.95)
    .option("--from <day>", "first day (default: now)")
    .option("--to <day>", "last day (default: until further notice)")
    .action(
      (options: {
        hospital: string;
        group: string;
        name: string;
        critical: number;
        stat: number;
        urgent: number;
        routine: number;
        target: number;
        from?: string;
        to?: string;
      }) =>
        withDeps(async (deps) => {
          const { critical, stat, urgent, routine } = options;
          const request = checked(NewContract, {
            hospitalId: (await organisationCalled(deps, options.hospital)).id,
            groupId: (await organisationCalled(deps, options.group)).id,
            name: options.name,
            turnaround: { critical, stat, urgent, routine },
            attainmentTarget: options.target,
            firstDay: options.from ?? null,
            lastDay: options.to ?? null,
          });
          valueIn(await roster.addContract(deps, OPERATOR, request));
          out(`${options.group} reads for ${options.hospital}`);
        }),
    );
  contract.command("list").action(() =>
    withDeps(async (deps) => {
      for (const one of await roster.contractViews(deps, null))
        out(
          [one.name, one.hospitalName, one.groupName, `${one.firstDay} to ${one.lastDay ?? "further notice"}`].join(
            "\t",
          ),
        );
    }),
  );
}

/** Everything that a hub needs beside people and places before a study finds its reader. */
export function rosterCommands(program: Command): void {
  for (const add of [contractCommands, poolCommands, readerCommands, credentialCommands, shiftCommands]) add(program);
}
