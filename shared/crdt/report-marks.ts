import * as Y from "yjs";
import { z } from "zod";

/** A suggested insertion or deletion of words: whose it is, when (ISO 8601, UTC). One id for what was suggested in one go. */
export const SuggestionMark = z.strictObject({
  id: z.string().min(1).max(40),
  by: z.string().min(1).max(64),
  at: z.iso.datetime(),
});
export type SuggestionMark = z.infer<typeof SuggestionMark>;

/** Where words came from that a person put in without typing each: kept down to the signed document. */
export const ORIGINS = ["template", "snippet", "dictation", "comparison"] as const;
export type Origin = (typeof ORIGINS)[number];

export const MARK_VALUES = {
  insertion: SuggestionMark,
  deletion: SuggestionMark,
  comment: z.strictObject({ id: z.string().min(1).max(40) }),
  origin: z.strictObject({ kind: z.enum(ORIGINS) }),
} as const;

/** y-tiptap names an overlapping mark "comment--<hash>". */
export const markName = (key: string): string => key.split("--")[0] ?? "";

export type Formats = ReadonlyMap<string, unknown>;

/** The words of a text, item by item (each was written by one client), with the marks that hold over them. */
export function* wordsIn(text: Y.XmlText): Generator<{ words: string; client: number; formats: Formats }> {
  const formats = new Map<string, unknown>();
  for (let item = text._start; item !== null; item = item.right) {
    if (item.deleted) continue;
    if (item.content instanceof Y.ContentFormat) {
      const { key, value } = item.content as unknown as { key: string; value: unknown };
      if (value === null) formats.delete(key);
      else formats.set(key, value);
    } else if (item.content instanceof Y.ContentString) {
      yield { words: item.content.str, client: item.id.client, formats };
    }
  }
}

export const originOf = (formats: Formats): Origin | undefined =>
  MARK_VALUES.origin.safeParse(formats.get("origin")).data?.kind;

export interface OpenSuggestion extends SuggestionMark {
  readonly section: string;
  readonly inserted: string;
  readonly deleted: string;
}

/** Suggestions that nobody has accepted or rejected, in the text's order. */
export function openSuggestions(body: Y.XmlFragment): OpenSuggestion[] {
  const found = new Map<string, OpenSuggestion>();
  const visit = (node: unknown, section: string): void => {
    if (node instanceof Y.XmlText) {
      for (const { words, formats } of wordsIn(node)) {
        for (const kind of ["insertion", "deletion"] as const) {
          const mark = SuggestionMark.safeParse(formats.get(kind)).data;
          if (!mark) continue;
          const known = found.get(mark.id) ?? { ...mark, section, inserted: "", deleted: "" };
          found.set(mark.id, {
            ...known,
            inserted: known.inserted + (kind === "insertion" ? words : ""),
            deleted: known.deleted + (kind === "deletion" ? words : ""),
          });
        }
      }
    } else if (node instanceof Y.XmlElement) {
      for (const child of node.toArray()) visit(child, section);
    }
  };
  for (const child of body.toArray())
    if (child instanceof Y.XmlElement) visit(child, String(child.getAttribute("sectionKey") ?? ""));
  return [...found.values()];
}

/** Ids of the comment threads that are anchored in the text. */
export function anchoredComments(body: Y.XmlFragment): Set<string> {
  const ids = new Set<string>();
  const visit = (node: unknown): void => {
    if (node instanceof Y.XmlText) {
      for (const { formats } of wordsIn(node))
        for (const [key, value] of formats)
          if (markName(key) === "comment") ids.add(MARK_VALUES.comment.safeParse(value).data?.id ?? "");
    } else if (node instanceof Y.XmlElement || node instanceof Y.XmlFragment)
      for (const child of node.toArray()) visit(child);
  };
  visit(body);
  ids.delete("");
  return ids;
}
