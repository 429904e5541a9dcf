// @vitest-environment happy-dom
import { checkReport, type Verdict } from "@readroom/shared/crdt/check.js";
import {
  fieldsOf,
  type ReportSpec,
  readReportSpec,
  renderReport,
  writeReportSpec,
  writeSections,
} from "@readroom/shared/crdt/report.js";
import { Editor } from "@tiptap/core";
import { afterEach, describe, expect, it } from "vitest";
import * as Y from "yjs";
import { reportExtensions } from "./extensions";
import { type MeasurementSource, noMeasurements } from "./measurement";

const sections = [
  { key: "findings", title: "Findings", loinc: "59776-5", normalText: "Brain:\nBones:", required: true },
  { key: "impression", title: "Impression", loinc: "19005-8", normalText: "", required: true },
];
const spec: ReportSpec = {
  v: 1,
  kind: "report",
  studyId: "s",
  generation: 1,
  templateId: null,
  templateName: "t",
  sections,
};
let suggester: string | null = null;
let ids = 0;
const refused: string[] = [];
const open: Editor[] = [];
afterEach(() => {
  for (const editor of open.splice(0)) editor.destroy();
  suggester = null;
  refused.length = 0;
});

function begun(): Y.Doc {
  const doc = new Y.Doc();
  writeReportSpec(doc, spec);
  writeSections(doc, sections, (key) => sections.find((section) => section.key === key)?.normalText ?? "");
  return doc;
}

/** An editor on a document, and what the hub says to each of its edits. */
function edit(doc: Y.Doc, source: MeasurementSource = noMeasurements, onSign: () => void = () => undefined) {
  const hub = new Y.Doc();
  hub.getXmlFragment("body");
  Y.applyUpdate(hub, Y.encodeStateAsUpdate(doc));
  const verdicts: Verdict[] = [];
  const writer = {
    personId: "p",
    mark: false,
    write: true,
    personOf: () => "p",
    authorOfDeleted: () => undefined,
    hasWritten: () => true,
  };
  hub.on("afterTransaction", (transaction: Y.Transaction) => {
    const verdict = checkReport(transaction, hub, writer);
    if (verdict) verdicts.push(verdict);
  });
  doc.on("update", (update: Uint8Array) => Y.applyUpdate(hub, update));
  const extensions = reportExtensions({
    doc,
    titleOf: (key) => ({ title: key, required: true }),
    snippetFor: (word) => (word === "nad" ? "No acute abnormality." : null),
    onSign,
    onLeave: () => undefined,
    source,
    onShow: () => undefined,
    room: null,
    colourOf: () => "",
    shown: () => false,
    fields: fieldsOf(spec),
    fieldLines: new Map(),
    suggester: () => suggester,
    now: () => Date.UTC(2026, 10, 24),
    newId: () => `s${++ids}`,
    onRefused: (why) => void refused.push(why),
  });
  const editor = new Editor({ element: document.createElement("div"), extensions });
  open.push(editor);
  return { editor, hub, verdicts };
}

const textIn = (doc: Y.Doc, key: string, measure: (id: string) => string | null = () => null) =>
  renderReport(doc, readReportSpec(doc)!, measure).content.sections.find((section) => section.key === key)?.text;

describe("report editor", () => {
  it("[RP9] everything that it makes is what the hub accepts, and reads the same on both sides", () => {
    const doc = begun();
    const { editor, hub, verdicts } = edit(doc, { text: () => "12.3 mm", subscribe: () => () => undefined });
    const end = () => editor.state.doc.content.size - 2;
    editor
      .chain()
      .setTextSelection(end())
      .insertContent("Acute ")
      .toggleBold()
      .insertContent("haemorrhage")
      .toggleBold()
      .run();
    editor.chain().insertContent(" of ").insertMeasurement("m1").insertContent(".").run();
    editor
      .chain()
      .splitBlock()
      .toggleBulletList()
      .insertContent("one")
      .splitListItem("listItem")
      .insertContent("two")
      .run();
    editor.chain().sinkListItem("listItem").setHardBreak().insertContent("more").toggleItalic().run();
    editor.commands.undo();
    editor.commands.redo();
    expect(verdicts).toEqual([]);
    expect(textIn(doc, "impression", () => "12.3 mm")).toBe("Acute haemorrhage of 12.3 mm.\n- one\n  - two\nmore");
    expect(textIn(hub, "impression", () => "12.3 mm")).toBe(textIn(doc, "impression", () => "12.3 mm"));
    expect(textIn(doc, "findings")).toBe("Brain:\nBones:");
  });

  it("[RP10] a section can be emptied and not removed, whatever is selected", () => {
    const doc = begun();
    const { editor, verdicts } = edit(doc);
    editor.chain().selectAll().deleteSelection().run();
    expect(editor.state.doc.childCount).toBe(2);
    editor.commands.setContent("<p>all new</p>");
    expect(editor.state.doc.childCount).toBe(2);
    expect(textIn(doc, "findings")).toBe("Brain:\nBones:");
    editor
      .chain()
      .setTextSelection({ from: 2, to: editor.state.doc.child(0).nodeSize - 2 })
      .deleteSelection()
      .run();
    expect(textIn(doc, "findings")).toBe("");
    expect(verdicts).toEqual([]);
  });

  it("[RP11] Ctrl+Enter asks for the signature and leaves the text alone", () => {
    const doc = begun();
    let asked = 0;
    const { editor } = edit(doc, noMeasurements, () => {
      asked += 1;
    });
    const before = textIn(doc, "findings");
    const press = new KeyboardEvent("keydown", { key: "Enter", ctrlKey: true });
    editor.view.someProp("handleKeyDown", (handle) => handle(editor.view, press));
    expect(asked).toBe(1);
    expect(textIn(doc, "findings")).toBe(before);
  });

  it("[RP11] Tab expands an abbreviation, else goes to the next section", () => {
    const doc = begun();
    const { editor } = edit(doc);
    editor.commands.focus(editor.state.doc.content.size - 2);
    editor.commands.insertContent("nad");
    const press = (key: string) =>
      editor.view.someProp("handleKeyDown", (handle) => handle(editor.view, new KeyboardEvent("keydown", { key })));
    press("Tab");
    expect(textIn(doc, "impression")).toBe("No acute abnormality.");
    editor.commands.setTextSelection(3);
    press("Tab");
    expect(editor.state.selection.$from.node(1).attrs.sectionKey).toBe("impression");
  });
});
