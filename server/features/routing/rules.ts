import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import type { RulesRequest, RulesView } from "@readroom/shared/contract/http/routing.js";
import type { Actor, UserActor } from "@readroom/shared/domain/access.js";
import type { RuleCondition } from "@readroom/shared/domain/routing.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import type { z } from "zod";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import { appendEvents } from "../../kernel/outbox.js";
import { topics } from "../../kernel/topics.js";
import { type PoolRow, poolsOf } from "../roster/public.js";
import * as store from "./store.js";

type Executor = Parameters<typeof appendEvents>[0];

/** Rules belong to a reading group; only its own people see and change them. */
export function groupOf(actor: Actor): Result<UserActor, Refusal> {
  if (actor.kind === "user" && actor.organisationKind === "reading_group") return ok(actor);
  return err(refusal("forbidden", "Routing rules belong to a reading group."));
}

export async function rulesView(deps: Deps, groupId: string): Promise<RulesView> {
  const executor = deps.db.pool;
  const [{ rules, builtIn }, subspecialties, pools] = await Promise.all([
    store.rulesOf(executor, groupId),
    store.mappingOf(executor, groupId),
    poolsOf(executor, groupId),
  ]);
  return {
    rules: rules.map(({ id, position, name, condition, action, enabled, version }) => ({
      id,
      position,
      name,
      condition,
      action,
      enabled,
      version,
    })),
    builtIn,
    subspecialties: subspecialties.map((entry) => ({
      ...entry,
      codes: [...entry.codes],
      bodyParts: [...entry.bodyParts],
      words: [...entry.words],
      modalities: [...entry.modalities],
    })),
    pools: pools.map(({ id, code, name, subspecialties: read }) => ({ id, code, name, subspecialties: [...read] })),
  };
}

/** Replaces the group's rules. Refuses in words what could never work; every open study is then decided anew. */
export async function replaceRules(
  deps: Deps,
  actor: UserActor,
  request: z.output<typeof RulesRequest>,
): Promise<Result<RulesView, Refusal>> {
  const groupId = actor.organisationId;
  const pools = await poolsOf(deps.db.pool, groupId);
  const problems = request.rules.flatMap((rule) => problemsOf(rule, pools));
  if (problems.length > 0) return err(refusal("invalid", problems[0] ?? "", { detail: { problems } }));
  await deps.db.pgTx(async (tx) => {
    await store.replaceRules(tx, groupId, request.rules);
    if (request.subspecialties) await store.saveMapping(tx, groupId, request.subspecialties);
    await announce(tx, actor, request.rules.length);
  });
  return ok(await rulesView(deps, groupId));
}

async function announce(tx: Executor, actor: UserActor, count: number): Promise<void> {
  const groupId = actor.organisationId;
  await audit(tx, actor, [{ action: "rules.changed", organisationId: groupId, detail: { rules: count } }]);
  await appendEvents(tx, actor, [
    { stream: `group:${groupId}`, type: "rules.changed", payload: { groupId }, topics: [topics.group(groupId)] },
  ]);
}

function problemsOf(rule: z.output<typeof RulesRequest>["rules"][number], pools: readonly PoolRow[]): string[] {
  const { pool } = rule.action;
  const problems: string[] = [];
  if (pool !== undefined && !pools.some(({ code }) => code.toLowerCase() === pool.toLowerCase()))
    problems.push(`"${rule.name}": there is no pool ${pool}. Pools are ${pools.map(({ code }) => code).join(", ")}.`);
  if (depth(rule.condition) > 12) problems.push(`"${rule.name}": conditions are nested more than 12 deep.`);
  return problems;
}

function depth(condition: RuleCondition): number {
  if ("all" in condition) return 1 + Math.max(0, ...condition.all.map(depth));
  if ("any" in condition) return 1 + Math.max(0, ...condition.any.map(depth));
  return "not" in condition ? 1 + depth(condition.not) : 1;
}
