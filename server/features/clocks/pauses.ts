import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import type { PauseRequest } from "@readroom/shared/contract/http/clocks.js";
import { type Action, type Actor, actorStamp, may } from "@readroom/shared/domain/access.js";
import { decide, PAUSE_WORDS, type PauseCommand } from "@readroom/shared/domain/clock-pause.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import { appendEvents } from "../../kernel/outbox.js";
import { studyTopics } from "../../kernel/topics.js";
import * as store from "./store.js";

export const noStudy = (): Refusal => refusal("not_found", "There is no such study.");
const REPORTED = ["final", "addended", "corrected"];

/** A study that the actor may do this to: of the own group where a reader asks, of the own hospital where the hospital does. */
export function allowed(actor: Actor, action: Action, study: store.ClockedStudy | null): study is store.ClockedStudy {
  if (!study) return false;
  const ofGroup =
    actor.kind !== "user" || actor.organisationKind !== "reading_group" || study.groupId === actor.organisationId;
  return ofGroup && may(actor, action, { hospitalId: study.organisationId, siteId: study.siteId, studyId: study.id });
}

/** Makes the study's clock stand still for a reason that only the hospital can settle. */
export async function pauseClock(
  deps: Deps,
  actor: Actor,
  studyId: string,
  request: Required<PauseRequest>,
): Promise<Result<undefined, Refusal>> {
  return deps.db.pgTx(async (tx) => {
    const study = await store.lockStudy(tx, studyId);
    if (!allowed(actor, "clock.pause", study)) return err(noStudy());
    if (REPORTED.includes(study.reportState))
      return err(refusal("conflict", "The report is final: its clock has stopped."));
    const now = deps.clock.now();
    const decided = decide(store.pauseOf(study), { do: "pause", reason: request.reason }, now);
    if (!decided.ok) return err(inWords(decided.error));
    await store.beginPause(tx, study.id, { ...request, by: actorStamp(actor).name, at: now });
    await tell(tx, actor, study, "study.clock_paused", { reason: request.reason, note: request.note });
    return ok(undefined);
  });
}

/** Lets the clock run again; the deadline moves by what it stood still. answer: what came of the wait. */
export async function resumeClock(
  deps: Deps,
  actor: Actor,
  studyId: string,
  answer: string,
): Promise<Result<undefined, Refusal>> {
  return deps.db.pgTx(async (tx) => {
    const study = await store.lockStudy(tx, studyId);
    if (!allowed(actor, "clock.resume", study)) return err(noStudy());
    const hospital = actor.kind === "user" && actor.organisationKind === "hospital";
    const command: PauseCommand = hospital ? { do: "answer", what: "words" } : { do: "resume" };
    return end(deps, tx, actor, study, command, { how: hospital ? "hospital" : "person", answer });
  });
}

/** Something came that a pause may have waited for; ends only one that did. In the caller's transaction. */
export async function answerPause(
  deps: Deps,
  tx: store.Executor,
  actor: Actor,
  studyId: string,
  what: "images" | "order" | "report",
): Promise<void> {
  const study = await store.lockStudy(tx, studyId);
  if (!study || study.pausedAt === null) return;
  const command: PauseCommand = what === "report" ? { do: "close" } : { do: "answer", what };
  const answer = { images: "images came", order: "the order came", report: "the report was signed" }[what];
  await end(deps, tx, actor, study, command, { how: what, answer });
}

async function end(
  deps: Deps,
  tx: store.Executor,
  actor: Actor,
  study: store.ClockedStudy,
  command: PauseCommand,
  more: { how: string; answer: string },
): Promise<Result<undefined, Refusal>> {
  const decided = decide(store.pauseOf(study), command, deps.clock.now());
  if (!decided.ok) return err(inWords(decided.error));
  for (const event of decided.value) {
    if (event.type !== "resumed") continue;
    const by = actorStamp(actor).name;
    const deadline = await store.endPause(tx, study.id, { at: event.at, spanMs: event.spanMs, by, ...more });
    await tell(tx, actor, study, "study.clock_resumed", {
      reason: event.reason,
      spanMs: event.spanMs,
      deadline,
      how: more.how,
    });
  }
  return ok(undefined);
}

async function tell(
  tx: store.Executor,
  actor: Actor,
  study: store.ClockedStudy,
  type: "study.clock_paused" | "study.clock_resumed",
  detail: Record<string, unknown>,
): Promise<void> {
  const { note: _note, ...codes } = detail;
  await audit(tx, actor, [
    {
      action: type,
      organisationId: study.organisationId,
      studyId: study.id,
      patientId: study.patientId,
      detail: codes,
    },
  ]);
  const payload = { studyId: study.id, organisationId: study.organisationId, ...detail };
  await appendEvents(tx, actor, [{ stream: `study:${study.id}`, type, payload, topics: studyTopics(study) }]);
}

type PauseProblem = Extract<ReturnType<typeof decide>, { ok: false }>["error"];

const inWords = (problem: PauseProblem): Refusal =>
  problem.why === "not_paused"
    ? refusal("conflict", "The clock of this study is running.")
    : refusal("conflict", `The clock stands still already: ${PAUSE_WORDS[problem.reason]}.`);
