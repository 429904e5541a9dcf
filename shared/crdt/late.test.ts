import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { documentFrom, lateLines, lateMarks, lateText, proposeLines } from "./late.js";
import { putAnnotation } from "./reading.js";
import { bodyOf, writeReportSpec, writeSections } from "./report.js";

const sections = [
  { key: "findings", title: "Findings", loinc: "59776-5", normalText: "", required: true },
  { key: "impression", title: "Impression", loinc: "19005-8", normalText: "", required: true },
];

function report(texts: Record<string, string>): Y.Doc {
  const doc = new Y.Doc();
  writeReportSpec(doc, {
    v: 1,
    kind: "report",
    studyId: "s",
    generation: 1,
    templateId: null,
    templateName: "CT head",
    sections,
  });
  writeSections(doc, sections, (key) => texts[key] ?? "");
  return doc;
}

const words = (doc: Y.Doc, section: number, nth: number): Y.XmlText =>
  ((bodyOf(doc).get(section) as Y.XmlElement).get(nth) as Y.XmlElement).get(0) as Y.XmlText;

describe("what came too late", () => {
  it("[RM13] is the lines that the signed report lacks, by section, a changed one as it reads now", () => {
    const signed = report({ findings: "No bleed.\nNo fracture.", impression: "Normal." });
    const mine = documentFrom(Y.encodeStateAsUpdate(signed));
    words(mine, 0, 1).insert(0, "Old: ");
    const added = new Y.XmlElement("paragraph");
    added.insert(0, [new Y.XmlText("Small subdural, 4 mm.")]);
    (bodyOf(mine).get(1) as Y.XmlElement).insert(1, [added]);
    const late = lateLines(mine, signed);
    expect(late).toEqual([
      { section: "Findings", lines: ["Old: No fracture."] },
      { section: "Impression", lines: ["Small subdural, 4 mm."] },
    ]);
    expect(lateText(late)).toEqual(["Findings: Old: No fracture.", "Impression: Small subdural, 4 mm."]);
  });

  it("[RM13] is nothing where both say the same, or a line was only taken away; one said twice counts twice", () => {
    const signed = report({ findings: "A.\nB.", impression: "C." });
    expect(lateLines(documentFrom(Y.encodeStateAsUpdate(signed)), signed)).toEqual([]);
    expect(lateLines(report({ findings: "A.", impression: "C." }), signed)).toEqual([]);
    expect(lateLines(report({ findings: "A.\nA.\nB.", impression: "C." }), signed)).toEqual([
      { section: "Findings", lines: ["A."] },
    ]);
  });

  it("[RM13] is proposed as paragraphs of an addendum, after what stands there", () => {
    const addendum = report({ findings: "As discussed.", impression: "" });
    proposeLines(addendum, ["Impression: Small subdural, 4 mm."]);
    expect(lateLines(addendum, report({ findings: "As discussed.", impression: "" }))).toEqual([
      { section: "Findings", lines: ["Impression: Small subdural, 4 mm."] },
    ]);
  });

  it("[RM13] of marks: one's own that are not there, or are otherwise there", () => {
    const mark = (id: string, author: string, x: number) =>
      ({
        id,
        v: 1,
        kind: "probe",
        frameOfReferenceUid: null,
        studyInstanceUid: "1.2",
        seriesInstanceUid: "1.3",
        sopInstanceUid: "1.4",
        frame: 1,
        points: [[x, 0, 0]],
        spacing: "none",
        author: { id: author, name: author },
        createdAt: "2026-11-24T00:00:00.000Z",
      }) as const;
    const [mine, there] = [new Y.Doc(), new Y.Doc()];
    for (const doc of [mine, there]) putAnnotation(doc, { ...mark("same", "me", 1), points: [[1, 0, 0]] });
    putAnnotation(mine, { ...mark("moved", "me", 2), points: [[2, 0, 0]] });
    putAnnotation(there, { ...mark("moved", "me", 3), points: [[3, 0, 0]] });
    putAnnotation(mine, { ...mark("new", "me", 4), points: [[4, 0, 0]] });
    putAnnotation(mine, { ...mark("other", "somebody", 5), points: [[5, 0, 0]] });
    expect(
      lateMarks(mine, there, "me")
        .map(({ id }) => id)
        .sort(),
    ).toEqual(["moved", "new"]);
  });
});
