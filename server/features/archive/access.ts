import { type Action, type Actor, may, visibleHospitals } from "@readroom/shared/domain/access.js";

/** What of the archive an actor may see, as a query needs it; null: no limit. */
export type Scope = {
  readonly hospitalIds: readonly string[] | null;
  readonly siteIds: readonly string[] | null;
  readonly studyId: string | null;
};

/** Limits for a query on behalf of this actor. The rows are asked of `may` again one by one: the query only spares the work. */
export function scopeOf(actor: Actor): Scope {
  const siteIds =
    actor.kind === "user" || actor.kind === "machine" ? actor.siteIds : actor.kind === "device" ? [actor.siteId] : null;
  return { hospitalIds: visibleHospitals(actor), siteIds, studyId: actor.kind === "guest" ? actor.studyId : null };
}

export type Owned = { readonly studyId: string; readonly organisationId: string; readonly siteId: string };

export function mayOn(actor: Actor, action: Action, row: Owned): boolean {
  return may(actor, action, { hospitalId: row.organisationId, siteId: row.siteId, studyId: row.studyId });
}
