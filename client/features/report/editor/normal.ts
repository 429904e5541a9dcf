import type { ReportSpec } from "@readroom/shared/crdt/report.js";
import { normalLines } from "@readroom/shared/domain/report-text/normal.js";
import type { Editor } from "@tiptap/core";
import type { Node as ProseNode } from "@tiptap/pm/model";
import { broughtIn } from "./brought-in";

/** Fills what the template calls normal into one section, or into all. Returns whether anything was filled in. */
export function fillNormal(editor: Editor, spec: ReportSpec, onlySection: string | null): boolean {
  const sections = spec.sections.filter(({ key }) => onlySection === null || key === onlySection);
  const values = new Map(
    sections.flatMap(({ fields = [] }) =>
      fields.filter((field) => field.normal).map((field) => [field.key, field.normal]),
    ),
  );
  let filled = editor.commands.fillFields(values);
  // From the last section: what is put in moves only what stands behind it.
  for (const { key, normal } of [...sections].reverse()) {
    const place = normal ? placeOf(editor.state.doc, key) : null;
    if (!normal || !place) continue;
    for (const { line, text } of normalLines(
      place.lines.map(({ text }) => text),
      normal,
    ).reverse()) {
      const at = line === null ? place.end : place.lines[line]?.end;
      if (at === undefined) continue;
      const lead = line === null || place.lines[line]?.text.endsWith(" ") ? "" : " ";
      const content = broughtIn(lead + text, "template");
      const empty = line === null && place.lines.length === 1 && place.lines[0]?.text === "";
      if (empty) editor.commands.insertContentAt(place.lines[0]?.end ?? at, content);
      else
        editor.commands.insertContentAt(at, line === null ? { type: "paragraph", content: [content].flat() } : content);
      filled = true;
    }
  }
  return filled;
}

/** A section's lines, each with the position behind its last character, and the position behind them all. */
function placeOf(doc: ProseNode, key: string): { lines: { text: string; end: number }[]; end: number } | null {
  let found: { lines: { text: string; end: number }[]; end: number } | null = null;
  doc.forEach((section, offset) => {
    if (found || section.attrs.sectionKey !== key) return;
    const lines: { text: string; end: number }[] = [];
    section.descendants((node, at) => {
      if (!node.isTextblock) return;
      const text = node.textBetween(0, node.content.size, undefined, "\ufffc");
      lines.push({ text, end: offset + 1 + at + 1 + node.content.size });
      return false;
    });
    found = { lines, end: offset + section.nodeSize - 1 };
  });
  return found;
}

/** The section in which the caret stands. */
export function sectionAt(editor: Editor): string | null {
  const { $from } = editor.state.selection;
  return $from.depth > 0 ? String($from.node(1).attrs.sectionKey) : null;
}
