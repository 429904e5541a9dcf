import { gunzipSync } from "node:zlib";
import {
  type ClockSample,
  estimateSkew,
  examEnd,
  SKEW_HORIZON,
  type SkewEstimate,
  skewInWords,
} from "@readroom/shared/domain/clock-skew.js";
import type { Instant } from "@readroom/shared/kernel/instant.js";
import type { Deps } from "../../kernel/deps.js";
import { appendEvents } from "../../kernel/outbox.js";
import { studyTopics } from "../../kernel/topics.js";
import { type Attributes, deviceTime, messageTime, text } from "./device-time.js";
import * as store from "./store.js";
import * as images from "./store-images.js";
import * as skews from "./store-skew.js";

const SYSTEM = { kind: "system", name: "clocks" } as const;
const STATION_NAME = "00081010";

/** One comparison with our clock, and the device's estimate anew. An old study sent again says nothing about a clock. */
export async function compare(
  deps: Deps,
  tx: store.Executor,
  at: { siteId: string; device: string; receivedAt: Instant },
  sample: ClockSample,
): Promise<void> {
  if (at.device === "" || Math.abs(sample.behindMs) > SKEW_HORIZON) return;
  await skews.addSample(tx, at.siteId, at.device, sample, at.receivedAt);
  const estimate = estimateSkew(await skews.samplesOf(tx, at.siteId, at.device));
  await skews.saveEstimate(tx, at.siteId, at.device, estimate, deps.clock.now());
}

async function estimateOf(tx: store.Executor, siteId: string, device: string): Promise<SkewEstimate> {
  return estimateSkew(await skews.samplesOf(tx, siteId, device));
}

interface Seen {
  readonly device: string;
  readonly at: Instant;
  readonly receivedAt: Instant;
}

/** What each series' last image says of the time, and which device wrote it: the station where it names itself, else who sent it. */
async function timesOf(tx: store.Executor, study: store.ClockedStudy, timeZone: string): Promise<Seen[]> {
  const last = await images.lastInstances(tx, study.id);
  return last.flatMap(({ metadata, receivedAt, receivedFrom }) => {
    const attributes = JSON.parse(gunzipSync(metadata).toString("utf8")) as Attributes;
    const at = deviceTime(attributes, timeZone);
    const device = text(attributes, STATION_NAME) || (receivedFrom.split("@")[0] ?? "");
    return at === null || !receivedFrom.includes("@") ? [] : [{ device, at, receivedAt }];
  });
}

/**
 * The study's images are here: one comparison for each device that made them, and when the examination ended: by the modality's own
 * procedure step, else by the last image of all.
 */
export async function learnTimes(deps: Deps, tx: store.Executor, studyId: string): Promise<void> {
  const study = await store.lockStudy(tx, studyId);
  const site = study && (await skews.siteOf(tx, study.siteId));
  if (!study || !site) return;
  const seen = await timesOf(tx, study, site.timeZone);
  for (const device of new Set(seen.map((one) => one.device))) {
    const [last] = seen.filter((one) => one.device === device).sort((a, b) => b.at - a.at);
    if (last)
      await compare(
        deps,
        tx,
        { siteId: study.siteId, device, receivedAt: last.receivedAt },
        { kind: "image", behindMs: last.receivedAt - last.at },
      );
  }
  await settleExamEnd(tx, study, seen);
}

/** A procedure step changed: its word about the end of the examination comes before the images'. */
export async function examEndOf(tx: store.Executor, studyId: string): Promise<void> {
  const study = await store.lockStudy(tx, studyId);
  const site = study && (await skews.siteOf(tx, study.siteId));
  if (study && site) await settleExamEnd(tx, study, await timesOf(tx, study, site.timeZone));
}

async function settleExamEnd(tx: store.Executor, study: store.ClockedStudy, seen: readonly Seen[]): Promise<void> {
  const steps = await images.stepsOf(tx, study.organisationId, study.studyInstanceUid);
  const ended = steps.flatMap(({ station: device, endedAt: at, endedHeardAt: receivedAt }) =>
    at === null || receivedAt === null ? [] : [{ device, at, receivedAt }],
  );
  const [last] = [...(ended.length > 0 ? ended : seen)].sort((a, b) => b.at - a.at);
  if (!last) return;
  const skew = await estimateOf(tx, study.siteId, last.device);
  const exam = examEnd(last.at, { firstInstanceAt: study.firstInstanceAt, heardAt: last.receivedAt, skew });
  if (!(await images.setExamEnd(tx, study.id, exam))) return;
  const payload = { studyId: study.id, organisationId: study.organisationId, ...exam };
  await appendEvents(tx, SYSTEM, [
    { stream: `study:${study.id}`, type: "study.exam_end", payload, topics: studyTopics(study) },
  ]);
}

const MESSAGES = 500;

/** Compares MSH-7 of the messages that came since the last time with when they came. */
export async function learnFromMessages(deps: Deps): Promise<void> {
  const now = deps.clock.now();
  const since = await skews.messageCursor(deps.db.pool);
  await deps.db.pgTx(async (tx) => {
    const messages = since === null ? [] : await skews.messagesSince(tx, since, MESSAGES);
    for (const { siteId, sender, head, timeZone, at } of messages) {
      const said = messageTime(head, timeZone);
      if (said !== null)
        await compare(deps, tx, { siteId, device: sender, receivedAt: at }, { kind: "message", behindMs: at - said });
    }
    await skews.setMessageCursor(tx, messages[messages.length - 1]?.at ?? since ?? now);
  });
  await skews.forgetOldSamples(deps.db.pool, now);
}

export { skewInWords };
