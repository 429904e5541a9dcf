import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import type { Actor } from "@readroom/shared/domain/access.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import { appendEvents } from "../../kernel/outbox.js";
import { studyTopics, topics } from "../../kernel/topics.js";
import { allowed, noStudy } from "./pauses.js";
import * as store from "./store.js";

const SYSTEM: Actor = { kind: "system", name: "clocks" };
const SIGNED = ["preliminary", "final", "addended", "corrected"];

/**
 * Images came: after a signature they open the study again visibly. It stands on the lists of its pool and of who signed it as "late images"
 * until an addendum is signed or a reader says that there is nothing to add; the signed report is not touched.
 */
export async function noteImages(deps: Deps, tx: store.Executor, studyId: string): Promise<void> {
  const study = await store.lockStudy(tx, studyId);
  if (!study || study.signedAt === null || !SIGNED.includes(study.reportState)) return;
  const known = Math.max(study.signedAt, study.lateSeenAt ?? 0);
  if (study.lastInstanceAt <= known) return;
  const images = await store.imagesSince(tx, studyId, known);
  if (images === 0 || images === study.lateImages) return;
  await store.setLate(tx, studyId, images, deps.clock.now());
  const first = study.lateImages === 0;
  const payload = { studyId, organisationId: study.organisationId, images, first };
  const people = study.claimedBy ? [topics.user(study.claimedBy)] : [];
  await appendEvents(tx, SYSTEM, [
    { stream: `study:${studyId}`, type: "study.late_images", payload, topics: [...studyTopics(study), ...people] },
  ]);
  if (first)
    await audit(tx, SYSTEM, [
      {
        action: "study.late_images",
        organisationId: study.organisationId,
        studyId,
        patientId: study.patientId,
        detail: { images },
      },
    ]);
}

/** "Seen, nothing to add": a reader of the group has looked at the images that came after the signature. */
export async function seenLate(
  deps: Deps,
  actor: Actor,
  studyId: string,
  note: string,
): Promise<Result<undefined, Refusal>> {
  return deps.db.pgTx(async (tx) => {
    const study = await store.lockStudy(tx, studyId);
    if (!allowed(actor, "report.write", study)) return err(noStudy());
    if (study.lateImages === 0) return err(refusal("conflict", "No images of this study wait to be looked at."));
    await clear(deps, tx, actor, study, { how: "seen", note });
    return ok(undefined);
  });
}

/** A signature after the images came: whoever signed had them in view. In the caller's transaction. */
export async function signedAfterLate(deps: Deps, tx: store.Executor, actor: Actor, studyId: string): Promise<void> {
  const study = await store.lockStudy(tx, studyId);
  if (study && study.lateImages > 0) await clear(deps, tx, actor, study, { how: "signed", note: "" });
}

async function clear(
  deps: Deps,
  tx: store.Executor,
  actor: Actor,
  study: store.ClockedStudy,
  more: { how: "seen" | "signed"; note: string },
): Promise<void> {
  await store.setSeen(tx, study.id, deps.clock.now());
  const detail = { images: study.lateImages, how: more.how };
  await audit(tx, actor, [
    {
      action: "study.late_images_seen",
      organisationId: study.organisationId,
      studyId: study.id,
      patientId: study.patientId,
      detail,
    },
  ]);
  await appendEvents(tx, actor, [
    {
      stream: `study:${study.id}`,
      type: "study.late_images_seen",
      payload: { studyId: study.id, organisationId: study.organisationId, ...detail, note: more.note },
      topics: studyTopics(study),
    },
  ]);
}
