import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import type { AddComment, CommentsView } from "@readroom/shared/contract/http/report-comments.js";
import { type Actor, may } from "@readroom/shared/domain/access.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import type { z } from "zod";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import { appendEvents } from "../../kernel/outbox.js";
import { type RoomStudy, subjectOf } from "../reading/public.js";
import { noStudy, topicsOfStudy, visibleStudy } from "./commands.js";
import * as store from "./store-comments.js";

type Outcome = Promise<Result<CommentsView, Refusal>>;

/** The talk about a report is its readers': a hospital that reads the report does not see it. */
async function talkedAbout(deps: Deps, actor: Actor, studyId: string): Promise<Result<RoomStudy, Refusal>> {
  const study = await visibleStudy(deps, actor, studyId);
  if (!study) return err(noStudy());
  if (!may(actor, "report.write", subjectOf(study)))
    return err(refusal("forbidden", "Comments on a report are seen by those who may write it."));
  return ok(study);
}

export async function commentsView(deps: Deps, actor: Actor, studyId: string): Outcome {
  const study = await talkedAbout(deps, actor, studyId);
  if (!study.ok) return study;
  const { pool } = deps.db;
  return ok({
    threads: await store.threadsOf(pool, studyId),
    people: await store.readersOf(pool, study.value.groupId),
  });
}

/** Adds a comment to a thread, or begins one. Whoever is mentioned is named in the event. */
export async function addComment(
  deps: Deps,
  actor: Actor,
  studyId: string,
  { threadId, quote, text, mentions }: z.output<typeof AddComment>,
): Outcome {
  const found = await talkedAbout(deps, actor, studyId);
  if (!found.ok) return found;
  if (actor.kind !== "user") return err(refusal("forbidden", "Only people comment."));
  const study = found.value;
  const readers = await store.readersOf(deps.db.pool, study.groupId);
  const known = mentions.filter((id) => readers.some((reader) => reader.id === id));
  await deps.db.pgTx(async (client) => {
    const id = await store.insertComment(client, {
      studyId,
      threadId,
      quote,
      text,
      mentions: known,
      authorId: actor.userId,
      authorName: actor.name,
      at: deps.clock.now(),
    });
    await audit(client, actor, [
      {
        action: "report.comment",
        organisationId: study.hospitalId,
        patientId: study.patientId,
        studyId,
        subject: id,
        detail: { mentions: known },
      },
    ]);
    await appendEvents(client, actor, [
      {
        stream: `report-comments:${studyId}`,
        type: "report.commented",
        payload: { studyId, threadId, mentions: known },
        topics: topicsOfStudy(study),
      },
    ]);
  });
  return commentsView(deps, actor, studyId);
}

export async function resolveThread(
  deps: Deps,
  actor: Actor,
  studyId: string,
  threadId: string,
  resolved: boolean,
): Outcome {
  const found = await talkedAbout(deps, actor, studyId);
  if (!found.ok) return found;
  if (actor.kind !== "user") return err(refusal("forbidden", "Only people comment."));
  const by = resolved ? { at: deps.clock.now(), name: actor.name } : null;
  const done = await deps.db.pgTx(async (client) => {
    if (!(await store.resolveThread(client, studyId, threadId, by))) return false;
    await appendEvents(client, actor, [
      {
        stream: `report-comments:${studyId}`,
        type: "report.commented",
        payload: { studyId, threadId, mentions: [] },
        topics: topicsOfStudy(found.value),
      },
    ]);
    return true;
  });
  return done ? commentsView(deps, actor, studyId) : err(refusal("not_found", "There is no such thread."));
}
