import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import { HospitalView } from "@readroom/shared/contract/http/hospital.js";
import { type Actor, may } from "@readroom/shared/domain/access.js";
import { DAY } from "@readroom/shared/kernel/instant.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import type { FastifyInstance } from "fastify";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import type { Feature } from "../../kernel/feature.js";
import { route } from "../../kernel/route.js";
import { displayName, hospitalRows } from "../worklist/public.js";
import { attainment } from "./attainment.js";
import * as store from "./store.js";

const DAYS = 30;

/** What a hospital is owed and what it got: its studies and clocks, attainment against the contract, critical results, deliveries. */
export function contractsFeature(deps: Deps): Feature {
  return { name: "contracts", routes: (app) => hospitalRoutes(app, deps) };
}

function hospitalRoutes(app: FastifyInstance, deps: Deps): void {
  route(app, {
    method: "GET",
    url: "/api/hospital",
    action: "hospital.read",
    tag: "hospital",
    summary: "The caller's own hospital: studies, clocks, attainment, critical results, deliveries, who is on shift",
    response: HospitalView,
    handle: ({ actor }) => hospitalView(deps, actor),
  });
}

async function hospitalView(deps: Deps, actor: Actor): Promise<Result<HospitalView, Refusal>> {
  const hospital = actor.kind === "user" ? await store.hospitalOf(deps.db.pool, actor.organisationId) : null;
  if (actor.kind !== "user" || !hospital || !may(actor, "hospital.read", { hospitalId: hospital.id }))
    return err(refusal("forbidden", "This page belongs to a hospital's people."));
  const now = deps.clock.now();
  const ours = { hospitalId: hospital.id, siteIds: actor.siteIds };
  const { pool } = deps.db;
  const [list, sites, contracts, clocked, onShift, criticals, deliveries] = await Promise.all([
    hospitalRows(deps, actor, hospital.id),
    store.sitesOf(pool, ours),
    store.contractsOf(pool, hospital.id, now),
    store.clockedSince(pool, ours, now - (DAYS + 1) * DAY),
    store.onShiftFor(pool, ours, now),
    store.criticalsOf(pool, ours, now - 7 * DAY),
    store.deliveriesOf(pool, ours, now - DAY),
  ]);
  await audit(pool, actor, [
    { action: "hospital.read", organisationId: hospital.id, detail: { studies: list.rows.length } },
  ]);
  const kept = attainment(clocked, DAYS, hospital.timeZone, now);
  const late = kept.late.map(({ study: { name, studyId, procedure, urgency, deadline, stoppedAt }, lateMinutes }) => ({
    ...{ studyId, procedure, urgency, deadline, lateMinutes },
    patientName: displayName(name),
    signedAt: stoppedAt,
  }));
  const named = <T extends { name: Record<string, string> }>({ name, ...rest }: T) => ({
    ...rest,
    patientName: displayName(name),
  });
  return ok({
    serverNow: now,
    ...list,
    hospital,
    sites,
    contracts,
    attainment: { days: DAYS, ...kept, late },
    onShift,
    criticals: criticals.map(named),
    deliveries: deliveries.map(named),
  });
}
