import * as Y from "yjs";
import { z } from "zod";
import { canonicalHash } from "./canonical.js";
import { Coded, chosen, FIELD_KINDS, FieldSpec, fieldText, isShown, piecesOf } from "./report-fields.js";
import { openSuggestions } from "./report-marks.js";
import { fieldLinesOf, type Run, readFieldValues, sectionText } from "./report-text.js";

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
  /** What the section begins with: headings to fill, `{{key}}` where a field stands. */
  normalText: z.string().max(8000),
  required: z.boolean(),
  /** What "normal" fills in: a line "Heading: words" behind that heading, any other line at the end. */
  normal: z.string().max(8000).optional(),
  fields: z.array(FieldSpec).max(200).optional(),
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
  const pieces = piecesOf(line).map((piece) => {
    if ("text" in piece) return new Y.XmlText(piece.text);
    const field = new Y.XmlElement("reportField");
    field.setAttribute("fieldKey", piece.field);
    return field;
  });
  if (pieces.length > 0) paragraph.insert(0, pieces);
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

export const FilledField = z.object({
  section: z.string(),
  key: z.string(),
  label: z.string(),
  value: z.string(),
  text: z.string(),
  /** Absent in reports that were signed before fields said what they are. */
  kind: z.enum(FIELD_KINDS).optional(),
  unit: z.string().optional(),
  /** What the field asks; null where the template has no code for it. */
  code: Coded.nullable().optional(),
  /** Of choices: each that was made, in words and coded. */
  answers: z.array(z.object({ text: z.string(), code: Coded.nullable() })).optional(),
});
export type FilledField = z.infer<typeof FilledField>;

/** Exactly what is hashed and signed. */
export const ReportContent = z.object({
  sections: z.array(RenderedSection),
  measurements: z.array(z.object({ id: z.string(), text: z.string() })),
  communications: z.array(Communication),
  /** Fields that hold something, coded where the template codes them; absent where there are none. */
  fields: z.array(FilledField).optional(),
});
export type ReportContent = z.infer<typeof ReportContent>;

/** `length` UTF-16 units of a section's text from `start` were written by this Yjs client; `how`: not typed word by word. */
export interface WrittenBy extends Readonly<Run> {
  readonly section: string;
}

/** What stands against signing in the document itself. */
export interface ReportOpenEnds {
  readonly emptyFields: readonly { readonly section: string; readonly key: string; readonly label: string }[];
  readonly openSuggestions: number;
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
 * space trimmed at both ends, the template's lines whose fields are all empty left out), live measurements and fields in words, who
 * wrote which words, and what is still open in it.
 * @param measurementText the measurement's figure ("12.3 mm"), or null where it no longer exists
 */
export function renderReport(
  doc: Y.Doc,
  spec: ReportSpec,
  measurementText: (annotationId: string) => string | null,
  communications: readonly Communication[] = [],
): { content: ReportContent; written: WrittenBy[]; open: ReportOpenEnds } {
  const used = new Map<string, string>();
  const measurement = (id: string): string => {
    const text = measurementText(id) ?? DELETED_MEASUREMENT;
    used.set(id, text);
    return text;
  };
  const body = bodyOf(doc);
  const fields = fieldsOf(spec);
  const values = readFieldValues(body);
  const written: WrittenBy[] = [];
  const sections = spec.sections.map(({ key, title, loinc, normalText }) => {
    const { text, runs } = sectionText(body, key, {
      measurement,
      fields,
      values,
      fieldLines: fieldLinesOf(normalText),
    });
    for (const run of runs) written.push({ section: key, ...run });
    return { key, title, loinc, text };
  });
  if (communications.length > 0) {
    sections.push({ ...COMMUNICATION_SECTION, text: communications.map(communicationText).join("\n") });
  }
  const measurements = [...used].map(([id, text]) => ({ id, text })).sort((a, b) => (a.id < b.id ? -1 : 1));
  const filled = filledFields(spec, fields, values);
  return {
    content: {
      sections,
      measurements,
      communications: [...communications],
      ...(filled.length > 0 ? { fields: filled } : {}),
    },
    written,
    open: {
      emptyFields: spec.sections.flatMap((section) =>
        (section.fields ?? [])
          .filter((field) => field.required && isShown(field, fields, values) && !fieldText(field, fields, values))
          .map(({ key, label }) => ({ section: section.key, key, label })),
      ),
      openSuggestions: openSuggestions(body).length,
    },
  };
}

export const fieldsOf = (spec: Pick<ReportSpec, "sections">): Map<string, FieldSpec> =>
  new Map(spec.sections.flatMap((section) => (section.fields ?? []).map((field) => [field.key, field] as const)));

function filledFields(
  spec: ReportSpec,
  fields: ReadonlyMap<string, FieldSpec>,
  values: ReadonlyMap<string, string>,
): FilledField[] {
  return spec.sections.flatMap((section) =>
    (section.fields ?? []).flatMap((field) => {
      const text = fieldText(field, fields, values);
      if (!text) return [];
      const value = values.get(field.key) ?? "";
      const { key, label, kind, unit, code } = field;
      const answers =
        kind === "choice" || kind === "choices"
          ? chosen(value).map((one) => {
              const option = field.options.find((other) => other.value === one);
              return { text: option?.text ?? one, code: option?.code ?? null };
            })
          : [];
      return [{ section: section.key, key, label, value, text, kind, unit, code, answers }];
    }),
  );
}

/** The hash that a signer sends, and one of each section, so that a mismatch can say where it is. */
export function hashesOf(content: ReportContent): { hash: string; sections: Record<string, string> } {
  return {
    hash: canonicalHash(content),
    sections: Object.fromEntries(content.sections.map((section) => [section.key, canonicalHash(section)])),
  };
}
