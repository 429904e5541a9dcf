import { type FieldSpec, fieldText, isShown } from "@readroom/shared/crdt/report-fields.js";
import { Extension } from "@tiptap/core";
import type { Node as ProseNode } from "@tiptap/pm/model";
import { Plugin, PluginKey } from "@tiptap/pm/state";
import { Decoration, DecorationSet } from "@tiptap/pm/view";

export interface AskedOptions {
  fields: ReadonlyMap<string, FieldSpec>;
  /** Words of the lines with fields, by section (shared/crdt/report-text.ts). */
  fieldLines: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Marks the template's lines that will not be in the report: not filled yet ("unfilled"), or their condition does not hold ("hidden"). */
export const AskedLines = Extension.create<AskedOptions>({
  name: "askedLines",
  addOptions: () => ({ fields: new Map(), fieldLines: new Map() }),
  addProseMirrorPlugins() {
    const { fields, fieldLines } = this.options;
    if (fields.size === 0) return [];
    const draw = (doc: ProseNode): DecorationSet => {
      const values = valuesIn(doc);
      const marks: Decoration[] = [];
      doc.forEach((section, offset) => {
        const lines = fieldLines.get(String(section.attrs.sectionKey));
        section.descendants((node, at) => {
          if (node.type.name !== "paragraph" || !lines) return node.type.name !== "paragraph";
          const keys = fieldKeysOf(node);
          if (keys.length === 0 || !lines.has(node.textContent.trim())) return false;
          const specs = keys.flatMap((key) => fields.get(key) ?? []);
          const state = specs.some((spec) => fieldText(spec, fields, values))
            ? null
            : specs.some((spec) => isShown(spec, fields, values))
              ? "unfilled"
              : "hidden";
          const from = offset + 1 + at;
          if (state) marks.push(Decoration.node(from, from + node.nodeSize, { "data-line": state }));
          return false;
        });
      });
      return DecorationSet.create(doc, marks);
    };
    return [
      new Plugin<DecorationSet>({
        key: new PluginKey("askedLines"),
        state: {
          init: (_config, state) => draw(state.doc),
          apply: (transaction, before) => (transaction.docChanged ? draw(transaction.doc) : before),
        },
        props: {
          decorations(state) {
            return this.getState(state);
          },
        },
      }),
    ];
  },
});

function valuesIn(doc: ProseNode): Map<string, string> {
  const values = new Map<string, string>();
  doc.descendants((node) => {
    if (node.type.name !== "reportField") return;
    const key = String(node.attrs.fieldKey);
    if (!values.get(key)) values.set(key, String(node.attrs.value ?? ""));
  });
  return values;
}

function fieldKeysOf(paragraph: ProseNode): string[] {
  const keys: string[] = [];
  paragraph.forEach((node) => {
    if (node.type.name === "reportField") keys.push(String(node.attrs.fieldKey));
  });
  return keys;
}
