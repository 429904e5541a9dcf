import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import {
  SimulationResult,
  type SimulationView,
  type SimulationWanted,
} from "@readroom/shared/contract/http/simulation.js";
import type { Actor } from "@readroom/shared/domain/access.js";
import type { RuleSet } from "@readroom/shared/domain/routing/rules.js";
import { DAY, HOUR, type Instant, MINUTE } from "@readroom/shared/kernel/instant.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import { appendEvents } from "../../kernel/outbox.js";
import { topics } from "../../kernel/topics.js";
import { draftOf } from "../routing/public.js";
import type { Column, ComparisonJob } from "./job.js";
import { arrivalsOf, decidedOf, drafted, fatesOf } from "./model.js";
import * as store from "./store.js";
import * as runs from "./store-runs.js";
import type { Runner } from "./thread.js";
import { ENOUGH_A_WEEK, syntheticMonth } from "./traffic.js";
import { presentWorld } from "./world.js";

/** A week of a large group; more is cut off at the end and said. */
const MOST_STUDIES = 50_000;
const TIME_LIMIT = 3 * MINUTE;
export const SILENT = 10 * MINUTE;
const SYSTEM = { kind: "system", name: "simulation" } as const;

export interface Requester {
  readonly id: string | null;
  readonly name: string;
  readonly actor: Actor;
}

export type Planned = Omit<ComparisonJob, "kind"> & { readonly basis: string; readonly timeZone: string };

/** What a draft would have done: rules, pools or shifts that differ, on the same traffic, beside what happened and what the present rules do. */
export class TryOuts {
  readonly #running = new Map<string, { readonly abort: AbortController; readonly done: Promise<void> }>();

  constructor(
    private readonly deps: Deps,
    private readonly runner: Runner,
  ) {}

  /** Begins a try-out; it goes on after the answer. Refused while another of the group runs. */
  async start(groupId: string, wanted: SimulationWanted, by: Requester): Promise<Result<{ id: string }, Refusal>> {
    const ruleSet = await this.#rules(groupId, wanted);
    if (!ruleSet.ok) return ruleSet;
    const group = await store.groupOf(this.deps.db.pool, groupId);
    if (!group) return err(refusal("not_found", "There is no such reading group."));
    const now = this.deps.clock.now();
    const id = await this.deps.db.pgTx(async (tx) => {
      const made = await runs.insertRun(tx, { groupId, name: wanted.name, by, request: wanted, basis: "" }, now);
      if (made) await audit(tx, by.actor, [{ action: "simulation.started", organisationId: groupId, subject: made }]);
      return made;
    });
    if (!id)
      return err(
        refusal("conflict", "Another try-out of the group is running.", { action: "Wait for it, or cancel it." }),
      );
    this.#begin(groupId, id, () => planOf(this.deps, group, wanted, ruleSet.value));
    return ok({ id });
  }

  /** Ends a running one, wherever it runs; false where there is none. */
  async cancel(groupId: string, id: string, by: Requester): Promise<boolean> {
    const stored = await runs.simulation(this.deps.db.pool, groupId, id);
    if (stored?.simulation.state !== "running") return false;
    await this.#end(groupId, id, { state: "cancelled", problem: "" }, by.actor);
    this.#running.get(id)?.abort.abort(new Error("cancelled"));
    return true;
  }

  /** When the try-out has ended, if it runs in this process. */
  async settled(id: string): Promise<void> {
    await this.#running.get(id)?.done;
  }

  async stop(): Promise<void> {
    for (const { abort } of this.#running.values()) abort.abort(new Error("the hub stops"));
    await Promise.all([...this.#running.values()].map(({ done }) => done));
  }

  async #rules(groupId: string, { rules }: SimulationWanted): Promise<Result<RuleSet | null, Refusal>> {
    if (rules === "in_force") return ok(null);
    if (rules !== "draft") return ok(rules);
    const draft = await draftOf(this.deps.db.pool, groupId);
    if (draft) return ok(draft.content);
    return err(
      refusal("not_found", "There is no draft of the rules.", { action: "Draft one on the rules page first." }),
    );
  }

  #begin(groupId: string, id: string, plan: () => Promise<Planned>): void {
    const abort = new AbortController();
    const limit = setTimeout(() => abort.abort(new Error("it took longer than three minutes")), TIME_LIMIT);
    const done = this.#run(groupId, id, plan, abort).finally(() => {
      clearTimeout(limit);
      this.#running.delete(id);
    });
    this.#running.set(id, { abort, done });
  }

  async #run(groupId: string, id: string, plan: () => Promise<Planned>, abort: AbortController): Promise<void> {
    try {
      const { basis, timeZone, ...job } = await plan();
      // Cancelled while its traffic was read: nothing begins.
      abort.signal.throwIfAborted();
      let saving: Promise<unknown> = Promise.resolve();
      let saved = this.deps.clock.now();
      const onProgress = (share: number) => {
        if (this.deps.clock.now() - saved < 500) return;
        saved = this.deps.clock.now();
        saving = saving.then(() => this.#progress(id, share, abort));
      };
      const columns = await this.runner({ kind: "compare", ...job }, { signal: abort.signal, onProgress });
      await saving;
      const result: SimulationResult = { from: job.from, until: job.until, timeZone, basis, columns };
      await this.#end(groupId, id, { state: "done", result }, SYSTEM);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (!abort.signal.aborted) this.deps.log.error({ simulation: id, err: { message } }, "a try-out failed");
      await this.#end(groupId, id, { state: "failed", problem: `It could not be finished: ${message}.` }, SYSTEM);
    }
  }

  async #progress(id: string, share: number, abort: AbortController): Promise<void> {
    const goesOn = await runs.saveProgress(this.deps.db.pool, id, share, this.deps.clock.now());
    if (!goesOn) abort.abort(new Error("cancelled"));
  }

  async #end(
    groupId: string,
    id: string,
    end: Parameters<typeof runs.finishRun>[2],
    actor: Requester["actor"],
  ): Promise<void> {
    await this.deps.db.pgTx(async (tx) => {
      if (!(await runs.finishRun(tx, id, end, this.deps.clock.now()))) return;
      await audit(tx, actor, [{ action: `simulation.${end.state}`, organisationId: groupId, subject: id }]);
      const payload = { groupId, simulationId: id, state: end.state };
      await appendEvents(tx, actor, [
        { stream: `group:${groupId}`, type: "simulation.ended", payload, topics: [topics.group(groupId)] },
      ]);
    });
  }
}

/** Traffic and columns of a try-out. */
async function planOf(
  deps: Deps,
  group: store.GroupRow,
  wanted: SimulationWanted,
  ruleSet: RuleSet | null,
): Promise<Planned> {
  const now = deps.clock.now();
  const from = now - 7 * DAY;
  const rows = await store.studiesBetween(deps.db.pool, group.id, from, now, MOST_STUDIES);
  const world = await presentWorld(deps, group.id, from, now);
  if (wanted.traffic === "synthetic_month" || rows.length < ENOUGH_A_WEEK) {
    const month = syntheticMonth(world, rows, now, group.timeZone);
    const { arrivals, from: begins, until } = month;
    const columns = comparedWith(month.world, wanted, ruleSet, group.timeZone, { from: begins, until });
    return { arrivals, from: begins, until, stepMs: 2 * HOUR, columns, basis: month.basis, timeZone: group.timeZone };
  }
  const { arrivals, rows: used } = arrivalsOf(rows, world);
  const past: Column = {
    ...{ kind: "happened", key: "happened", title: "What happened", world },
    ...{ decided: decidedOf(used), fates: fatesOf(used, world.readers, arrivals) },
  };
  const cut = rows.length === MOST_STUDIES ? ` Only the first ${MOST_STUDIES.toLocaleString("en")} of them.` : "";
  return {
    ...{ arrivals, from, until: now, stepMs: HOUR, timeZone: group.timeZone },
    columns: [past, ...comparedWith(world, wanted, ruleSet, group.timeZone, { from, until: now })],
    basis: `The ${used.length.toLocaleString("en")} studies of the last seven days, with the shifts as they were and each study's own reading time.${cut}`,
  };
}

function comparedWith(
  world: Column["world"],
  wanted: SimulationWanted,
  ruleSet: RuleSet | null,
  timeZone: string,
  span: { from: Instant; until: Instant },
): Column[] {
  const policy = { name: "readroom" } as const;
  const present: Column = { kind: "run", key: "present", title: "As it is now", world, policy };
  const changes = ruleSet !== null || wanted.pools.length + wanted.shifts.length + wanted.readersOff.length > 0;
  if (!changes) {
    const fifo: Column = {
      kind: "run",
      key: "fifo",
      title: "Plain first-in-first-out",
      world,
      policy: { name: "fifo" },
    };
    return [present, fifo];
  }
  const draft = drafted(world, wanted, ruleSet ?? world.ruleSet, timeZone, span);
  return [present, { kind: "run", key: "draft", title: "Draft", world: draft, policy }];
}

/** One try-out with its result; null where the group has none such. */
export async function viewOf(deps: Deps, groupId: string, id: string): Promise<SimulationView | null> {
  const stored = await runs.simulation(deps.db.pool, groupId, id);
  if (!stored) return null;
  const result = SimulationResult.safeParse(stored.result);
  return { simulation: stored.simulation, result: result.success ? result.data : null };
}
