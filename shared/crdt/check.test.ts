import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { ROOM_LIMITS } from "../contract/room.js";
import { checkReading, type Verdict } from "./check.js";
import { annotationsOf, putAnnotation, removeAnnotation } from "./reading.js";

const writer = {
  personId: "me",
  mark: true,
  accept: true,
  write: false,
  judged: false,
  personOf: () => "me",
  authorOfDeleted: () => undefined,
  hasWritten: () => true,
};

const mark = (id: string) =>
  ({
    id,
    v: 1,
    kind: "probe",
    frameOfReferenceUid: null,
    studyInstanceUid: "1.2",
    seriesInstanceUid: "1.3",
    sopInstanceUid: "1.4",
    frame: 1,
    points: [[1, 0, 0]],
    spacing: "none",
    author: { id: "me", name: "me" },
    createdAt: "2026-11-24T00:00:00.000Z",
  }) as const;

/** A reading with so many marks, and the judge of one further edit. */
function reading(marks: number): (edit: (doc: Y.Doc) => void) => Verdict | null {
  const doc = new Y.Doc();
  for (const root of ["annotations", "keyImages"]) doc.getMap(root);
  doc.transact(() => {
    for (let n = 0; n < marks; n += 1) putAnnotation(doc, { ...mark(`m${n}`), points: [[1, 0, 0]] });
  });
  const before = new Y.Doc();
  Y.applyUpdate(before, Y.encodeStateAsUpdate(doc));
  return (edit) => {
    let verdict: Verdict | null = null;
    const judge = (transaction: Y.Transaction): void => {
      verdict = checkReading(transaction, before, writer);
    };
    doc.once("afterTransaction", judge);
    edit(doc);
    return verdict;
  };
}

describe("caps of a reading", () => {
  it("[RM14] one mark more than there may be is refused in words; changing and taking away go on, also where there are too many", () => {
    const full = reading(ROOM_LIMITS.annotations);
    const refused = full((doc) => putAnnotation(doc, { ...mark("more"), points: [[1, 0, 0]] }));
    expect(refused).toEqual({ code: "too_large", reason: "A reading holds at most 5000 annotations." });
    const over = reading(ROOM_LIMITS.annotations + 2);
    expect(over((doc) => putAnnotation(doc, { ...mark("m1"), points: [[7, 0, 0]] }))).toBeNull();
    expect(over((doc) => removeAnnotation(doc, "m1"))).toBeNull();
    const doc = new Y.Doc();
    expect(annotationsOf(doc).size).toBe(0);
  });
});

describe("drafts and what belongs to the record", () => {
  const judged = (hand: Partial<typeof writer>, earlier: object | null, later: object): Verdict | null => {
    const doc = new Y.Doc();
    for (const root of ["annotations", "keyImages"]) doc.getMap(root);
    if (earlier) annotationsOf(doc).set("m", { ...mark("m"), ...earlier });
    const before = new Y.Doc();
    Y.applyUpdate(before, Y.encodeStateAsUpdate(doc));
    let verdict: Verdict | null = null;
    doc.once("afterTransaction", (transaction: Y.Transaction) => {
      verdict = checkReading(transaction, before, { ...writer, ...hand });
    });
    annotationsOf(doc).set("m", { ...mark("m"), ...later });
    return verdict;
  };
  const other = { author: { id: "other", name: "other" } };
  const byMe = { id: "me", name: "me" };

  it("[RM15] who does not read the study draws drafts, and what they change becomes one", () => {
    const looker = { accept: false };
    expect(judged(looker, null, { status: "draft" })).toBeNull();
    const refused = { code: "forbidden", reason: "What you draw is a draft until a reader of the study accepts it." };
    expect(judged(looker, null, { status: "accepted" })).toEqual(refused);
    expect(judged(looker, null, {})).toEqual(refused);
    expect(judged(looker, { ...other, status: "draft" }, { ...other, status: "accepted" })).toEqual(refused);
    expect(judged(looker, { ...other, status: "accepted" }, { ...other, status: "draft" })).toBeNull();
  });

  it("[RM15] a reader accepts in their own name, and what another accepted stays so", () => {
    expect(judged({}, null, {})).toBeNull();
    const draft = { ...other, status: "draft" };
    expect(judged({}, draft, { ...other, status: "accepted", acceptedBy: byMe })).toBeNull();
    expect(judged({}, draft, { ...other, status: "accepted", acceptedBy: { id: "third", name: "third" } })).toEqual({
      code: "forbidden",
      reason: "A mark is accepted in the name of the person who does it.",
    });
    const third = { ...other, status: "accepted", acceptedBy: { id: "third", name: "third" } };
    expect(judged({}, third, { ...third, text: "larger" })).toBeNull();
    expect(judged({}, draft, { ...draft, acceptedBy: byMe })).toMatchObject({ code: "invalid" });
  });
});
