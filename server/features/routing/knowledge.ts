import { createHash } from "node:crypto";
import { inWords } from "@readroom/shared/domain/eligibility.js";
import { isOnlyAway, type ReadingRight, readingRight } from "@readroom/shared/domain/reading-right.js";
import { compile, type Prepared } from "@readroom/shared/domain/routing/compile.js";
import type { PoolFacts } from "@readroom/shared/domain/routing/facts.js";
import { type Instant, SECOND, toIso } from "@readroom/shared/kernel/instant.js";
import { rawRows } from "../../kernel/database.js";
import { type GroupReader, groupReaders, type PoolRow, poolsOf } from "../roster/public.js";
import { type ContractRow, contractsOf, type Executor } from "./store.js";
import { publishedSet, type RuleSetRow } from "./store-sets.js";

/** Readers beyond this many are counted, not named. */
const MOST_READERS_NAMED = 300;
/** How long what is known of a group is used although nothing changed: what hangs on the time alone (opening hours, hours worked) is so old at most. */
const LONGEST = 15 * SECOND;

/** Where a study is to be read, as far as the right to read it goes. */
export interface Where {
  readonly siteId: string;
  readonly siteName: string;
  readonly jurisdiction: string;
  readonly reportState: string;
}

/** Who may read such a study and why each other reader may not. id: hash of the content. */
export interface Eligibility {
  readonly id: string;
  readonly content: {
    readonly eligible: readonly { readonly userId: string; readonly name: string }[];
    readonly others: readonly { readonly userId: string; readonly name: string; readonly reasons: readonly string[] }[];
    /** Not named for lack of room. */
    readonly more: number;
  };
}

interface Judged {
  readonly reader: GroupReader;
  readonly right: ReadingRight;
}

/** A group's rules, pools and readers at one moment, with everything that was found out about them. */
export class Knowledge {
  readonly prepared: Prepared;
  private readonly bySite = new Map<string, readonly { reader: GroupReader; scope: GroupReader["scope"] }[]>();
  private readonly judged = new Map<string, readonly Judged[]>();
  private readonly poolsOfKind = new Map<string, readonly PoolFacts[]>();
  private readonly eligibilities = new Map<string, Eligibility>();

  constructor(
    readonly ruleSet: RuleSetRow,
    readonly pools: readonly PoolRow[],
    readonly readers: readonly GroupReader[],
    readonly at: Instant,
    prepared?: Prepared,
  ) {
    this.prepared = prepared ?? compile(ruleSet.content);
  }

  /** Every pool of the group as it stands for studies of this subspecialty there. The same array each time. */
  poolFacts(where: Where, subspecialty: string): readonly PoolFacts[] {
    const key = keyOf(where, subspecialty, false);
    const known = this.poolsOfKind.get(key);
    if (known) return known;
    const judged = this.judge(where, subspecialty, false);
    const facts = this.pools.map(({ id, code, name, subspecialties, fallbackPoolId, openNow }): PoolFacts => {
      const members = judged.filter(({ reader }) => reader.scope.poolIds.includes(id));
      return {
        ...{ id, code, name, subspecialties, fallbackPoolId, open: openNow },
        credentialed: members.filter(({ right }) => isOnlyAway(right.against)).length,
        readyNow: members.filter(({ right }) => right.may).length,
      };
    });
    this.poolsOfKind.set(key, facts);
    return facts;
  }

  /** onCallMay: readers who are only on call count too (the study is critical or stat). */
  eligibility(where: Where, subspecialty: string, onCallMay: boolean): Eligibility {
    const key = keyOf(where, subspecialty, onCallMay);
    const known = this.eligibilities.get(key);
    if (known) return known;
    const verdicts = this.judge(where, subspecialty, onCallMay).map(({ reader, right }) =>
      verdict(reader, right, where.siteName),
    );
    const eligible = verdicts.filter((one) => one.eligible).map(({ userId, name }) => ({ userId, name }));
    const others = verdicts
      .filter((one) => !one.eligible)
      .map(({ userId, name, reasons }) => ({ userId, name, reasons }));
    const content = {
      eligible: eligible.slice(0, MOST_READERS_NAMED),
      others: others.slice(0, Math.max(0, MOST_READERS_NAMED - eligible.length)),
      more: Math.max(0, verdicts.length - MOST_READERS_NAMED),
    };
    const made = { id: createHash("sha256").update(JSON.stringify(content)).digest("base64url"), content };
    this.eligibilities.set(key, made);
    return made;
  }

  /** Every reader's right there. Where nobody is on call, those who are only on call make no difference. */
  private judge(where: Where, subspecialty: string, onCallMay: boolean): readonly Judged[] {
    const counts = onCallMay && this.readers.some(({ scope }) => scope.onCall);
    const key = keyOf(where, subspecialty, counts);
    const known = this.judged.get(key);
    if (known) return known;
    const study = { ...where, subspecialty, onCallMay: counts };
    const judged = this.readersAt(where).map(({ reader, scope }) => ({
      reader,
      right: readingRight(scope, study, this.at),
    }));
    this.judged.set(key, judged);
    return judged;
  }

  /** The readers with what they hold for this site alone: each subspecialty asks again, and need not look through all their sites. */
  private readersAt({ siteId, jurisdiction }: Where) {
    const known = this.bySite.get(siteId);
    if (known) return known;
    const readers = this.readers.map((reader) => ({
      reader,
      scope: {
        ...reader.scope,
        jurisdictions: reader.scope.jurisdictions.filter((licence) => licence.code === jurisdiction),
        privileges: reader.scope.privileges.filter((privilege) => privilege.siteId === siteId),
      },
    }));
    this.bySite.set(siteId, readers);
    return readers;
  }
}

const keyOf = ({ siteId, reportState }: Where, subspecialty: string, onCall: boolean): string =>
  `${siteId} ${reportState === "preliminary"} ${onCall} ${subspecialty}`;

/** One reader against one study, in words. */
export function verdict(reader: GroupReader, right: ReadingRight, siteName: string) {
  const words = right.against.map((reason) =>
    inWords(
      reason,
      () => siteName,
      (at) => toIso(at).slice(0, 10),
    ),
  );
  return { userId: reader.userId, name: reader.name, eligible: right.may, reasons: right.may ? [] : words };
}

/** Rules, pools and readers as they are, straight from the tables. */
export async function knowledgeOf(executor: Executor, groupId: string, now: Instant): Promise<Knowledge> {
  const ruleSet = await publishedSet(executor, groupId);
  const pools = await poolsOf(executor, groupId, now);
  return new Knowledge(ruleSet, pools, await groupReaders(executor, groupId, now), now);
}

interface Kept {
  readonly stamp: number;
  readonly until: Instant;
  readonly knowledge: Knowledge;
}

/**
 * What is known of each group, kept between decisions while nothing has changed. Reading 500 readers with their licences takes longer
 * than a hundred decisions; one row (`routing_stamp`), counted up by every change in the changer's own transaction, says whether it must.
 */
export class KnowledgeCache {
  private readonly kept = new Map<string, Kept>();
  private readonly reading = new Map<string, Promise<Knowledge>>();
  private readonly contracts = new Map<string, { readonly stamp: number; readonly list: readonly ContractRow[] }>();

  /** Counts every change of readers, pools, contracts and rules that this transaction can see. */
  async stamp(executor: Executor): Promise<number> {
    const rows = await rawRows<{ changes: unknown }>(executor, "SELECT changes FROM routing_stamp", []);
    return Number(rows[0]?.changes ?? 0);
  }

  /** Contracts of hospitals, whether they are valid now or not. */
  async contractsOf(executor: Executor, hospitalIds: readonly string[], stamp: number): Promise<ContractRow[]> {
    const missing = hospitalIds.filter((id) => this.contracts.get(id)?.stamp !== stamp);
    if (missing.length > 0) {
      const rows = await contractsOf(executor, missing);
      for (const id of missing)
        this.contracts.set(id, { stamp, list: rows.filter((contract) => contract.hospitalId === id) });
    }
    return hospitalIds.flatMap((id) => this.contracts.get(id)?.list ?? []);
  }

  /** Two batches that need the same at once read it once. */
  of(executor: Executor, groupId: string, stamp: number, now: Instant): Promise<Knowledge> {
    const kept = this.kept.get(groupId);
    if (kept && kept.stamp === stamp && kept.knowledge.at <= now && now < kept.until)
      return Promise.resolve(kept.knowledge);
    const key = `${groupId} ${stamp}`;
    const reading = this.reading.get(key) ?? this.read(executor, groupId, stamp, now, kept?.knowledge);
    this.reading.set(key, reading);
    return reading.finally(() => this.reading.delete(key));
  }

  private async read(executor: Executor, groupId: string, stamp: number, now: Instant, before?: Knowledge) {
    const ruleSet = await publishedSet(executor, groupId);
    const pools = await poolsOf(executor, groupId, now);
    const readers = await groupReaders(executor, groupId, now);
    const prepared = before?.ruleSet.id === ruleSet.id ? before.prepared : undefined;
    const knowledge = new Knowledge(ruleSet, pools, readers, now, prepared);
    this.kept.set(groupId, { stamp, until: nextBoundary(readers, now), knowledge });
    return knowledge;
  }
}

/** The next moment at which a licence, privilege or shift begins or ends. */
function nextBoundary(readers: readonly GroupReader[], now: Instant): Instant {
  let until = now + LONGEST;
  const sooner = (at: Instant) => {
    if (at > now && at < until) until = at;
  };
  for (const { scope } of readers) {
    for (const { validFrom, validTo } of [...scope.jurisdictions, ...scope.privileges]) {
      sooner(validFrom);
      sooner(validTo);
    }
    for (const work of [scope.shift, scope.onCall]) {
      if (!work) continue;
      sooner(work.startsAt);
      sooner(work.endsAt);
    }
  }
  return until;
}
