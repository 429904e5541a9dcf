import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { canonicalHash, canonicalJson } from "./canonical.js";
import {
  bodyOf,
  COMMUNICATION_SECTION,
  DELETED_MEASUREMENT,
  hashesOf,
  type ReportSpec,
  renderReport,
  writeSections,
} from "./report.js";

const spec: ReportSpec = {
  v: 1,
  kind: "report",
  studyId: "s",
  generation: 1,
  templateId: null,
  templateName: "t",
  sections: [
    { key: "findings", title: "Findings", loinc: "59776-5", normalText: "", required: true },
    { key: "impression", title: "Impression", loinc: "19005-8", normalText: "", required: true },
  ],
};
const begun = (text: string): Y.Doc => {
  const doc = new Y.Doc();
  writeSections(doc, spec.sections, (key) => (key === "findings" ? text : ""));
  return doc;
};

describe("canonical content", () => {
  it("[RP3] one text for one value, whatever the order of its keys", () => {
    expect(canonicalJson({ b: [1, { d: null, c: "é" }], a: undefined })).toBe('{"b":[1,{"c":"é","d":null}]}');
    expect(canonicalHash({ a: 1, b: 2 })).toBe(canonicalHash({ b: 2, a: 1 }));
    expect(canonicalHash("")).toBe("12ae32cb1ec02d01eda3581b127c1fee3b0dc53572ed6baf239721a03d82e126");
    expect(canonicalHash("é\ud800")).toHaveLength(64);
  });

  it("[RP3] the hash changes with a word, and the sections say where", () => {
    const [one, other] = ["Normal.", "Normal!"].map((text) =>
      hashesOf(renderReport(begun(text), spec, () => null).content),
    );
    expect(one?.hash).not.toBe(other?.hash);
    expect(one?.sections.findings).not.toBe(other?.sections.findings);
    expect(one?.sections.impression).toBe(other?.sections.impression);
  });

  it("[RP2] words keep their writer through trimming; layout belongs to nobody", () => {
    const doc = begun("  Left.");
    const second = new Y.Doc();
    Y.applyUpdate(second, Y.encodeStateAsUpdate(doc));
    const text = ((bodyOf(second).get(0) as Y.XmlElement).get(0) as Y.XmlElement).get(0) as Y.XmlText;
    text.insert(text.length, " Right.  ");
    const { content, written } = renderReport(second, spec, () => null);
    expect(content.sections[0]?.text).toBe("Left. Right.");
    expect(written).toEqual([
      { section: "findings", start: 0, length: 5, client: doc.clientID },
      { section: "findings", start: 5, length: 7, client: second.clientID },
    ]);
  });

  it("[RP7] a deleted measurement says so, and communications become a section", () => {
    const doc = begun("");
    const field = new Y.XmlElement("measurement");
    field.setAttribute("annotationId", "gone");
    ((bodyOf(doc).get(0) as Y.XmlElement).get(0) as Y.XmlElement).insert(0, [new Y.XmlText("Size "), field]);
    const told = {
      findingId: "f",
      category: "red",
      finding: "Bleed",
      person: "Dr A",
      at: "2026-11-24T02:20:00.000Z",
      via: "call",
      readBack: "bleed left",
      acknowledgedAt: null,
      acknowledgedBy: "",
    };
    const { content } = renderReport(doc, spec, () => null, [told]);
    expect(content.sections[0]?.text).toBe(`Size ${DELETED_MEASUREMENT}`);
    expect(content.measurements).toEqual([{ id: "gone", text: DELETED_MEASUREMENT }]);
    expect(content.sections.at(-1)).toEqual({
      ...COMMUNICATION_SECTION,
      text: 'Bleed (red). Communicated to Dr A by call on 2026-11-24 02:20 UTC. Read back: "bleed left". Not yet acknowledged.',
    });
  });
});
