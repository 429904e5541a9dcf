import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import type { HeldClaims, LikelyAnswer, StudySearchAnswer } from "@readroom/shared/contract/http/worklist.js";
import { type Actor, visibleHospitals } from "@readroom/shared/domain/access.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import type { NextStudy } from "./next.js";
import { heldBy } from "./store-escalation.js";
import { displayName } from "./store-rows.js";
import { findStudies } from "./store-search.js";
import { studyDetail } from "./views.js";

const MOST_HITS = 20;

/** Studies that the caller may see, by identifier, name or words. The text is asked in a body: it may name a patient. */
export async function searchStudies(
  deps: Deps,
  actor: Actor,
  text: string,
): Promise<Result<StudySearchAnswer, Refusal>> {
  if (actor.kind !== "user") return err(refusal("forbidden", "Only people search."));
  const found = await findStudies(
    deps.db.pool,
    text,
    {
      groupId: actor.organisationKind === "reading_group" ? actor.organisationId : null,
      hospitalIds: visibleHospitals(actor),
      siteIds: actor.siteIds,
    },
    MOST_HITS + 1,
  );
  const hits = found.slice(0, MOST_HITS);
  // Each patient whose identity was shown is on record; the text itself is not: it may be a name.
  await audit(deps.db.pool, actor, [
    {
      action: "study.search",
      organisationId: actor.organisationId,
      detail: { found: hits.length, studies: hits.map((hit) => hit.studyId) },
    },
  ]);
  return ok({
    hits: hits.map(({ name, ...hit }) => ({ ...hit, patientName: displayName(name) })),
    more: found.length > MOST_HITS,
  });
}

/** What "next" would give now, in full, for loading it ahead of the reader. Claims nothing; another may take it first. */
export async function likelyNext(
  deps: Deps,
  next: NextStudy,
  actor: Actor,
  besides: readonly string[],
): Promise<Result<LikelyAnswer, Refusal>> {
  if (actor.kind !== "user" || actor.organisationKind !== "reading_group")
    return err(refusal("forbidden", "Only a reading group's readers claim studies."));
  const peeked = await next.peekNext(actor);
  // Off shift or on a break nothing is likely; that is no error of a page that asks in the background.
  if (!peeked.ok || !peeked.value || besides.includes(peeked.value.studyId)) return ok({ study: null });
  const detail = await studyDetail(deps, actor, peeked.value.studyId, "study.preload");
  return ok({ study: detail.ok ? detail.value : null });
}

/** What the caller holds, for the heartbeat of pages that have no list. */
export async function heldClaims(deps: Deps, actor: Actor): Promise<Result<HeldClaims, Refusal>> {
  const serverNow = deps.clock.now();
  return ok({ serverNow, claims: actor.kind === "user" ? await heldBy(deps.db.pool, actor.userId, serverNow) : [] });
}
