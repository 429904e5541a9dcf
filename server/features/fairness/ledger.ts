import { passedOver } from "@readroom/shared/domain/fairness.js";
import { latestStartOf } from "@readroom/shared/domain/ranking.js";
import { readingRight } from "@readroom/shared/domain/reading-right.js";
import { DEFAULT_RVUS, rvuOf } from "@readroom/shared/domain/rvu-table.js";
import { isUuid } from "@readroom/shared/kernel/ids.js";
import type { Tx } from "../../kernel/database.js";
import type { Deps } from "../../kernel/deps.js";
import type { PublishedEvent, Reaction, Timer } from "../../kernel/reactions.js";
import { groupReaders } from "../roster/public.js";
import * as store from "./store.js";

/** Entries kept of one pick: somebody who reads from the bottom of a long list passes over hundreds; the count says so. */
const MOST_ENTRIES = 25;

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const id = (value: unknown): string | null => (typeof value === "string" && isUuid(value) ? value : null);

/** The ledger is written after the fact, from what was published: a claim never waits for it. */
export const fairnessReactions: readonly Reaction[] = [
  {
    handler: "fairness.picked",
    types: ["study.claimed"],
    // Whoever asks for the next one, or is given a study, has passed over nothing.
    when: ({ payload }) => payload.via === "claim",
    run: picked,
  },
  {
    handler: "fairness.returned",
    types: ["study.released", "study.declined", "study.claim_expired"],
    when: ({ type, payload }) => type !== "study.released" || payload.via === "release",
    run: returned,
  },
  {
    handler: "fairness.read",
    types: ["report.signed"],
    when: ({ payload }) => payload.kind === "preliminary" || payload.kind === "final",
    run: read,
  },
];

export const fairnessTimers: readonly Timer[] = [
  {
    name: "fairness.waits",
    everyMs: 10_000,
    run: async (deps) => void (await store.closeWaits(deps.db.pool)),
  },
];

async function picked(_deps: Deps, tx: Tx, event: PublishedEvent): Promise<void> {
  const [studyId, userId] = [id(event.payload.studyId), id(event.payload.by)];
  const study = studyId ? await store.ledgerStudy(tx, studyId) : null;
  if (!study?.groupId || !userId) return;
  // A claim of what one has already is no choice.
  if ((await store.heldAt(tx, [study.id], event.at)).has(study.id)) return;
  const reader = (await groupReaders(tx, study.groupId, event.at, userId))[0];
  if (!reader) return;
  const open = await store.maybeOpenAt(tx, study.groupId, reader.scope.poolIds, study.urgencyRank, event.at);
  const eligible = open.filter((other) => readingRight(reader.scope, other, event.at).may);
  const ahead = passedOver(ranked(study), eligible.map(ranked));
  const held = await store.heldAt(
    tx,
    ahead.map((one) => one.study.studyId),
    event.at,
  );
  const skipped = ahead
    .filter((one) => !held.has(one.study.studyId))
    .map((one) => ({ studyId: one.study.studyId, places: one.places }));
  await store.insertPick(tx, {
    ...{ eventId: event.id, groupId: study.groupId, userId, studyId: study.id, at: event.at },
    ahead: skipped.length,
    skipped: skipped.slice(0, MOST_ENTRIES),
  });
}

const ranked = ({ id: studyId, urgencyRank, deadline, modalities }: store.LedgerStudy) => ({
  ...{ studyId, urgencyRank },
  latestStart: latestStartOf(deadline, modalities),
});

async function returned(_deps: Deps, tx: Tx, event: PublishedEvent): Promise<void> {
  const [studyId, userId] = [id(event.payload.studyId), id(event.payload.by)];
  const study = studyId ? await store.ledgerStudy(tx, studyId) : null;
  if (!study?.groupId || !userId) return;
  const { code, reason, note } = event.payload;
  const how =
    event.type === "study.claim_expired" ? "expired" : event.type === "study.declined" ? "declined" : "returned";
  const said = [text(code).replaceAll("_", " "), text(reason) || text(note)].filter(Boolean).join(": ");
  const { id: eventId, at } = event;
  await store.insertReturn(tx, { eventId, at, groupId: study.groupId, userId, studyId: study.id, how, reason: said });
}

async function read(_deps: Deps, tx: Tx, event: PublishedEvent): Promise<void> {
  const [studyId, userId] = [id(event.payload.studyId), id(event.payload.signedBy)];
  const study = studyId ? await store.ledgerStudy(tx, studyId) : null;
  if (!study?.groupId || !userId) return;
  const table = (await store.storedTable(tx, study.groupId)) ?? DEFAULT_RVUS;
  const kind = text(event.payload.kind);
  await store.insertRead(tx, { eventId: event.id, userId, study, at: event.at, kind, rvu: rvuOf(table, study) });
}
