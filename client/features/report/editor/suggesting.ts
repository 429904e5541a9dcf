import { Extension } from "@tiptap/core";
import type { Node as ProseNode, Slice } from "@tiptap/pm/model";
import { type EditorState, TextSelection, type Transaction } from "@tiptap/pm/state";
import { ReplaceStep } from "@tiptap/pm/transform";
import { ySyncPluginKey } from "@tiptap/y-tiptap";

/** Set on a transaction that is made as it stands, also while suggesting: accepting, rejecting, fields. */
export const AS_IT_STANDS = "asItStands";

export interface SuggestingOptions {
  /** Whose suggestion an edit becomes; null: edits are made as they are. */
  suggester(): string | null;
  now(): number;
  newId(): string;
  /** An edit that can't be a suggestion (a new paragraph, a list) was not made. */
  onRefused(why: string): void;
}

declare module "@tiptap/core" {
  interface Commands<ReturnType> {
    suggesting: {
      /** accept: the suggested words stand and the struck-out ones go; reject: the other way round. */
      settleSuggestion: (id: string, how: "accept" | "reject") => ReturnType;
    };
  }
}

/** While suggesting, what one types is marked as put in, and what one deletes as struck out: the text changes when another accepts it. */
export const Suggesting = Extension.create<SuggestingOptions>({
  name: "suggesting",
  addOptions: () => ({
    suggester: () => null,
    now: () => 0,
    newId: () => "",
    onRefused: () => undefined,
  }),
  dispatchTransaction({ transaction, next }) {
    const by = this.options.suggester();
    const own =
      by !== null &&
      transaction.docChanged &&
      transaction.getMeta(ySyncPluginKey) === undefined &&
      !transaction.getMeta(AS_IT_STANDS) &&
      transaction.steps.some((step) => step instanceof ReplaceStep);
    if (!own) return next(transaction);
    const suggestion = suggestionOf(this.editor.state, transaction, {
      id: this.options.newId(),
      by,
      at: new Date(this.options.now()).toISOString(),
    });
    if (typeof suggestion === "string") return this.options.onRefused(suggestion);
    next(suggestion);
  },
  addCommands() {
    return {
      settleSuggestion:
        (id, how) =>
        ({ tr, dispatch }) => {
          const places = placesOf(tr.doc, id);
          if (dispatch) {
            tr.setMeta(AS_IT_STANDS, true);
            // From the end: earlier positions stay as they are.
            for (const { from, to, kind, type } of places.reverse()) {
              const goes = (kind === "deletion") === (how === "accept");
              if (goes) tr.delete(from, to);
              else tr.removeMark(from, to, type);
            }
          }
          return places.length > 0;
        },
    };
  },
});

function placesOf(doc: ProseNode, id: string) {
  const places: { from: number; to: number; kind: string; type: ProseNode["marks"][number]["type"] }[] = [];
  doc.descendants((node, at) => {
    // An insertion that is struck out too by the same suggestion: the deletion goes first.
    const mark =
      node.marks.find(({ type, attrs }) => type.name === "deletion" && attrs.id === id) ??
      node.marks.find(({ type, attrs }) => type.name === "insertion" && attrs.id === id);
    if (mark) places.push({ from: at, to: at + node.nodeSize, kind: mark.type.name, type: mark.type });
  });
  return places;
}

interface Author {
  readonly id: string;
  readonly by: string;
  readonly at: string;
}

/** The same edit as a suggestion, or why it can't be one. */
function suggestionOf(state: EditorState, edit: Transaction, author: Author): Transaction | string {
  const tr = state.tr;
  let caret: number | null = null;
  for (const [index, step] of edit.steps.entries()) {
    if (!(step instanceof ReplaceStep)) continue;
    const from = tr.mapping.map(before(edit, index, step.from));
    const to = tr.mapping.map(before(edit, index, step.to));
    const words = wordsOf(step.slice);
    if (words === null) return "New paragraphs and lists are made in writing, not as a suggestion.";
    const mark = nearby(tr.doc, from, author) ?? author;
    const after = strikeOut(tr, from, to, mark);
    const forward = state.selection.empty && state.selection.from === step.from && words === "";
    caret = words === "" && !forward ? from : after;
    if (words !== "") {
      const type = state.schema.marks.insertion;
      if (!type) return "This text takes no suggestions.";
      tr.insert(after, state.schema.text(words, [type.create({ ...mark })]));
      caret = after + words.length;
    }
  }
  if (caret !== null) tr.setSelection(TextSelection.near(tr.doc.resolve(Math.min(caret, tr.doc.content.size)), -1));
  return tr.scrollIntoView();
}

/** A position of the edit's step in the document before the edit. */
const before = (edit: Transaction, index: number, position: number): number =>
  edit.mapping.maps.slice(0, index).reduceRight((at, map) => map.invert().map(at), position);

/** The slice as plain words; null where it would make or join paragraphs. */
function wordsOf(slice: Slice): string | null {
  if (slice.size === 0) return "";
  if (slice.content.textBetween(0, slice.content.size) === "") return null;
  return slice.content.textBetween(0, slice.content.size, " ", " ");
}

/** One's own suggestion right before goes on, as one. */
function nearby(doc: ProseNode, at: number, author: Author): Author | null {
  const before = doc.resolve(at).nodeBefore;
  const mark = before?.marks.find(({ type }) => type.name === "insertion" || type.name === "deletion");
  return mark && mark.attrs.by === author.by
    ? { id: String(mark.attrs.id), by: author.by, at: String(mark.attrs.at) }
    : null;
}

/** Strikes the words between out; one's own suggested words really go. Returns where the range ends now. */
function strikeOut(tr: Transaction, from: number, to: number, author: Author): number {
  const pieces: { from: number; to: number; own: boolean; struck: boolean }[] = [];
  tr.doc.nodesBetween(from, to, (node, at) => {
    if (!node.isText) return;
    const inserted = node.marks.find(({ type }) => type.name === "insertion");
    pieces.push({
      from: Math.max(at, from),
      to: Math.min(at + node.nodeSize, to),
      own: inserted?.attrs.by === author.by,
      struck: node.marks.some(({ type }) => type.name === "deletion"),
    });
  });
  const type = tr.doc.type.schema.marks.deletion;
  let end = to;
  for (const piece of pieces.reverse()) {
    if (piece.own) {
      tr.delete(piece.from, piece.to);
      end -= piece.to - piece.from;
    } else if (!piece.struck && type) tr.addMark(piece.from, piece.to, type.create({ ...author }));
  }
  return end;
}
