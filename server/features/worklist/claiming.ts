import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import type { Claim } from "@readroom/shared/contract/http/worklist.js";
import { type Actor, may, type UserActor } from "@readroom/shared/domain/access.js";
import {
  type ClaimCommand,
  type ClaimEvent,
  type ClaimRefusal,
  decide,
  evolve,
  RENEW_EVERY,
} from "@readroom/shared/domain/claim.js";
import { readingRight } from "@readroom/shared/domain/reading-right.js";
import { isIdentified } from "@readroom/shared/domain/study.js";
import { assertNever, err, ok, type Result } from "@readroom/shared/kernel/result.js";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import { appendEvents } from "../../kernel/outbox.js";
import { studyTopics, topics } from "../../kernel/topics.js";
import { groupReaders } from "../roster/public.js";
import { verdict } from "../routing/public.js";
import * as store from "./store.js";

export const NOT_FOUND = refusal("not_found", "There is no such study.");

/** The group's person who reads; claims belong to people. */
export type Reading = { readonly reader: UserActor; readonly study: store.ClaimableStudy };

/** A study of the actor's own group and of a hospital that it may see; anything else answers like one that does not exist. */
export function own(
  actor: Actor,
  study: store.ClaimableStudy | null,
  action: Parameters<typeof may>[1],
): Result<Reading, Refusal> {
  if (actor.kind !== "user" || !study || study.groupId !== actor.organisationId) return err(NOT_FOUND);
  const subject = { hospitalId: study.organisationId, siteId: study.siteId, studyId: study.id };
  return may(actor, action, subject) ? ok({ reader: actor, study }) : err(NOT_FOUND);
}

/** In the transaction, with the study's row taken and the tenant checked. */
type Body<T> = (tx: store.Executor, reading: Reading) => Promise<Result<T, Refusal>>;

export async function change<T>(
  deps: Deps,
  actor: Actor,
  studyId: string,
  action: Parameters<typeof may>[1],
  body: Body<T>,
): Promise<Result<T, Refusal>> {
  return deps.db.pgTx(async (tx) => {
    const allowed = own(actor, await store.lockStudy(tx, studyId), action);
    return allowed.ok ? body(tx, allowed.value) : allowed;
  });
}

/** What goes with a claim's change into events: how it came about, what a person wrote, and picked from a list. */
export interface Told {
  readonly via: string;
  readonly code?: string | undefined;
  readonly note?: string;
}

/** decide → state, audit and events in the caller's transaction. */
export async function applied(
  deps: Deps,
  tx: store.Executor,
  actor: Actor,
  study: store.ClaimableStudy,
  command: ClaimCommand,
  told: Told,
): Promise<Result<store.ClaimableStudy, Refusal>> {
  const now = deps.clock.now();
  const decided = decide(study.claim, command, now);
  if (!decided.ok) return err(await inWords(tx, study, decided.error));
  let { claim } = study;
  for (const event of decided.value) {
    await store.applyClaim(tx, study.id, event, now, told.note ?? "");
    await appendEvents(tx as Parameters<typeof appendEvents>[0], actor, [eventOf(study, event, told)]);
    claim = evolve(claim, event);
  }
  const subject = { organisationId: study.organisationId, studyId: study.id, patientId: study.patientId };
  if (decided.value.length > 0)
    await audit(tx, actor, [
      { action: `study.${command.do}`, ...subject, detail: { fence: claim.fence, ...told, note: undefined } },
    ]);
  return ok({ ...study, claim });
}

function eventOf(study: store.ClaimableStudy, event: ClaimEvent, told: Told) {
  const base = { studyId: study.id, organisationId: study.organisationId };
  const stream = `study:${study.id}`;
  const everybody = studyTopics(study);
  switch (event.type) {
    case "granted": {
      const { to, until, fence, from } = event;
      const people = [topics.user(to), ...(from ? [topics.user(from)] : [])];
      return {
        stream,
        type: "study.claimed",
        payload: { ...base, by: to, until, fence, from, via: told.via, note: told.note ?? "" },
        topics: [...everybody, ...people],
      };
    }
    case "released":
      return {
        stream,
        type: "study.released",
        payload: { ...base, by: event.by, reason: told.note ?? "", code: told.code ?? "", via: told.via },
        topics: everybody,
      };
    case "expired":
      return {
        stream,
        type: "study.claim_expired",
        payload: { ...base, by: event.by },
        topics: [...everybody, topics.user(event.by)],
      };
    case "finished":
      return { stream, type: "study.claim_finished", payload: { ...base, by: event.by }, topics: everybody };
    case "put_on_hold":
    case "resumed":
      return {
        stream,
        type: event.type === "resumed" ? "study.resumed" : "study.on_hold",
        payload: { ...base, by: event.by, until: event.until },
        topics: [...everybody, topics.user(event.by)],
      };
    case "renewed":
      return { stream, type: "study.claim_renewed", payload: base, topics: [] };
    default:
      return assertNever(event);
  }
}

async function inWords(tx: store.Executor, study: store.ClaimableStudy, why: ClaimRefusal): Promise<Refusal> {
  switch (why.why) {
    case "held": {
      const name = await store.nameOf(tx, why.by);
      return refusal("already_claimed", `${name} has this study.`, {
        action: "Take another, or ask for it.",
        detail: { by: why.by, name },
      });
    }
    case "stale_fence":
      return refusal("stale_fence", "The study is no longer yours: it was claimed again since.", {
        action: "Your draft is kept. Open the study again to see who has it.",
        detail: { fence: why.fence, claim: study.claim.state },
      });
    case "not_holder":
    case "not_held":
      return refusal("conflict", "You do not hold this study.", { action: "Claim it first." });
    case "done":
      return refusal("conflict", "This study has been reported.", {
        action: "Open it to read the report or to add to it.",
      });
    default:
      return assertNever(why);
  }
}

export function isReadable(study: store.ClaimableStudy): Result<undefined, Refusal> {
  if (study.state === "expected") return err(refusal("conflict", "No image has arrived yet."));
  if (isIdentified(study.matchState)) return ok(undefined);
  return err(
    refusal("conflict", "It is not known yet whose study this is: no order fits it.", {
      action: "Match it to its order, or confirm that it is read without one.",
      detail: { reason: "unmatched" },
    }),
  );
}

export async function rightOf(
  deps: Deps,
  tx: store.Executor,
  userId: string,
  study: store.ClaimableStudy,
): Promise<Result<"preliminary" | "final", Refusal>> {
  const now = deps.clock.now();
  const reader = study.groupId ? (await groupReaders(tx, study.groupId, now, userId))[0] : undefined;
  if (!reader)
    return err(
      refusal("not_eligible", "This account has no reader's profile.", {
        detail: { reasons: ["no reader's profile"] },
      }),
    );
  const right = readingRight(reader.scope, study, now);
  if (right.may) return ok(right.readType);
  const { reasons } = verdict(reader, right, study.siteName);
  return err(
    refusal("not_eligible", `${reader.name} may not read this study: ${reasons.join("; ")}.`, { detail: { reasons } }),
  );
}

export function claimOf(study: store.ClaimableStudy, readType: "preliminary" | "final"): Claim {
  const until = study.claim.state === "held" ? study.claim.until : 0;
  return { studyId: study.id, fence: study.claim.fence, until, renewEveryMs: RENEW_EVERY, readType };
}
