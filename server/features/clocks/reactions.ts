import type { Actor } from "@readroom/shared/domain/access.js";
import { isUuid } from "@readroom/shared/kernel/ids.js";
import type { Deps } from "../../kernel/deps.js";
import type { PublishedEvent, Reaction, Timer } from "../../kernel/reactions.js";
import { allHere, weigh } from "./images.js";
import { noteImages, signedAfterLate } from "./late.js";
import { keepLife } from "./life.js";
import { answerPause } from "./pauses.js";
import { examEndOf, learnFromMessages, learnTimes } from "./skew.js";
import type { Executor } from "./store.js";
import { studyByUid } from "./store-images.js";

const SYSTEM: Actor = { kind: "system", name: "clocks" };
const SECOND = 1_000;

type OfStudy = (deps: Deps, tx: Executor, studyId: string, event: PublishedEvent) => Promise<void>;

function reaction(handler: string, types: readonly string[], run: OfStudy, when?: Reaction["when"]): Reaction {
  return {
    handler,
    types,
    ...(when ? { when } : {}),
    run: async (deps, tx, event) => {
      const { studyId } = event.payload;
      if (typeof studyId === "string" && isUuid(studyId)) await run(deps, tx, studyId, event);
    },
  };
}

export const clockReactions: readonly Reaction[] = [
  reaction(
    "clocks.images",
    ["study.receiving"],
    async (deps, tx, studyId, event) => {
      await weigh(deps, tx, studyId);
      if (event.payload.first === true) return;
      await noteImages(deps, tx, studyId);
      await answerPause(deps, tx, SYSTEM, studyId, "images");
    },
    // Progress of a transfer is told four times a second: only its beginning, and images after its end, are of interest here.
    ({ payload }) => payload.first === true || payload.state !== "receiving",
  ),
  reaction("clocks.complete", ["study.complete"], async (deps, tx, studyId) => {
    await weigh(deps, tx, studyId);
    await noteImages(deps, tx, studyId);
    await learnTimes(deps, tx, studyId);
    await answerPause(deps, tx, SYSTEM, studyId, "images");
  }),
  reaction("clocks.matched", ["study.matched", "study.confirmed"], (deps, tx, studyId) =>
    answerPause(deps, tx, SYSTEM, studyId, "order"),
  ),
  reaction("clocks.signed", ["report.signed"], async (deps, tx, studyId, event) => {
    const { kind } = event.payload;
    const by: Actor = { kind: "system", name: event.actor.name };
    await signedAfterLate(deps, tx, by, studyId);
    if (kind === "preliminary") return;
    await answerPause(deps, tx, by, studyId, "report");
    await keepLife(deps, tx, studyId);
  }),
  {
    handler: "clocks.step",
    types: ["step.changed"],
    run: async (deps, tx, { payload: { organisationId, studyInstanceUid } }) => {
      const studyId = await studyByUid(tx, String(organisationId), String(studyInstanceUid));
      if (studyId === null) return;
      await weigh(deps, tx, studyId);
      await examEndOf(tx, studyId);
    },
  },
  reaction("clocks.expected", ["study.expected"], (deps, tx, studyId) => weigh(deps, tx, studyId)),
];

export const clockTimers: readonly Timer[] = [
  { name: "clocks.all_here", everyMs: SECOND, run: allHere },
  { name: "clocks.messages", everyMs: 30 * SECOND, run: learnFromMessages },
];
