import { type Editor, Extension, Node } from "@tiptap/core";
import type { Node as ProseNode } from "@tiptap/pm/model";
import { Plugin, PluginKey, TextSelection } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import { ySyncPluginKey } from "@tiptap/y-tiptap";
import { broughtIn } from "./brought-in";

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

/** The next field that is asked for behind a position, before the next section ends; null: there is none. */
function nextField(view: EditorView, from: number): HTMLElement | null {
  const { doc } = view.state;
  const until = neighbour(doc, from, 1) ?? doc.content.size;
  let found: HTMLElement | null = null;
  doc.nodesBetween(Math.min(from, doc.content.size), until, (node, at) => {
    if (found || node.type.name !== "reportField" || at < from) return;
    const dom = view.nodeDOM(at);
    const control = dom instanceof HTMLElement ? dom.querySelector<HTMLElement>("input, select, button") : null;
    if (control && !control.closest('[data-line="hidden"]')) found = control;
  });
  return found;
}

/** To the next field, else to the end of the next section. */
export function toNext(editor: Editor, step: 1 | -1): boolean {
  const { doc, selection } = editor.state;
  const field = step === 1 ? nextField(editor.view, selection.from) : null;
  if (field) {
    field.focus();
    return true;
  }
  const to = neighbour(doc, selection.from, step);
  if (to !== null) editor.commands.focus(to - 1);
  return true;
}

export interface SectionKeysOptions {
  snippetFor(word: string): string | null;
  onSign(): void;
  onLeave(): void;
}

/** What a key before Tab may be: ";nl", "nad", "post-op". */
const ABBREVIATION = /[;\\/]?[\p{L}\p{N}.-]+$/u;

/** Tab: expands an abbreviation, else the next field or section. Mod-Enter: sign. Escape: back to the images. Mod-A: this section. */
export const SectionKeys = Extension.create<SectionKeysOptions>({
  name: "sectionKeys",
  // Before the other extensions: a hard break takes Mod-Enter too.
  priority: 1100,
  addOptions: () => ({ snippetFor: () => null, onSign: () => undefined, onLeave: () => undefined }),
  addKeyboardShortcuts() {
    const expand = (): boolean => {
      const { $from, empty } = this.editor.state.selection;
      if (!empty) return false;
      const before = $from.parent.textBetween(0, $from.parentOffset, undefined, "\ufffc");
      const word = ABBREVIATION.exec(before)?.[0];
      const text = word ? this.options.snippetFor(word) : null;
      if (!word || text === null) return false;
      return this.editor.commands.insertContentAt(
        { from: $from.pos - word.length, to: $from.pos },
        broughtIn(text, "snippet"),
      );
    };
    return {
      Tab: () => expand() || this.editor.commands.sinkListItem("listItem") || toNext(this.editor, 1),
      "Shift-Tab": () => this.editor.commands.liftListItem("listItem") || toNext(this.editor, -1),
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
