// @vitest-environment happy-dom
import { checkReport, type Verdict } from "@readroom/shared/crdt/check.js";
import {
  bodyOf,
  fieldsOf,
  type ReportSpec,
  readReportSpec,
  renderReport,
  writeReportSpec,
  writeSections,
} from "@readroom/shared/crdt/report.js";
import type { FieldSpec } from "@readroom/shared/crdt/report-fields.js";
import { openSuggestions } from "@readroom/shared/crdt/report-marks.js";
import { Editor } from "@tiptap/core";
import { afterEach, describe, expect, it } from "vitest";
import * as Y from "yjs";
import { takeDown } from "../dictation/take-down";
import { reportExtensions } from "./extensions";
import { type MeasurementSource, noMeasurements } from "./measurement";
import { fillNormal } from "./normal";

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
    accept: false,
    write: true,
    judged: false,
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
    fields: fieldsOf(readReportSpec(doc) ?? spec),
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

  it("[RP15] what one suggests is marked, not done; another accepts or rejects it", () => {
    const doc = begun();
    const { editor, hub, verdicts } = edit(doc);
    const end = () => editor.state.doc.content.size - 2;
    editor.chain().setTextSelection(end()).insertContent("Small bleed.").run();
    suggester = "p";
    // "Small" is replaced letter by letter.
    editor.commands.setTextSelection({ from: end() - 12, to: end() - 7 });
    editor.view.dispatch(editor.state.tr.insertText("L"));
    editor.view.dispatch(editor.state.tr.insertText("arge"));
    expect(openSuggestions(bodyOf(hub))).toMatchObject([
      { by: "p", section: "impression", inserted: "Large", deleted: "Small" },
    ]);
    editor.view.dispatch(editor.state.tr.delete(editor.state.selection.from - 1, editor.state.selection.from));
    expect(openSuggestions(bodyOf(hub))[0]?.inserted).toBe("Larg");
    editor.commands.splitBlock();
    expect(refused).toHaveLength(1);
    const [suggestion] = openSuggestions(bodyOf(doc));
    suggester = null;
    editor.commands.settleSuggestion(suggestion?.id ?? "", "accept");
    expect(textIn(doc, "impression")).toBe("Larg bleed.");
    expect(openSuggestions(bodyOf(hub))).toEqual([]);
    suggester = "p";
    editor.commands.setTextSelection(end());
    editor.view.dispatch(editor.state.tr.insertText(" More."));
    editor.commands.settleSuggestion(openSuggestions(bodyOf(doc))[0]?.id ?? "", "reject");
    expect(textIn(hub, "impression")).toBe("Larg bleed.");
    expect(verdicts).toEqual([]);
  });

  it("[RP14] normal fills fields and empty headings and keeps where the words came from", () => {
    const doc = begun();
    const { editor, hub, verdicts } = edit(doc);
    const normal = {
      ...spec,
      sections: sections.map((one) => ({
        ...one,
        normal: one.key === "findings" ? "Brain: clear.\nBones: intact." : "No bleed.",
      })),
    };
    expect(fillNormal(editor, normal, null)).toBe(true);
    expect(textIn(doc, "findings")).toBe("Brain: clear.\nBones: intact.");
    expect(textIn(hub, "impression")).toBe("No bleed.");
    const { written } = renderReport(doc, spec, () => null);
    expect(written.filter(({ how }) => how === "template").map(({ length }) => length)).toEqual([7, 8, 9]);
    expect(fillNormal(editor, normal, null)).toBe(false);
    expect(verdicts).toEqual([]);
  });

  it("[RP13] a line whose fields hold nothing is not in the report; a condition shows and hides", () => {
    const field = (key: string, more: Partial<FieldSpec> = {}): FieldSpec => ({
      key,
      label: key,
      kind: "text",
      unit: "",
      options: [],
      normal: "",
      required: false,
      code: null,
      showIf: null,
      ...more,
    });
    const option = (value: string) => ({ value, text: `it is ${value}`, code: null });
    const fields = [
      field("prior", { kind: "choice", options: [option("yes"), option("no")], normal: "yes" }),
      field("date", { showIf: { field: "prior", is: ["yes"] }, required: true }),
      field("size", { kind: "number", unit: "mm" }),
    ];
    const withFields: ReportSpec = {
      ...spec,
      sections: [
        { ...sections[0]!, normalText: "Prior: {{prior}}\nDate: {{date}}\nSize: {{size}}", fields },
        sections[1]!,
      ],
    };
    const doc = new Y.Doc();
    writeReportSpec(doc, withFields);
    writeSections(
      doc,
      withFields.sections,
      (key) => withFields.sections.find((one) => one.key === key)?.normalText ?? "",
    );
    const { editor, hub, verdicts } = edit(doc);
    const render = () => renderReport(hub, withFields, () => null);
    expect(render().content.sections[0]?.text).toBe("");
    expect(render().open.emptyFields).toEqual([]);
    fillNormal(editor, withFields, "findings");
    expect(render().content.sections[0]?.text).toBe("Prior: it is yes");
    expect(render().open.emptyFields).toEqual([{ section: "findings", key: "date", label: "date" }]);
    editor.commands.fillFields(
      new Map([
        ["date", "2025"],
        ["size", "12"],
      ]),
    );
    expect(render().content.sections[0]?.text).toBe("Prior: it is yes\nDate: 2025\nSize: 12 mm");
    expect(render().content.fields?.map(({ key, text }) => [key, text])).toEqual([
      ["prior", "it is yes"],
      ["date", "2025"],
      ["size", "12 mm"],
    ]);
    let at = -1;
    editor.state.doc.descendants((node, position) => {
      if (node.attrs.fieldKey === "prior") at = position;
    });
    editor.view.dispatch(editor.state.tr.setNodeAttribute(at, "value", "no"));
    expect(render().content.sections[0]?.text).toBe("Prior: it is no\nSize: 12 mm");
    expect(verdicts).toEqual([]);
  });

  it("[RP17] a dictation writes and moves by voice", () => {
    const doc = begun();
    const { editor, verdicts } = edit(doc);
    editor.commands.setTextSelection(editor.state.doc.child(0).nodeSize - 2);
    takeDown(editor, spec, "intact full stop next field no acute bleed period");
    expect(textIn(doc, "findings")).toBe("Brain:\nBones: intact.");
    expect(textIn(doc, "impression")).toBe("No acute bleed.");
    expect(takeDown(editor, spec, "stop dictation")).toBe("stop");
    expect(verdicts).toEqual([]);
  });
});
