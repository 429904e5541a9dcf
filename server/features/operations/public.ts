import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import { IdParams } from "@readroom/shared/contract/http/admin.js";
import {
  OperationsView,
  type PoolLane,
  ReactionParams,
  type ReaderLoad,
  ResolveRequest,
} from "@readroom/shared/contract/http/operations.js";
import type { WorklistRow } from "@readroom/shared/contract/http/worklist.js";
import { type Actor, mayRole, type UserActor } from "@readroom/shared/domain/access.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import type { FastifyInstance } from "fastify";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import type { Feature } from "../../kernel/feature.js";
import { route } from "../../kernel/route.js";
import { type GroupReader, groupReaders, type PoolRow, poolsOf } from "../roster/public.js";
import { rowsWhere, topSeq } from "../worklist/public.js";
import { attentionList } from "./attention.js";
import * as store from "./store.js";

const MOST_ROWS = 5000;

/** The operator's board: pools as lanes, readers and their load, and the short list of what waits for a person. */
export function operationsFeature(deps: Deps): Feature {
  return { name: "operations", routes: (app) => operationsRoutes(app, deps) };
}

function operationsRoutes(app: FastifyInstance, deps: Deps): void {
  const tag = "operations";
  route(app, {
    method: "GET",
    url: "/api/operations",
    action: "operations.read",
    tag,
    summary: "Pools, clocks, readers and what waits for a person",
    response: OperationsView,
    handle: async ({ actor }) => {
      const group = ofGroup(actor);
      return group.ok ? board(deps, group.value) : group;
    },
  });
  route(app, {
    method: "POST",
    url: "/api/operations/reactions/:eventId/:handler/retry",
    action: "queue.act",
    tag,
    summary: "Try a failed reaction again now",
    params: ReactionParams,
    handle: async ({ actor, params: { eventId, handler } }) => {
      const group = ofGroup(actor);
      if (!group.ok) return group;
      if (!(await store.retryReaction(deps.db.pool, group.value.organisationId, eventId, handler)))
        return err(refusal("not_found", "There is no such failure."));
      await audit(deps.db.pool, actor, [{ action: "reaction.retry", subject: eventId, detail: { handler } }]);
      return ok(undefined);
    },
  });
  route(app, {
    method: "POST",
    url: "/api/operations/incidents/:id/resolve",
    action: "queue.act",
    tag,
    summary: "Say what was done about an object that could not be taken",
    params: IdParams,
    body: ResolveRequest,
    handle: ({ actor, params: { id }, body }) => resolve(deps, actor, id, body.resolution),
  });
}

function ofGroup(actor: Actor): Result<UserActor, Refusal> {
  if (actor.kind === "user" && actor.organisationKind === "reading_group") return ok(actor);
  return err(refusal("forbidden", "The board belongs to a reading group."));
}

async function resolve(deps: Deps, actor: Actor, id: string, resolution: string): Promise<Result<undefined, Refusal>> {
  const hospitals = actor.kind === "user" || actor.kind === "machine" ? actor.hospitalIds : [];
  return deps.db.pgTx(async (tx) => {
    const incident = await store.resolveIncident(tx, id, hospitals, resolution, deps.clock.now());
    if (!incident) return err(refusal("not_found", "There is no such incident open."));
    await audit(tx, actor, [{ action: "incident.resolve", ...incident, subject: id }]);
    return ok(undefined);
  });
}

async function board(deps: Deps, actor: UserActor): Promise<Result<OperationsView, Refusal>> {
  const groupId = actor.organisationId;
  const { pool } = deps.db;
  const serverNow = deps.clock.now();
  const group = await store.groupOf(pool, groupId);
  if (!group) return err(refusal("forbidden", "The board belongs to a reading group."));
  const seq = await topSeq(pool);
  const open =
    "s.group_id = $1::uuid AND (s.report_state IN ('none', 'draft', 'preliminary') OR s.claim_state = 'held')";
  const [rows, pools, readers, load, attention] = await Promise.all([
    rowsWhere(pool, open, [groupId], seq, MOST_ROWS),
    poolsOf(pool, groupId),
    groupReaders(pool, groupId, serverNow),
    store.loadOf(pool, groupId, serverNow),
    queuesOf(deps, actor, serverNow),
  ]);
  await audit(pool, actor, [{ action: "operations.read", organisationId: groupId, detail: { studies: rows.length } }]);
  const loads = readers.map((reader) => loadOf(reader, load.get(reader.userId), serverNow));
  return ok({
    ...{ serverNow, seq, group },
    pools: pools.map((lane) => laneOf(lane, rows, loads, serverNow)),
    readers: loads,
    attention: attentionList(attention),
    // Administrators see the board without its patients.
    rows: mayRole(actor, "worklist.read") ? rows : [],
    truncated: rows.length === MOST_ROWS,
  });
}

async function queuesOf(deps: Deps, actor: UserActor, now: number) {
  const { pool } = deps.db;
  const groupId = actor.organisationId;
  const [criticals, unroutable, unmatched, undelivered, incidents, failedReactions] = await Promise.all([
    store.criticals(pool, groupId, now),
    store.unroutable(pool, groupId),
    store.unmatched(pool, groupId),
    store.undelivered(pool, groupId, now),
    store.incidents(pool, actor.hospitalIds),
    store.failedReactions(pool, groupId),
  ]);
  return { criticals, unroutable, unmatched, undelivered, incidents, failedReactions };
}

function laneOf(lane: PoolRow, rows: readonly WorklistRow[], readers: readonly ReaderLoad[], now: number): PoolLane {
  const { id, code, name, subspecialties } = lane;
  const here = rows.filter((row) => row.pool?.id === id);
  const waiting = here.filter((row) => row.report.state !== "preliminary" && row.clock !== null);
  return {
    ...{ id, code, name },
    subspecialties: [...subspecialties],
    open: here.filter((row) => row.claim.state === "open").length,
    held: here.filter((row) => row.claim.state === "held").length,
    atRisk: waiting.filter((row) => row.clock && row.clock.warnAt <= now && now <= row.clock.deadline).length,
    late: waiting.filter((row) => row.clock && now > row.clock.deadline).length,
    readersOnShift: readers.filter((reader) => reader.onShift && reader.poolIds.includes(id)).length,
  };
}

function loadOf(reader: GroupReader, load: store.LoadRow | undefined, now: number): ReaderLoad {
  const { userId: id, name, shortName, colour, title, scope } = reader;
  const shift = scope.shift && scope.shift.startsAt <= now && now < scope.shift.endsAt ? scope.shift : null;
  return {
    ...{ id, name, shortName, colour, title },
    poolIds: [...scope.poolIds],
    onShift: shift !== null,
    onBreak: scope.onBreak,
    shiftStartsAt: shift?.startsAt ?? null,
    shiftEndsAt: shift?.endsAt ?? null,
    holding: load?.holding ?? [],
    signed: load?.signed ?? 0,
    online: load?.online ?? false,
  };
}
