import { Extension, Node } from "@tiptap/core";
import type { Node as ProseNode } from "@tiptap/pm/model";
import { Plugin, PluginKey, TextSelection } from "@tiptap/pm/state";
import { ySyncPluginKey } from "@tiptap/y-tiptap";

/** What a section's frame says: it comes from the template, not from the text, and nobody can type over it. */
export interface SectionTitle {
  readonly title: string;
  readonly required: boolean;
}

export const ReportDocument = Node.create({ name: "doc", topNode: true, content: "reportSection+" });

/** One section: a fixed heading and a free body. Isolating: Backspace at its start does not join it with the one before. */
export const ReportSection = Node.create<{ titleOf(key: string): SectionTitle }>({
  name: "reportSection",
  content: "block+",
  isolating: true,
  defining: true,
  selectable: false,
  addOptions: () => ({ titleOf: (key) => ({ title: key, required: false }) }),
  addAttributes: () => ({ sectionKey: { default: null } }),
  parseHTML: () => [
    { tag: "section[data-section]", getAttrs: (element) => ({ sectionKey: element.getAttribute("data-section") }) },
  ],
  renderHTML: ({ node }) => ["section", { "data-section": String(node.attrs.sectionKey) }, 0],
  addNodeView() {
    return ({ node }) => {
      const key = String(node.attrs.sectionKey);
      const { title, required } = this.options.titleOf(key);
      const dom = document.createElement("section");
      dom.dataset.section = key;
      dom.setAttribute("aria-label", title);
      const heading = document.createElement("h3");
      heading.contentEditable = "false";
      heading.textContent = title;
      if (required) heading.dataset.required = "true";
      const contentDOM = document.createElement("div");
      dom.append(heading, contentDOM);
      return { dom, contentDOM, ignoreMutation: (mutation) => !contentDOM.contains(mutation.target) };
    };
  },
});

const keysOf = (doc: ProseNode): string => doc.children.map((section) => String(section.attrs.sectionKey)).join("|");

/** This person's own changes never add, drop or reorder sections; what comes from the room always passes. */
export const SectionGuard = Extension.create({
  name: "sectionGuard",
  addProseMirrorPlugins: () => [
    new Plugin({
      key: new PluginKey("sectionGuard"),
      filterTransaction: (transaction, state) =>
        !transaction.docChanged ||
        transaction.getMeta(ySyncPluginKey) !== undefined ||
        keysOf(transaction.doc) === keysOf(state.doc),
    }),
  ],
});

/** Position inside the section `step` after the caret's, at its end; null at the last one. */
function neighbour(doc: ProseNode, from: number, step: 1 | -1): number | null {
  let at = 0;
  const ends: { start: number; end: number }[] = [];
  doc.forEach((section, offset) => void ends.push({ start: offset, end: offset + section.nodeSize - 1 }));
  at = ends.findIndex(({ start, end }) => from >= start && from <= end);
  return ends[at + step]?.end ?? null;
}

export interface SectionKeysOptions {
  snippetFor(word: string): string | null;
  onSign(): void;
  onLeave(): void;
}

/** Tab: expands an abbreviation, else the next section. Mod-Enter: sign. Escape: back to the images. Mod-A: this section. */
export const SectionKeys = Extension.create<SectionKeysOptions>({
  name: "sectionKeys",
  // Before the other extensions: a hard break takes Mod-Enter too.
  priority: 1100,
  addOptions: () => ({ snippetFor: () => null, onSign: () => undefined, onLeave: () => undefined }),
  addKeyboardShortcuts() {
    const move = (step: 1 | -1): boolean => {
      const to = neighbour(this.editor.state.doc, this.editor.state.selection.from, step);
      if (to !== null) this.editor.commands.focus(to - 1);
      return true;
    };
    const expand = (): boolean => {
      const { $from, empty } = this.editor.state.selection;
      if (!empty) return false;
      const before = $from.parent.textBetween(0, $from.parentOffset, undefined, "\ufffc");
      const word = /[\p{L}\p{N}.-]+$/u.exec(before)?.[0];
      const text = word ? this.options.snippetFor(word) : null;
      if (!word || text === null) return false;
      return this.editor.commands.insertContentAt({ from: $from.pos - word.length, to: $from.pos }, text);
    };
    return {
      Tab: () => expand() || this.editor.commands.sinkListItem("listItem") || move(1),
      "Shift-Tab": () => this.editor.commands.liftListItem("listItem") || move(-1),
      "Mod-a": () => {
        const { $from } = this.editor.state.selection;
        const { tr, doc } = this.editor.state;
        this.editor.view.dispatch(
          tr.setSelection(TextSelection.between(doc.resolve($from.start(1)), doc.resolve($from.end(1)))),
        );
        return true;
      },
      "Mod-Enter": () => {
        this.options.onSign();
        return true;
      },
      Escape: () => {
        this.editor.commands.blur();
        this.options.onLeave();
        return true;
      },
    };
  },
});
