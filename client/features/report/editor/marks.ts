import { Mark } from "@tiptap/core";

const attributes = (...names: string[]) =>
  Object.fromEntries(names.map((name) => [name, { default: "", rendered: false }]));

/** Words that somebody suggests to put in. */
export const Insertion = Mark.create({
  name: "insertion",
  inclusive: false,
  addAttributes: () => attributes("id", "by", "at"),
  renderHTML: ({ mark }) => ["ins", { "data-suggestion": String(mark.attrs.id) }, 0],
});

/** Words that somebody suggests to strike out. */
export const Deletion = Mark.create({
  name: "deletion",
  inclusive: false,
  addAttributes: () => attributes("id", "by", "at"),
  renderHTML: ({ mark }) => ["del", { "data-suggestion": String(mark.attrs.id) }, 0],
});

/** The words that a thread of comments is about. Threads may overlap. */
export const CommentAnchor = Mark.create({
  name: "comment",
  inclusive: false,
  excludes: "",
  addAttributes: () => attributes("id"),
  renderHTML: ({ mark }) => ["span", { "data-comment": String(mark.attrs.id) }, 0],
});

/** Words that were put in and not typed: a template's normal text, a snippet, a dictation, an earlier report. */
export const OriginMark = Mark.create({
  name: "origin",
  inclusive: false,
  addAttributes: () => attributes("kind"),
  renderHTML: ({ mark }) => ["span", { "data-origin": String(mark.attrs.kind) }, 0],
});
