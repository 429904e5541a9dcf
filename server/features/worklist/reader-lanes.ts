import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import type { UserActor } from "@readroom/shared/domain/access.js";
import type { Reader } from "@readroom/shared/domain/eligibility.js";
import { readingRight } from "@readroom/shared/domain/reading-right.js";
import type { Instant } from "@readroom/shared/kernel/instant.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import type { Deps } from "../../kernel/deps.js";
import { groupReaders, poolsOf } from "../roster/public.js";
import type { Asker } from "./choose.js";
import { lastKindOf } from "./store-lanes.js";
import { sitesOf } from "./store-sites.js";

/** How long a reader's credentials are remembered between two claims. Shift ends and expiries are still judged on the millisecond. */
const SCOPE_KEPT_MS = 5_000;

interface Remembered {
  readonly scope: Reader;
  readonly sites: readonly { readonly id: string; readonly jurisdiction: string }[];
  readonly pools: readonly string[];
}

/** What each reader may be given, as lanes: pools × subspecialties, at sites where final or only preliminary reads are allowed. */
export class ReaderLanes {
  private readonly scopes = new Map<string, { readonly at: Instant; readonly scope: Promise<Remembered | null> }>();
  private readonly lastKinds = new Map<string, string>();

  constructor(private readonly deps: Deps) {}

  async of(reader: UserActor): Promise<Result<Asker, Refusal>> {
    const now = this.deps.clock.now();
    const remembered = await this.remembered(reader, now);
    if (!remembered) return err(refusal("not_eligible", "This account has no reader's profile."));
    const away = awayNow(remembered.scope, now);
    if (away) return err(away);
    const { scope, sites, pools } = remembered;
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
      lastKind: this.lastKinds.get(reader.userId) ?? "",
    });
  }

  /** Credentials, shift or break changed. */
  forget(userId: string): void {
    this.scopes.delete(userId);
  }

  /** The reader took a study of this kind; undefined where it is not known which, so that it is looked up. */
  took(userId: string, kind: string | undefined): void {
    if (kind !== undefined) {
      this.lastKinds.set(userId, kind);
      return;
    }
    this.lastKinds.delete(userId);
    this.scopes.delete(userId);
  }

  private remembered(reader: UserActor, now: Instant): Promise<Remembered | null> {
    const kept = this.scopes.get(reader.userId);
    if (kept && now - kept.at < SCOPE_KEPT_MS && now >= kept.at) return kept.scope;
    const scope = this.remember(reader, now);
    this.scopes.set(reader.userId, { at: now, scope });
    scope.catch(() => this.scopes.delete(reader.userId));
    return scope;
  }

  private async remember(actor: UserActor, now: Instant): Promise<Remembered | null> {
    const executor = this.deps.db.pool;
    const [readers, sites, pools, kind] = await Promise.all([
      groupReaders(executor, actor.organisationId, now, actor.userId),
      sitesOf(executor, actor.hospitalIds),
      poolsOf(executor, actor.organisationId),
      this.lastKinds.get(actor.userId) ?? lastKindOf(executor, actor.userId),
    ]);
    if (!this.lastKinds.has(actor.userId)) this.lastKinds.set(actor.userId, kind);
    const reader = readers[0];
    if (!reader) return null;
    const mine = new Set(reader.scope.poolIds);
    return { scope: reader.scope, sites, pools: pools.filter((pool) => mine.has(pool.id)).map((pool) => pool.id) };
  }
}

function awayNow(scope: Reader, now: Instant): Refusal | null {
  const { shift } = scope;
  if (!shift || now < shift.startsAt || now >= shift.endsAt)
    return refusal("not_eligible", "You are not on shift.", { action: "Ask the operator to put you on shift." });
  return scope.onBreak ? refusal("not_eligible", "You are on a break.", { action: "End the break to go on." }) : null;
}
