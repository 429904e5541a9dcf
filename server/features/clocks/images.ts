import type { Actor } from "@readroom/shared/domain/access.js";
import { type Completeness, completeness, type Expectation } from "@readroom/shared/domain/completeness.js";
import type { Deps } from "../../kernel/deps.js";
import { appendEvents } from "../../kernel/outbox.js";
import { studyTopics } from "../../kernel/topics.js";
import * as store from "./store.js";
import * as images from "./store-images.js";

const SYSTEM: Actor = { kind: "system", name: "clocks" };

export async function completenessOf(
  db: Parameters<typeof images.receivedOf>[0],
  study: Pick<store.ClockedStudy, "id" | "state">,
): Promise<Completeness> {
  const [received, expectations] = [await images.receivedOf(db, study.id), await images.expectationsOf(db, study.id)];
  return completeness(received, expectations, study.state === "receiving" || study.state === "expected");
}

/**
 * Weighs what a study should have against what is here: at its first image (its procedure step may be over already), when a step or a
 * commitment says more, when it went quiet, when more came. Tells where that changed, and when everything that was announced is here.
 */
export async function weigh(deps: Deps, tx: store.Executor, studyId: string): Promise<void> {
  const study = await store.lockStudy(tx, studyId);
  if (!study) return;
  const step = await expectedBySteps(tx, study, deps.clock.now());
  if (step) await images.saveExpectation(tx, study.id, step);
  const now = await completenessOf(tx, study);
  const known = now.how === "step" || now.how === "commitment" || now.how === "query";
  const changed = await images.setCompleteness(tx, study.id, {
    expected: now.expected,
    missing: now.missing,
    from: known ? (now.how as Expectation["source"]) : "",
  });
  const { expected, missing, how } = now;
  const payload = { studyId, organisationId: study.organisationId, received: now.received, expected, missing, how };
  const topics = studyTopics(study);
  if (changed)
    await appendEvents(tx, SYSTEM, [{ stream: `study:${studyId}`, type: "study.completeness", payload, topics }]);
  // Only the modality's own list says that nothing else will come: a commitment covers what was asked for, a count what was sent by then.
  if (study.state === "receiving" && how === "step" && missing === 0)
    await appendEvents(tx, SYSTEM, [{ stream: `study:${studyId}`, type: "study.all_images", payload, topics: [] }]);
}

/** All steps of the study together; final once none is in progress. Null where no modality told of one. */
async function expectedBySteps(tx: store.Executor, study: store.ClockedStudy, at: number): Promise<Expectation | null> {
  const steps = await images.stepsOf(tx, study.organisationId, study.studyInstanceUid);
  if (steps.length === 0) return null;
  const bySeries = new Map<string, Set<string>>();
  for (const series of steps.flatMap((step) => step.series)) {
    const known = bySeries.get(series.seriesInstanceUid) ?? new Set();
    for (const uid of series.instances) known.add(uid);
    bySeries.set(series.seriesInstanceUid, known);
  }
  const series = Object.fromEntries([...bySeries].map(([uid, instances]) => [uid, instances.size]));
  const instances = Object.values(series).reduce((sum, count) => sum + count, 0);
  return { source: "step", instances, series, final: steps.every(({ state }) => state !== "IN PROGRESS"), at };
}

/** Studies that have as many images as were announced, while they still count as arriving. */
export async function allHere(deps: Deps): Promise<void> {
  const { rows } = await deps.db.pool.query<{ id: string }>(
    "SELECT id FROM study WHERE state = 'receiving' AND expected_from = 'step' AND instances_received >= instances_expected LIMIT 50",
  );
  for (const { id } of rows) await deps.db.pgTx((tx) => weigh(deps, tx, id));
}
