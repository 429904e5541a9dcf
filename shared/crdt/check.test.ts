import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { ROOM_LIMITS } from "../contract/room.js";
import { checkReading, type Verdict } from "./check.js";
import { annotationsOf, putAnnotation, removeAnnotation } from "./reading.js";

const writer = {
  personId: "me",
  mark: true,
  write: false,
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
