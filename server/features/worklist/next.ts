import type { Refusal } from "@readroom/shared/contract/errors.js";
import type { Claim } from "@readroom/shared/contract/http/worklist.js";
import type { UserActor } from "@readroom/shared/domain/access.js";
import { LEASE, RENEW_EVERY } from "@readroom/shared/domain/claim.js";
import { type LaneStudy, type NextReader, whyNext } from "@readroom/shared/domain/ranking.js";
import type { Instant } from "@readroom/shared/kernel/instant.js";
import { ok, type Result } from "@readroom/shared/kernel/result.js";
import type { Deps } from "../../kernel/deps.js";
import type { PublishedEvent } from "../../kernel/reactions.js";
import { type Asker, type Choosing, type Chosen, chooseAll, planHeads } from "./choose.js";
import { ReaderLanes } from "./reader-lanes.js";
import { type Choice, fetchHeads, type Granted, grantChoices } from "./store-lanes.js";

const MOST_AT_ONCE = 128;
/** So many must wait before a batch chooses while the one before it is still being written: a smaller one would cost more than it gains. */
const WORTH_AHEAD = 24;
/** How often a reader chooses anew where the study was being changed by somebody else at that moment. */
const MOST_LOST = 8;

type Answer = Result<{ readonly claim: Claim | null; readonly reason: string }, Refusal>;
const NOTHING = "Nothing is waiting that you may read.";

interface Waiting {
  readonly actor: UserActor;
  readonly asker: Asker;
  /** What it chose and did not get. */
  readonly lost: readonly LaneStudy[];
  settle(answer: Answer): void;
  fail(error: unknown): void;
}

interface Given extends Chosen {
  readonly granted: Granted;
}

/**
 * "Next study" for everybody who is waiting, many in one commit: while one batch is at the database the next gathers, so a lone reader
 * waits for nobody and two hundred share the cost of a commit. A batch reads the heads of its readers' lanes, chooses in the order of
 * asking (shared/domain/ranking.ts), and claims what it chose while it is still free. While it is being written the next one chooses, from
 * what is left. (A transaction each reached a quarter of it, a loop over probes in the database a third; reading first and claiming then
 * claimed two thirds of the studies twice.)
 */
export class NextStudy {
  private readonly waiting: Waiting[] = [];
  private readonly lanes: ReaderLanes;
  private busy = false;
  /** The batch that is being written, and what it has chosen: as good as gone for whoever chooses meanwhile. */
  private writing: Promise<void> = Promise.resolve();
  private chosen: readonly LaneStudy[] = [];

  constructor(private readonly deps: Deps) {
    this.lanes = new ReaderLanes(deps);
  }

  /** The best study that the reader may read, claimed; claim null with a reason where there is none. */
  async next(actor: UserActor): Promise<Answer> {
    const asker = await this.lanes.of(actor);
    if (!asker.ok) return asker;
    return new Promise<Answer>((settle, fail) => {
      this.waiting.push({ actor, asker: asker.value, lost: [], settle, fail });
      if (!this.busy) void this.drain();
    });
  }

  /** What `next` would give now, and why, without claiming it: for loading it beforehand. Another may take it first. */
  async peekNext(
    actor: UserActor,
  ): Promise<Result<{ readonly studyId: string; readonly reason: string } | null, Refusal>> {
    const asker = await this.lanes.of(actor);
    if (!asker.ok) return asker;
    const plan = planHeads([asker.value], []);
    const fetched = await fetchHeads(this.deps.db.pool, plan.rights, plan.asked, [actor.userId]);
    const [best] = chooseAll([asker.value], plan, fetched, []);
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
      if (this.waiting.length < WORTH_AHEAD) await this.writing;
      const batch = this.waiting.splice(0, MOST_AT_ONCE);
      try {
        const chosen = await this.choose(batch);
        await this.writing;
        this.writing = this.write(batch, chosen);
      } catch (error) {
        for (const one of batch) one.fail(error);
      }
    }
    this.busy = false;
  }

  private async choose(batch: readonly Waiting[]): Promise<Choosing[]> {
    const gone = [...this.chosen, ...batch.flatMap(({ lost }) => lost)];
    const askers = batch.map(({ asker }) => asker);
    const plan = planHeads(askers, gone);
    const readers = batch.map(({ actor }) => actor.userId);
    return chooseAll(askers, plan, await fetchHeads(this.deps.db.pool, plan.rights, plan.asked, readers), gone);
  }

  /** Claims what was chosen, in one commit, and answers. Who lost theirs to somebody else or must look deeper into a lane asks again. Never rejects. */
  private async write(batch: readonly Waiting[], chosen: readonly Choosing[]): Promise<void> {
    const now = this.deps.clock.now();
    const choices = batch.flatMap(({ actor }, n) => choiceOf(actor, chosen[n]));
    this.chosen = choices.map(({ study }) => study);
    try {
      const rows = choices.length === 0 ? [] : await grantChoices(this.deps.db.pool, choices, now, now + LEASE);
      const granted = new Map(rows.map((grant) => [grant.studyId, grant]));
      const again: Waiting[] = [];
      for (const [n, one] of batch.entries()) {
        const choice = chosen[n] ?? null;
        const grant = choice === null || choice === "deeper" ? undefined : granted.get(choice.study.studyId);
        if (choice === null) one.settle(answerOf(undefined, now));
        else if (choice === "deeper") again.push(one);
        else if (grant) {
          this.lanes.took(one.actor.userId, choice.study.kind);
          one.settle(answerOf({ ...choice, granted: grant }, now));
        } else if (one.lost.length + 1 < MOST_LOST) again.push({ ...one, lost: [...one.lost, choice.study] });
        else one.settle(answerOf(undefined, now));
      }
      this.waiting.unshift(...again);
    } catch (error) {
      for (const one of batch) one.fail(error);
    }
    this.chosen = [];
    if (!this.busy && this.waiting.length > 0) void this.drain();
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
