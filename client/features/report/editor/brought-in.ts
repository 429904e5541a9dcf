import type { Origin } from "@readroom/shared/crdt/report-marks.js";
import type { JSONContent } from "@tiptap/core";

const textOf = (text: string, origin: Origin): JSONContent => ({
  type: "text",
  text,
  marks: [{ type: "origin", attrs: { kind: origin } }],
});

/** Words that are put in, not typed: they keep where they came from. Several lines are paragraphs. */
export function broughtIn(text: string, origin: Origin): JSONContent | JSONContent[] {
  const lines = text.split("\n");
  if (lines.length === 1) return textOf(text, origin);
  return lines.map((line) => ({ type: "paragraph", ...(line ? { content: [textOf(line, origin)] } : {}) }));
}
