import * as Y from "yjs";
import { z } from "zod";
import { canonicalHash } from "./canonical.js";

/**
 * The shared document of a report: "body" (Y.XmlFragment, one `reportSection` element per section of the template) and "meta"
 * (Y.Map, written by the hub alone: which template, which sections). What is signed is neither: it is the content that
 * `renderReport` makes of it, the same function on the signer's screen and in the hub.
 */
export const REPORT_ROOTS = ["body", "meta"] as const;

export const SectionSpec = z.object({
  key: z
    .string()
    .min(1)
    .max(40)
    .regex(/^[a-z][a-z0-9-]*$/),
  title: z.string().min(1).max(120),
  loinc: z.string().max(16),
  normalText: z.string().max(8000),
  required: z.boolean(),
});
export type SectionSpec = z.infer<typeof SectionSpec>;

/** kind: report → signed preliminary or final; addendum and corrected → signed as such, after a final. */
export const ReportSpec = z.object({
  v: z.literal(1),
  kind: z.enum(["report", "addendum", "corrected"]),
  studyId: z.string(),
  generation: z.number().int(),
  templateId: z.string().nullable(),
  templateName: z.string(),
  sections: z.array(SectionSpec).min(1).max(40),
});
export type ReportSpec = z.infer<typeof ReportSpec>;

export const bodyOf = (doc: Y.Doc): Y.XmlFragment => doc.getXmlFragment("body");

/** What the hub wrote about this document; null while it has not arrived yet. */
export function readReportSpec(doc: Y.Doc): ReportSpec | null {
  const parsed = ReportSpec.safeParse(doc.getMap("meta").get("spec"));
  return parsed.success ? parsed.data : null;
}

export const writeReportSpec = (doc: Y.Doc, spec: ReportSpec): void => void doc.getMap("meta").set("spec", spec);

/** Fills an empty body: a section each, its text as paragraphs (one a line). */
export function writeSections(doc: Y.Doc, sections: readonly SectionSpec[], textOf: (key: string) => string): void {
  const elements = sections.map((section) => {
    const element = new Y.XmlElement("reportSection");
    element.setAttribute("sectionKey", section.key);
    element.insert(0, textOf(section.key).split("\n").map(paragraphOf));
    return element;
  });
  bodyOf(doc).insert(0, elements);
}

function paragraphOf(line: string): Y.XmlElement {
  const paragraph = new Y.XmlElement("paragraph");
  if (line) paragraph.insert(0, [new Y.XmlText(line)]);
  return paragraph;
}

export const RenderedSection = z.object({ key: z.string(), title: z.string(), loinc: z.string(), text: z.string() });
export type RenderedSection = z.infer<typeof RenderedSection>;

/** How a critical finding was communicated, as it stands in the report. Times: ISO 8601, UTC. */
export const Communication = z.object({
  findingId: z.string(),
  category: z.string(),
  finding: z.string(),
  person: z.string(),
  at: z.string().nullable(),
  via: z.string(),
  readBack: z.string(),
  acknowledgedAt: z.string().nullable(),
  acknowledgedBy: z.string(),
});
export type Communication = z.infer<typeof Communication>;

/** Exactly what is hashed and signed. */
export const ReportContent = z.object({
  sections: z.array(RenderedSection),
  measurements: z.array(z.object({ id: z.string(), text: z.string() })),
  communications: z.array(Communication),
});
export type ReportContent = z.infer<typeof ReportContent>;

/** `length` UTF-16 units of a section's text from `start` were written by this Yjs client. */
export interface WrittenBy {
  readonly section: string;
  readonly start: number;
  readonly length: number;
  readonly client: number;
}

export const DELETED_MEASUREMENT = "(measurement deleted)";

/** The section made of the communications: LOINC 73568-8 "Communication of critical results" (DICOM PS3.20, actionable findings). */
export const COMMUNICATION_SECTION = {
  key: "communication",
  title: "Critical communication",
  loinc: "73568-8",
} as const;

const minute = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;

export function communicationText(c: Communication): string {
  const told = c.at
    ? `Communicated to ${c.person || "the responsible physician"}${c.via ? ` by ${c.via}` : ""} on ${minute(c.at)}.`
    : "Nobody reached yet.";
  const back = c.readBack ? ` Read back: "${c.readBack}".` : "";
  const by = c.acknowledgedBy ? ` by ${c.acknowledgedBy}` : "";
  const acknowledged = c.acknowledgedAt
    ? ` Acknowledged${by} on ${minute(c.acknowledgedAt)}.`
    : " Not yet acknowledged.";
  return `${c.finding} (${c.category}). ${told}${back}${acknowledged}`;
}

/**
 * The document as content: text of each section in the template's order (lists as "- " and "1. ", paragraphs by line breaks, white
 * space trimmed at both ends), live measurements in words, and who wrote which words.
 * @param measurementText the measurement's figure ("12.3 mm"), or null where it no longer exists
 */
export function renderReport(
  doc: Y.Doc,
  spec: ReportSpec,
  measurementText: (annotationId: string) => string | null,
  communications: readonly Communication[] = [],
): { content: ReportContent; written: WrittenBy[] } {
  const used = new Map<string, string>();
  const lookUp = (id: string): string => {
    const text = measurementText(id) ?? DELETED_MEASUREMENT;
    used.set(id, text);
    return text;
  };
  const written: WrittenBy[] = [];
  const sections = spec.sections.map(({ key, title, loinc }) => {
    const { text, runs } = sectionText(bodyOf(doc), key, lookUp);
    for (const run of runs) written.push({ section: key, ...run });
    return { key, title, loinc, text };
  });
  if (communications.length > 0) {
    sections.push({ ...COMMUNICATION_SECTION, text: communications.map(communicationText).join("\n") });
  }
  const measurements = [...used].map(([id, text]) => ({ id, text })).sort((a, b) => (a.id < b.id ? -1 : 1));
  return { content: { sections, measurements, communications: [...communications] }, written };
}

/** The hash that a signer sends, and one of each section, so that a mismatch can say where it is. */
export function hashesOf(content: ReportContent): { hash: string; sections: Record<string, string> } {
  return {
    hash: canonicalHash(content),
    sections: Object.fromEntries(content.sections.map((section) => [section.key, canonicalHash(section)])),
  };
}

type Run = { start: number; length: number; client: number };

/** A text that knows who wrote it. Neighbouring runs of one client are joined. */
class Scroll {
  text = "";
  readonly runs: Run[] = [];

  add(text: string, client: number): void {
    const last = this.runs.at(-1);
    if (last && last.client === client && last.start + last.length === this.text.length) last.length += text.length;
    else if (text.length > 0) this.runs.push({ start: this.text.length, length: text.length, client });
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
    const runs = this.runs.flatMap(({ start, length, client }) => {
      const first = Math.max(start, from);
      const end = Math.min(start + length, to);
      return end > first ? [{ start: first - from, length: end - first, client }] : [];
    });
    return { text: this.text.slice(from, to), runs };
  }
}

function sectionText(body: Y.XmlFragment, key: string, lookUp: (id: string) => string): { text: string; runs: Run[] } {
  const scroll = new Scroll();
  for (const child of body.toArray()) {
    // Two people who undo a deletion at once can leave a section twice: its text is kept, one after the other.
    if (!(child instanceof Y.XmlElement) || child.getAttribute("sectionKey") !== key) continue;
    blocks(child, scroll, "", "", lookUp);
  }
  return scroll.trimmed();
}

/** `first` stands before the first line, `rest` before the following ones ("- " and two spaces in a list). */
function blocks(
  parent: Y.XmlElement,
  scroll: Scroll,
  first: string,
  rest: string,
  lookUp: (id: string) => string,
): void {
  let lead = first;
  for (const child of parent.toArray()) {
    if (!(child instanceof Y.XmlElement)) continue;
    if (child.nodeName === "bulletList" || child.nodeName === "orderedList") list(child, scroll, rest, lookUp);
    else {
      scroll.line(lead);
      inline(child, scroll, lookUp);
    }
    lead = rest;
  }
}

function list(element: Y.XmlElement, scroll: Scroll, indent: string, lookUp: (id: string) => string): void {
  let number = Number(element.getAttribute("start") ?? 1);
  for (const item of element.toArray()) {
    if (!(item instanceof Y.XmlElement)) continue;
    const sign = element.nodeName === "orderedList" ? `${number}. ` : "- ";
    number += 1;
    blocks(item, scroll, indent + sign, `${indent}  `, lookUp);
  }
}

function inline(element: Y.XmlElement, scroll: Scroll, lookUp: (id: string) => string): void {
  for (const child of element.toArray()) {
    if (child instanceof Y.XmlText) words(child, scroll);
    else if (child instanceof Y.XmlElement && child.nodeName === "hardBreak") scroll.layout("\n");
    else if (child instanceof Y.XmlElement && child.nodeName === "measurement") {
      scroll.add(lookUp(String(child.getAttribute("annotationId") ?? "")), child._item?.id.client ?? 0);
    }
  }
}

/** The text item by item: each item was written by one client (the Yjs item's id names it). */
function words(text: Y.XmlText, scroll: Scroll): void {
  for (let item = text._start; item !== null; item = item.right) {
    if (!item.deleted && item.content instanceof Y.ContentString) scroll.add(item.content.str, item.id.client);
  }
}
