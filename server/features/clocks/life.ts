import type { Refusal } from "@readroom/shared/contract/errors.js";
import type { AttributionView, LifeView } from "@readroom/shared/contract/http/clocks.js";
import { type Actor, mayRole } from "@readroom/shared/domain/access.js";
import { attribute, LIFE_KINDS, type LifeSegment, spans } from "@readroom/shared/domain/clock-life.js";
import { PAUSE_REASONS, PAUSE_WORDS } from "@readroom/shared/domain/clock-pause.js";
import { DAY, MINUTE } from "@readroom/shared/kernel/instant.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import { completenessOf } from "./images.js";
import { allowed, noStudy } from "./pauses.js";
import * as store from "./store.js";
import { attributionSince, lifeEvents, saveLife } from "./store-life.js";

/** Where every minute of a study went, its clock with its pauses, and how many of its images are here. */
export async function lifeOf(deps: Deps, actor: Actor, studyId: string): Promise<Result<LifeView, Refusal>> {
  const { pool } = deps.db;
  const study = await store.readStudy(pool, studyId);
  if (!allowed(actor, "study.read", study)) return err(noStudy());
  const serverNow = deps.clock.now();
  const [life, clock, pauses, completeness] = await Promise.all([
    lifeEvents(pool, studyId).then((events) => attribute(events, serverNow)),
    store.clockOf(pool, studyId),
    store.pausesOf(pool, studyId),
    completenessOf(pool, study),
  ]);
  if (!life) return err(noStudy());
  await audit(pool, actor, [
    { action: "study.life_read", organisationId: study.organisationId, studyId, patientId: study.patientId },
  ]);
  const { lateImages: images, lateSince: since, pausedAt } = study;
  return ok({
    ...{ serverNow, studyId, clock, pauses },
    completeness: { ...completeness, series: [...completeness.series] },
    ...{ from: life.from, to: life.to, finished: life.finished },
    segments: life.segments.map(inWords),
    afterwards: life.afterwards.map(inWords),
    late: images > 0 && since !== null ? { images, since } : null,
    may: {
      pause: allowed(actor, "clock.pause", study) && pausedAt === null && !life.finished,
      resume: allowed(actor, "clock.resume", study) && pausedAt !== null,
      seen: allowed(actor, "report.write", study) && images > 0,
    },
  });
}

function inWords(segment: LifeSegment): LifeSegment {
  const reason = segment.kind === "hospital" ? PAUSE_REASONS.find((one) => one === segment.note) : undefined;
  return reason ? { ...segment, note: PAUSE_WORDS[reason] } : segment;
}

/** Keeps the attribution once the final report is there. In the caller's transaction. */
export async function keepLife(deps: Deps, tx: store.Executor, studyId: string): Promise<void> {
  const life = attribute(await lifeEvents(tx, studyId), deps.clock.now());
  if (life?.finished) await saveLife(tx, studyId, { from: life.from, to: life.to, spans: spans(life.segments) });
}

/** Mean minutes a study by what they went into, over the studies reported in the last days. A group sees its own, a hospital its own. */
export async function attribution(
  deps: Deps,
  actor: Actor,
  query: { by: "contract" | "site" | "pool"; days: number },
): Promise<Result<AttributionView, Refusal>> {
  const serverNow = deps.clock.now();
  const from = serverNow - query.days * DAY;
  const group = actor.kind === "user" && actor.organisationKind === "reading_group";
  const own = actor.kind === "user" && mayRole(actor, "clock.read") ? actor.organisationId : null;
  // Nobody but people of an organisation has a page that shows it.
  if (own === null || actor.kind !== "user") return ok({ serverNow, from, by: query.by, groups: [] });
  const whose = { groupId: group ? own : null, hospitalId: group ? null : own, siteIds: group ? null : actor.siteIds };
  const groups = await attributionSince(deps.db.pool, query.by, whose, from);
  return ok({
    ...{ serverNow, from, by: query.by },
    groups: groups.map(({ id, name, studies, meanMs, medianMs, spans: byKind }) => ({
      ...{ id, name, studies },
      meanMinutes: meanMs / MINUTE,
      medianMinutes: medianMs / MINUTE,
      minutes: Object.fromEntries(LIFE_KINDS.map((kind) => [kind, (byKind[kind] ?? 0) / MINUTE])) as Record<
        (typeof LIFE_KINDS)[number],
        number
      >,
    })),
  });
}
