import { DELETED_MEASUREMENT } from "@readroom/shared/crdt/report.js";
import type { Editor } from "@tiptap/core";
import { TextSelection } from "@tiptap/pm/state";
import type { MeasurementSource } from "./measurement";

function select(editor: Editor, from: number, to: number): void {
  const { tr, doc } = editor.state;
  editor.view.dispatch(tr.setSelection(TextSelection.create(doc, from, to)).scrollIntoView());
  editor.view.focus();
}

/** Puts the caret into a section: on the words where they still stand there, else at its end. */
export function goToSection(editor: Editor, key: string, words?: string): void {
  editor.state.doc.forEach((section, offset) => {
    if (section.attrs.sectionKey !== key) return;
    let done = false;
    section.descendants((node, at) => {
      if (done || !node.isTextblock) return !done;
      const start = words ? node.textContent.toLowerCase().indexOf(words.toLowerCase()) : -1;
      if (words && start >= 0) {
        const from = offset + 1 + at + 1 + start;
        select(editor, from, from + words.length);
        done = true;
      }
      return false;
    });
    if (!done) select(editor, offset + section.nodeSize - 2, offset + section.nodeSize - 2);
  });
}

/** The first measurement in the text whose mark is gone. */
export function goToDeleted(editor: Editor, source: MeasurementSource): void {
  let at: number | null = null;
  editor.state.doc.descendants((node, position) => {
    if (at !== null || node.type.name !== "measurement") return;
    const text = source.text(String(node.attrs.annotationId));
    if (text === null || text === DELETED_MEASUREMENT) at = position;
  });
  if (at !== null) select(editor, at, at + 1);
}

/** The words that carry a mark: a suggestion, or the anchor of a thread of comments. */
export function goToMark(editor: Editor, names: readonly string[], id: string): boolean {
  let range: { from: number; to: number } | null = null;
  editor.state.doc.descendants((node, at) => {
    if (!node.marks.some(({ type, attrs }) => names.includes(type.name) && attrs.id === id)) return;
    range = range
      ? { from: (range as { from: number }).from, to: at + node.nodeSize }
      : { from: at, to: at + node.nodeSize };
  });
  if (!range) return false;
  const { from, to } = range as { from: number; to: number };
  select(editor, from, to);
  return true;
}
