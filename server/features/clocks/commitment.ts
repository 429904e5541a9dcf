import type { Instant } from "@readroom/shared/kernel/instant.js";
import { MINUTE, SECOND } from "@readroom/shared/kernel/instant.js";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import { appendEvents } from "../../kernel/outbox.js";
import { studyTopics } from "../../kernel/topics.js";
import { encodeIdentifier } from "../archive/public.js";
import { type IngestSource, type ObjectStore, parseIdentifier } from "../ingest/public.js";
import { type Attributes, items, text } from "./device-time.js";
import * as store from "./store-commitment.js";
import { saveExpectation } from "./store-images.js";

const T = {
  transaction: "00081195",
  referenced: "00081199",
  failed: "00081198",
  classUid: "00081150",
  instanceUid: "00081155",
  failure: "00081197",
} as const;
const UID = /^[0-9.]{1,64}$/;
const MOST = 100_000;
const IMPLICIT = "1.2.840.10008.1.2";
/** Failure reasons (PS3.3 C.14.1.1). */
const NO_SUCH_INSTANCE = 0x0112;
const CLASS_CONFLICT = 0x0119;

export type Asked = { readonly sopClassUid: string; readonly sopInstanceUid: string };

/** What an N-EVENT-REPORT says: 1 all committed, 2 failures exist (PS3.4 J.3.3.1). */
export interface CommitmentReport {
  readonly requestId: string;
  readonly eventTypeId: 1 | 2;
  encode(transferSyntaxUid: string): Buffer;
}

export type CommitmentTaken =
  | { readonly status: 0; readonly requestId: string; readonly callBack: boolean }
  | { readonly status: number; readonly comment: string };

/**
 * N-ACTION of storage commitment: written down before it is answered, since the answer promises a report. The same transaction asked again
 * is answered anew. callBack: the peer has a port, and gets its report on an association of ours.
 */
export async function takeCommitment(
  deps: Deps,
  source: IngestSource,
  request: { actionTypeId: number; transferSyntaxUid: string; dataset: Buffer; callingAe: string },
): Promise<CommitmentTaken> {
  if (request.actionTypeId !== 1) return { status: 0x0123, comment: "only storage commitment can be asked for" };
  const attributes = (await parseIdentifier(request.dataset, request.transferSyntaxUid)) as Attributes;
  const transactionUid = text(attributes, T.transaction);
  const asked = items(attributes, T.referenced).map((one) => ({
    sopClassUid: text(one, T.classUid),
    sopInstanceUid: text(one, T.instanceUid),
  }));
  if (!UID.test(transactionUid)) return { status: 0x0120, comment: "no Transaction UID" };
  if (asked.length === 0) return { status: 0x0120, comment: "no Referenced SOP Sequence" };
  if (asked.length > MOST || asked.some(({ sopInstanceUid }) => !UID.test(sopInstanceUid)))
    return { status: 0x0106, comment: "Referenced SOP Sequence can't be read" };
  const now = deps.clock.now();
  const requestId = await deps.db.pgTx(async (tx) => {
    const id = await store.insertRequest(tx, source, {
      aeTitle: request.callingAe,
      address: addressOf(source),
      transactionUid,
      asked,
      now,
    });
    await audit(tx, source.actor, [
      {
        action: "commitment.request",
        organisationId: source.organisationId,
        subject: transactionUid,
        detail: { instances: asked.length },
      },
    ]);
    return id;
  });
  const target = await store.targetOf(deps.db.pool, source.organisationId, request.callingAe);
  return { status: 0, requestId, callBack: target !== null };
}

const addressOf = (source: IngestSource): string => ("address" in source.actor ? source.actor.address : "");

/**
 * What this archive commits to: an instance that is in the committed index and whose file can be opened with the size that the index has. What
 * was asked for also says how many images the study has, where all that we know of belongs to one.
 */
export async function reportOf(deps: Deps, objects: ObjectStore, requestId: string): Promise<CommitmentReport | null> {
  const request = await store.readRequest(deps.db.pool, requestId);
  if (!request) return null;
  const held = await store.instancesOf(
    deps.db.pool,
    request.organisationId,
    request.asked.map(({ sopInstanceUid }) => sopInstanceUid),
  );
  const byUid = new Map(held.map((one) => [one.sopInstanceUid, one]));
  const failed: (Asked & { reason: number })[] = [];
  const committed: Asked[] = [];
  for (const one of request.asked) {
    const known = byUid.get(one.sopInstanceUid);
    if (!known || !(await isWhole(objects, known))) failed.push({ ...one, reason: NO_SUCH_INSTANCE });
    else if (known.sopClassUid !== one.sopClassUid) failed.push({ ...one, reason: CLASS_CONFLICT });
    else committed.push(one);
  }
  await expect(deps, request.asked.length, held);
  return {
    requestId,
    eventTypeId: failed.length === 0 ? 1 : 2,
    encode: (transferSyntaxUid) =>
      encodeIdentifier(identifier(request.transactionUid, committed, failed), transferSyntaxUid !== IMPLICIT),
  };
}

async function isWhole(objects: ObjectStore, known: store.HeldInstance): Promise<boolean> {
  try {
    const object = await objects.open(known.path);
    await object.close();
    return object.size === known.size;
  } catch {
    // Not there, or not readable: either way we can't promise to give it back.
    return false;
  }
}

function identifier(
  transactionUid: string,
  committed: readonly Asked[],
  failed: readonly (Asked & { reason: number })[],
) {
  const item = ({ sopClassUid, sopInstanceUid }: Asked) => ({
    [T.classUid]: { vr: "UI", Value: [sopClassUid] },
    [T.instanceUid]: { vr: "UI", Value: [sopInstanceUid] },
  });
  return {
    [T.transaction]: { vr: "UI", Value: [transactionUid] },
    ...(committed.length === 0 ? {} : { [T.referenced]: { vr: "SQ", Value: committed.map(item) } }),
    ...(failed.length === 0
      ? {}
      : {
          [T.failed]: {
            vr: "SQ",
            Value: failed.map((one) => ({ ...item(one), [T.failure]: { vr: "US", Value: [one.reason] } })),
          },
        }),
  };
}

async function expect(deps: Deps, asked: number, held: readonly store.HeldInstance[]): Promise<void> {
  const studies = new Set(held.map(({ studyId }) => studyId));
  const [studyId] = studies;
  if (studies.size !== 1 || studyId === undefined) return;
  await deps.db.pgTx(async (tx) => {
    await saveExpectation(tx, studyId, {
      source: "commitment",
      instances: asked,
      series: {},
      final: true,
      at: deps.clock.now(),
    });
    const study = await store.studyOf(tx, studyId);
    if (!study) return;
    const payload = { studyId, organisationId: study.organisationId, source: "commitment", instances: asked };
    await appendEvents(tx, { kind: "system", name: "clocks" }, [
      { stream: `study:${studyId}`, type: "study.expected", payload, topics: studyTopics(study) },
    ]);
  });
}

const FIRST_PAUSE = 5 * SECOND;
const LONGEST_PAUSE = 30 * MINUTE;
/** Given up after about a day: the sender asks again long before. */
const TRIES = 60;

/** The peer has taken the report, or why not: then it is tried again, ever more seldom. */
export async function settleReport(deps: Deps, requestId: string, problem: string | null): Promise<void> {
  const now = deps.clock.now();
  await store.settleRequest(deps.db.pool, requestId, problem, now, (attempts): Instant | null =>
    attempts >= TRIES ? null : now + Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(attempts, 12)),
  );
}

/** Reports that are due on an association of ours: to whom, and what. */
export async function dueReports(
  deps: Deps,
): Promise<{ requestId: string; host: string; port: number; aeTitle: string }[]> {
  return store.dueRequests(deps.db.pool, deps.clock.now(), 20);
}
