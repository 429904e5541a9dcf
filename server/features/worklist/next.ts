import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import type { Claim } from "@readroom/shared/contract/http/worklist.js";
import type { UserActor } from "@readroom/shared/domain/access.js";
import { LEASE, RENEW_EVERY } from "@readroom/shared/domain/claim.js";
import type { Reader } from "@readroom/shared/domain/eligibility.js";
import { readingRight } from "@readroom/shared/domain/reading-right.js";
import type { Instant } from "@readroom/shared/kernel/instant.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import type { Deps } from "../../kernel/deps.js";
import { studyTopics, topics } from "../../kernel/topics.js";
import { groupReaders, poolsOf } from "../roster/public.js";
import { grantNext, type NextGrant, type NextRequest, recordGrants } from "./store.js";
import { sitesOf } from "./store-sites.js";

const MOST_AT_ONCE = 64;
/** How long a reader's credentials are remembered between two claims. Shift ends and expiries are still judged on the millisecond. */
const SCOPE_KEPT_MS = 5_000;

type Answer = Result<{ readonly claim: Claim | null; readonly reason: string }, Refusal>;

interface Waiting {
  readonly reader: UserActor;
  readonly scope: ReaderLanes;
  settle(answer: Answer): void;
  fail(error: unknown): void;
}

/** What a reader may be given, as lanes: pools × subspecialties, at sites where final or only preliminary reads are allowed. */
interface ReaderLanes {
  readonly pools: readonly string[];
  readonly subspecialties: readonly string[];
  readonly final: readonly string[];
  readonly preliminary: readonly string[];
}

/**
 * "Next study" for everybody who is waiting, up to 64 in one statement and one commit: while one batch is at the database the next
 * gathers, so a lone reader waits for nobody and two hundred share the cost of a commit. (One transaction each reached a quarter of it; reading first and claiming
 * then claimed two thirds of the studies twice.)
 */
export class NextStudy {
  private readonly waiting: Waiting[] = [];
  private readonly scopes = new Map<string, { readonly at: Instant; readonly scope: Promise<Remembered | null> }>();
  private busy = false;

  constructor(private readonly deps: Deps) {}

  /** The most urgent study that the reader may read, claimed; claim null with a reason where there is none. */
  async next(reader: UserActor): Promise<Answer> {
    const lanes = await this.lanesOf(reader);
    if (!lanes.ok) return lanes;
    return new Promise<Answer>((settle, fail) => {
      this.waiting.push({ reader, scope: lanes.value, settle, fail });
      if (!this.busy) void this.drain();
    });
  }

  /** Forgets what is remembered of a reader: credentials, shift or break changed. */
  forget(userId: string): void {
    this.scopes.delete(userId);
  }

  private async drain(): Promise<void> {
    this.busy = true;
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, MOST_AT_ONCE);
      try {
        const grants = await this.grant(batch);
        for (const [n, one] of batch.entries()) one.settle(answerOf(grants.get(n), one, this.deps.clock.now()));
      } catch (error) {
        for (const one of batch) one.fail(error);
      }
    }
    this.busy = false;
  }

  private async grant(batch: readonly Waiting[]): Promise<Map<number, NextGrant>> {
    const requests: NextRequest[] = batch.map(({ reader, scope }, n) => ({ n, reader: reader.userId, ...scope }));
    return this.deps.db.pgTx(async (tx) => {
      const now = this.deps.clock.now();
      const grants = await grantNext(tx, requests, now, now + LEASE);
      await recordGrants(
        tx,
        grants.flatMap((grant) => {
          const reader = batch[grant.n]?.reader;
          return reader ? [recordOf(grant, reader, now + LEASE)] : [];
        }),
      );
      return new Map(grants.map((grant) => [grant.n, grant]));
    });
  }

  private async lanesOf(reader: UserActor): Promise<Result<ReaderLanes, Refusal>> {
    const now = this.deps.clock.now();
    const remembered = await this.remembered(reader, now);
    if (!remembered) return err(refusal("not_eligible", "This account has no reader's profile."));
    const { scope, sites, pools } = remembered;
    const { shift } = scope;
    if (!shift || now < shift.startsAt || now >= shift.endsAt)
      return err(refusal("not_eligible", "You are not on shift.", { action: "Ask the operator to put you on shift." }));
    if (scope.onBreak)
      return err(refusal("not_eligible", "You are on a break.", { action: "End the break to go on." }));
    const allowed = sites.map((site) => ({
      site,
      right: readingRight(scope, { ...site, siteId: site.id, subspecialty: "general", reportState: "none" }, now),
    }));
    const readable = (readType: string) =>
      allowed.filter(({ right }) => right.may && right.readType === readType).map(({ site }) => site.id);
    return ok({
      pools,
      subspecialties: [...new Set([...scope.subspecialties, "general"])],
      final: readable("final"),
      preliminary: readable("preliminary"),
    });
  }

  private remembered(reader: UserActor, now: Instant): Promise<Remembered | null> {
    const kept = this.scopes.get(reader.userId);
    if (kept && now - kept.at < SCOPE_KEPT_MS && now >= kept.at) return kept.scope;
    const scope = remember(this.deps, reader, now);
    this.scopes.set(reader.userId, { at: now, scope });
    scope.catch(() => this.scopes.delete(reader.userId));
    return scope;
  }
}

interface Remembered {
  readonly scope: Reader;
  readonly sites: readonly { readonly id: string; readonly jurisdiction: string }[];
  readonly pools: readonly string[];
}

async function remember(deps: Deps, actor: UserActor, now: Instant): Promise<Remembered | null> {
  const executor = deps.db.pool;
  const [readers, sites, pools] = await Promise.all([
    groupReaders(executor, actor.organisationId, now, actor.userId),
    sitesOf(executor, actor.hospitalIds),
    poolsOf(executor, actor.organisationId),
  ]);
  const reader = readers[0];
  if (!reader) return null;
  const mine = new Set(reader.scope.poolIds);
  return { scope: reader.scope, sites, pools: pools.filter((pool) => mine.has(pool.id)).map((pool) => pool.id) };
}

function recordOf(grant: NextGrant, reader: UserActor, until: Instant) {
  const { userId, name, address } = reader;
  const payload = {
    studyId: grant.studyId,
    organisationId: grant.organisationId,
    by: userId,
    until,
    fence: grant.fence,
    from: null,
    via: "next",
    note: "",
  };
  const heard = [...studyTopics({ ...grant, id: grant.studyId }), topics.user(userId)];
  return { grant, by: { kind: "user", id: userId, name, address }, payload, topics: heard };
}

function answerOf(grant: NextGrant | undefined, one: Waiting, now: Instant): Answer {
  if (!grant) return ok({ claim: null, reason: "Nothing is waiting that you may read." });
  const readType = one.scope.final.includes(grant.siteId) ? "final" : "preliminary";
  const claim: Claim = {
    studyId: grant.studyId,
    fence: grant.fence,
    until: now + LEASE,
    renewEveryMs: RENEW_EVERY,
    readType,
  };
  return ok({ claim, reason: "The most urgent study that you may read, by urgency and then by deadline." });
}
