import * as Y from "yjs";
import { type FieldSpec, fieldText, wordsOfLine } from "./report-fields.js";
import { type Origin, originOf, wordsIn } from "./report-marks.js";

export interface Run {
  start: number;
  length: number;
  client: number;
  how?: Origin | "field" | "measurement";
}

export interface TextLookUps {
  measurement(annotationId: string): string;
  readonly fields: ReadonlyMap<string, FieldSpec>;
  readonly values: ReadonlyMap<string, string>;
  /** Words of the template's lines that hold fields (`wordsOfLine`), of this section. */
  readonly fieldLines: ReadonlySet<string>;
}

/** A text that knows who wrote it. Neighbouring runs of one client are joined. */
class Scroll {
  text = "";
  readonly runs: Run[] = [];

  add(text: string, client: number, how?: Run["how"]): void {
    const last = this.runs.at(-1);
    if (last && last.client === client && last.how === how && last.start + last.length === this.text.length)
      last.length += text.length;
    else if (text.length > 0)
      this.runs.push({ start: this.text.length, length: text.length, client, ...(how ? { how } : {}) });
    this.text += text;
  }
  /** Line breaks and list signs belong to nobody. */
  layout(text: string): void {
    this.text += text;
  }
  line(lead: string): void {
    this.layout(this.text ? `\n${lead}` : lead);
  }
  trimmed(): { text: string; runs: Run[] } {
    const from = this.text.length - this.text.trimStart().length;
    const to = Math.max(from, this.text.trimEnd().length);
    const runs = this.runs.flatMap((run) => {
      const first = Math.max(run.start, from);
      const end = Math.min(run.start + run.length, to);
      return end > first ? [{ ...run, start: first - from, length: end - first }] : [];
    });
    return { text: this.text.slice(from, to), runs };
  }
}

export function sectionText(body: Y.XmlFragment, key: string, lookUps: TextLookUps): { text: string; runs: Run[] } {
  const scroll = new Scroll();
  for (const child of body.toArray()) {
    // Two people who undo a deletion at once can leave a section twice: its text is kept, one after the other.
    if (!(child instanceof Y.XmlElement) || child.getAttribute("sectionKey") !== key) continue;
    blocks(child, scroll, "", "", lookUps);
  }
  return scroll.trimmed();
}

/** `first` stands before the first line, `rest` before the following ones ("- " and two spaces in a list). */
function blocks(parent: Y.XmlElement, scroll: Scroll, first: string, rest: string, lookUps: TextLookUps): void {
  let lead = first;
  for (const child of parent.toArray()) {
    if (!(child instanceof Y.XmlElement)) continue;
    if (child.nodeName === "bulletList" || child.nodeName === "orderedList") list(child, scroll, rest, lookUps);
    else {
      if (isUnfilledLine(child, lookUps)) continue;
      scroll.line(lead);
      inline(child, scroll, lookUps);
    }
    lead = rest;
  }
}

function list(element: Y.XmlElement, scroll: Scroll, indent: string, lookUps: TextLookUps): void {
  let number = Number(element.getAttribute("start") ?? 1);
  for (const item of element.toArray()) {
    if (!(item instanceof Y.XmlElement)) continue;
    const sign = element.nodeName === "orderedList" ? `${number}. ` : "- ";
    number += 1;
    blocks(item, scroll, indent + sign, `${indent}  `, lookUps);
  }
}

const fieldKey = (element: Y.XmlElement): string => String(element.getAttribute("fieldKey") ?? "");

/**
 * A line of the template whose fields are all empty (or not asked for) is not part of the report. Only while its words are the
 * template's own: whatever somebody typed into it stays.
 */
export function isUnfilledLine(paragraph: Y.XmlElement, { fields, values, fieldLines }: TextLookUps): boolean {
  let places = 0;
  let words = "";
  for (const child of paragraph.toArray()) {
    if (child instanceof Y.XmlText) for (const piece of wordsIn(child)) words += piece.words;
    else if (child instanceof Y.XmlElement && child.nodeName === "reportField") {
      places += 1;
      const spec = fields.get(fieldKey(child));
      if (spec && fieldText(spec, fields, values)) return false;
    } else return false;
  }
  return places > 0 && fieldLines.has(words.trim());
}

function inline(element: Y.XmlElement, scroll: Scroll, lookUps: TextLookUps): void {
  for (const child of element.toArray()) {
    if (child instanceof Y.XmlText) {
      for (const { words, client, formats } of wordsIn(child)) scroll.add(words, client, originOf(formats));
    } else if (!(child instanceof Y.XmlElement)) continue;
    else if (child.nodeName === "hardBreak") scroll.layout("\n");
    else if (child.nodeName === "measurement") {
      const text = lookUps.measurement(String(child.getAttribute("annotationId") ?? ""));
      scroll.add(text, child._item?.id.client ?? 0, "measurement");
    } else if (child.nodeName === "reportField") {
      const spec = lookUps.fields.get(fieldKey(child));
      const client = child._map.get("value")?.id.client ?? 0;
      if (spec) scroll.add(fieldText(spec, lookUps.fields, lookUps.values), client, "field");
    }
  }
}

/** Values of all fields in the text; of a field that stands twice the first that holds something counts. */
export function readFieldValues(body: Y.XmlFragment): Map<string, string> {
  const values = new Map<string, string>();
  const visit = (node: unknown): void => {
    if (!(node instanceof Y.XmlElement)) return;
    if (node.nodeName === "reportField") {
      const key = fieldKey(node);
      if (!values.get(key)) values.set(key, String(node.getAttribute("value") ?? ""));
    } else for (const child of node.toArray()) visit(child);
  };
  for (const child of body.toArray()) visit(child);
  return values;
}

export const fieldLinesOf = (sectionTextOfTemplate: string): Set<string> =>
  new Set(
    sectionTextOfTemplate
      .split("\n")
      .filter((line) => line.includes("{{"))
      .map(wordsOfLine),
  );
