import { z } from "zod";

const key = z
  .string()
  .min(1)
  .max(40)
  .regex(/^[a-z][a-z0-9-]*$/);

/** A concept of a coding system: {system: "RadLex", code: "RID4834", display: "pulmonary embolism"}. */
export const Coded = z.object({ system: z.string().max(40), code: z.string().max(40), display: z.string().max(200) });
export type Coded = z.infer<typeof Coded>;

export const FIELD_KINDS = ["text", "number", "date", "choice", "choices"] as const;

export const FieldOption = z.object({
  value: key,
  /** What stands in the report when it is chosen. */
  text: z.string().min(1).max(300),
  code: Coded.nullable(),
});

/**
 * A field of a structured template. Its place in the text is `{{key}}` in the section's text. It is there only while `showIf` holds:
 * the other field's value is (or, of several, contains) one of `is`.
 */
export const FieldSpec = z.object({
  key,
  label: z.string().min(1).max(200),
  kind: z.enum(FIELD_KINDS),
  /** UCUM or what the template writes behind the figure: "mm". */
  unit: z.string().max(20),
  options: z.array(FieldOption).max(80),
  /** The value that "normal" fills in; "" leaves it alone. */
  normal: z.string().max(400),
  required: z.boolean(),
  code: Coded.nullable(),
  showIf: z.object({ field: key, is: z.array(key).min(1).max(80) }).nullable(),
});
export type FieldSpec = z.infer<typeof FieldSpec>;

/** Values of fields by key, as they are kept: an option's value, several joined by "|", or what was typed; "" is empty. */
export type FieldValues = ReadonlyMap<string, string>;
export const FIELD_VALUE_MAX = 2000;

export const chosen = (value: string): string[] => value.split("|").filter(Boolean);

/** Does the field's condition hold? A field that hangs on a hidden one is hidden too. */
export function isShown(
  field: FieldSpec,
  fields: ReadonlyMap<string, FieldSpec>,
  values: FieldValues,
  depth = 0,
): boolean {
  if (!field.showIf) return true;
  const other = fields.get(field.showIf.field);
  if (depth > 20 || !other || !isShown(other, fields, values, depth + 1)) return false;
  const { is } = field.showIf;
  return chosen(values.get(other.key) ?? "").some((value) => is.includes(value));
}

/** The field's value in words; "" where it holds nothing or its condition does not hold. */
export function fieldText(field: FieldSpec, fields: ReadonlyMap<string, FieldSpec>, values: FieldValues): string {
  const value = (values.get(field.key) ?? "").trim();
  if (!value || !isShown(field, fields, values)) return "";
  switch (field.kind) {
    case "choice":
    case "choices":
      return chosen(value)
        .map((one) => field.options.find((option) => option.value === one)?.text ?? one)
        .join(", ");
    case "number":
      return field.unit ? `${value} ${field.unit}` : value;
    case "text":
    case "date":
      return value;
  }
}

/** A piece of a template's line: words, or a field. */
export type LinePiece = { readonly text: string } | { readonly field: string };

const PLACE = /\{\{([a-z][a-z0-9-]{0,39})\}\}/g;

/** "RV: {{rv}}, LV: {{lv}}" as words and fields. */
export function piecesOf(line: string): LinePiece[] {
  const pieces: LinePiece[] = [];
  let at = 0;
  for (const place of line.matchAll(PLACE)) {
    if (place.index > at) pieces.push({ text: line.slice(at, place.index) });
    pieces.push({ field: place[1] ?? "" });
    at = place.index + place[0].length;
  }
  if (at < line.length) pieces.push({ text: line.slice(at) });
  return pieces;
}

/** A line's words without its fields: by this an untouched line of the template is known. */
export const wordsOfLine = (line: string): string => line.replace(PLACE, "").trim();

/** Keys that stand in a text, in its order. */
export const placesIn = (text: string): string[] => [...text.matchAll(PLACE)].map((place) => place[1] ?? "");
