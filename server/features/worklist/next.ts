import type { Refusal } from "@readroom/shared/contract/errors.js";
import type { Claim } from "@readroom/shared/contract/http/worklist.js";
import type { UserActor } from "@readroom/shared/domain/access.js";
import { LEASE, RENEW_EVERY } from "@readroom/shared/domain/claim.js";
import { type NextReader, whyNext } from "@readroom/shared/domain/ranking.js";
import type { Instant } from "@readroom/shared/kernel/instant.js";
import { ok, type Result } from "@readroom/shared/kernel/result.js";
import type { Deps } from "../../kernel/deps.js";
import type { PublishedEvent } from "../../kernel/reactions.js";
import { type Asker, type Choosing, type Chosen, chooseAll, planHeads } from "./choose.js";
import { ReaderLanes } from "./reader-lanes.js";
import { type Choice, fetchHeads, type Granted, grantChoices } from "./store-lanes.js";

const MOST_AT_ONCE = 128;
/** Rounds of choosing anew where a study was being changed by somebody else at that moment. */
const MOST_LOST = 8;

type Answer = Result<{ readonly claim: Claim | null; readonly reason: string }, Refusal>;
const NOTHING = "Nothing is waiting that you may read.";

interface Waiting {
  readonly actor: UserActor;
  readonly asker: Asker;
  settle(answer: Answer): void;
  fail(error: unknown): void;
}

interface Open extends Waiting {
  readonly n: number;
}

interface Given extends Chosen {
  readonly granted: Granted;
}

/**
 * "Next study" for everybody who is waiting, many in one commit: while one batch is at the database the next gathers, so a lone reader
 * waits for nobody and two hundred share the cost of a commit. A batch reads the heads of its readers' lanes, chooses in the order of
 * asking (shared/domain/ranking.ts), and claims what it chose while it is still free. (A transaction each reached a quarter of it, a loop
 * over probes in the database a third; reading first and claiming then claimed two thirds of the studies twice.)
 */
export class NextStudy {
  private readonly waiting: Waiting[] = [];
  private readonly lanes: ReaderLanes;
  private busy = false;

  constructor(private readonly deps: Deps) {
    this.lanes = new ReaderLanes(deps);
  }

  /** The best study that the reader may read, claimed; claim null with a reason where there is none. */
  async next(actor: UserActor): Promise<Answer> {
    const asker = await this.lanes.of(actor);
    if (!asker.ok) return asker;
    return new Promise<Answer>((settle, fail) => {
      this.waiting.push({ actor, asker: asker.value, settle, fail });
      if (!this.busy) void this.drain();
    });
  }

  /** What `next` would give now, and why, without claiming it: for loading it beforehand. Another may take it first. */
  async peekNext(
    actor: UserActor,
  ): Promise<Result<{ readonly studyId: string; readonly reason: string } | null, Refusal>> {
    const asker = await this.lanes.of(actor);
    if (!asker.ok) return asker;
    const plan = planHeads([asker.value], 0);
    const fetched = await fetchHeads(this.deps.db.pool, plan.rights, plan.asked, [actor.userId]);
    const [best] = chooseAll([asker.value], plan, fetched, new Set());
    return ok(
      best && best !== "deeper" ? { studyId: best.study.studyId, reason: whyOf(best, this.deps.clock.now()) } : null,
    );
  }

  /** Forgets what is remembered of a reader: credentials, shift or break changed. */
  forget(userId: string): void {
    this.lanes.forget(userId);
  }

  /** Claims made elsewhere (by hand, on another hub) count for "the same kind as the last one" too. */
  follow(events: readonly PublishedEvent[]): void {
    for (const { type, payload } of events) {
      if (type.startsWith("user.") && typeof payload.userId === "string") this.forget(payload.userId);
      if (type === "study.claimed" && typeof payload.by === "string")
        this.lanes.took(payload.by, typeof payload.kind === "string" ? payload.kind : undefined);
    }
  }

  private async drain(): Promise<void> {
    this.busy = true;
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, MOST_AT_ONCE);
      try {
        const now = this.deps.clock.now();
        const given = await this.grant(batch, now);
        for (const [n, one] of batch.entries()) one.settle(answerOf(given.get(n), now));
      } catch (error) {
        for (const one of batch) one.fail(error);
      }
    }
    this.busy = false;
  }

  private async grant(batch: readonly Waiting[], now: Instant): Promise<Map<number, Given>> {
    const given = new Map<number, Given>();
    const passed = new Set<string>();
    let open: readonly Open[] = batch.map((waiting, n) => ({ ...waiting, n }));
    for (let lost = 0; open.length > 0 && lost < MOST_LOST; ) {
      const round = await this.round(open, passed, now);
      for (const one of round.given) {
        given.set(one.n, one);
        this.lanes.took(one.userId, one.study.kind);
      }
      for (const studyId of round.lost) passed.add(studyId);
      lost += round.lost.length > 0 ? 1 : 0;
      open = round.again;
    }
    return given;
  }

  /** Chooses for all and claims it in one commit. again: lost theirs to somebody else, or need to see deeper into their lanes. */
  private async round(open: readonly Open[], passed: ReadonlySet<string>, now: Instant) {
    const { pool } = this.deps.db;
    const askers = open.map(({ asker }) => asker);
    const plan = planHeads(askers, passed.size);
    const readers = open.map(({ actor }) => actor.userId);
    const chosen = chooseAll(askers, plan, await fetchHeads(pool, plan.rights, plan.asked, readers), passed);
    const choices = open.flatMap(({ actor }, n) => choiceOf(actor, chosen[n]));
    const granted = new Map(
      choices.length === 0
        ? []
        : (await grantChoices(pool, choices, now, now + LEASE)).map((grant) => [grant.studyId, grant]),
    );
    const given: (Given & { readonly n: number; readonly userId: string })[] = [];
    const again: Open[] = [];
    const lost: string[] = [];
    for (const [at, one] of open.entries()) {
      const choice = chosen[at];
      if (!choice) continue;
      const grant = choice === "deeper" ? undefined : granted.get(choice.study.studyId);
      if (choice !== "deeper" && grant) given.push({ ...choice, granted: grant, n: one.n, userId: one.actor.userId });
      else again.push(one);
      if (choice !== "deeper" && !grant) lost.push(choice.study.studyId);
    }
    return { given, again, lost };
  }
}

function choiceOf(actor: UserActor, chosen: Choosing | undefined): Choice[] {
  if (!chosen || chosen === "deeper") return [];
  const { userId, name, address } = actor;
  return [{ study: chosen.study, reader: userId, actor: { kind: "user", id: userId, name }, address, via: "next" }];
}

function answerOf(given: Given | undefined, now: Instant): Answer {
  if (!given) return ok({ claim: null, reason: NOTHING });
  const { study, reader, granted } = given;
  const claim: Claim = {
    studyId: study.studyId,
    fence: granted.fence,
    until: now + LEASE,
    renewEveryMs: RENEW_EVERY,
    readType: readTypeOf(reader, study.siteId),
  };
  return ok({ claim, reason: whyOf(given, now) });
}

const readTypeOf = (reader: NextReader, siteId: string): Claim["readType"] =>
  reader.final.includes(siteId) ? "final" : "preliminary";

const whyOf = ({ reader, study }: Chosen, now: Instant): string => whyNext(reader, study, now);
