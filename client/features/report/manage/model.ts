import type { TemplateBody, TemplateView } from "@readroom/shared/contract/http/report-templates.js";
import type { SectionSpec } from "@readroom/shared/crdt/report.js";
import type { FieldSpec } from "@readroom/shared/crdt/report-fields.js";

/** A template as it is being edited; id null: not saved yet. */
export interface Draft {
  readonly id: string | null;
  readonly version: number;
  readonly body: TemplateBody;
}

export const draftOf = ({
  id,
  version,
  updatedAt: _at,
  updatedByName: _by,
  mayEdit: _may,
  ...body
}: TemplateView): Draft => ({
  id,
  version,
  body,
});

const section = (key: string, title: string, loinc: string, normalText: string, required: boolean): SectionSpec => ({
  key,
  title,
  loinc,
  normalText,
  required,
});

/** A new template has the sections that every report has. */
export const freshDraft = (owner: "own" | "group"): Draft => ({
  id: null,
  version: 0,
  body: {
    name: "",
    modality: "",
    bodyPart: "",
    procedures: [],
    owner,
    source: "",
    notes: [],
    sections: [
      section("request", "Clinical question", "55115-0", "{question}", false),
      section("technique", "Technique", "55111-9", "{technique}", false),
      section("comparison", "Comparison", "18834-2", "{comparison}", false),
      section("findings", "Findings", "59776-5", "", true),
      section("impression", "Impression", "19005-8", "", true),
    ],
  },
});

/** "Größe" as a key that none of `taken` is. */
export function keyFor(words: string, taken: readonly string[]): string {
  const plain = words
    .toLowerCase()
    .replaceAll("ß", "ss")
    .normalize("NFD")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 34);
  const base = /^[a-z]/.test(plain) ? plain : `x${plain ? `-${plain}` : ""}`;
  let key = base;
  for (let n = 2; taken.includes(key); n++) key = `${base}-${n}`;
  return key;
}

const keysIn = (sections: readonly SectionSpec[]) =>
  sections.flatMap(({ fields = [] }) => fields.map(({ key }) => key));

/** Adds a field and its place in the section's text. */
export function withField(body: TemplateBody, at: number, label: string): TemplateBody {
  const field: FieldSpec = {
    key: keyFor(label, keysIn(body.sections)),
    label,
    kind: "text",
    unit: "",
    options: [],
    normal: "",
    required: false,
    code: null,
    showIf: null,
  };
  return changeSection(body, at, (one) => ({
    ...one,
    normalText: `${one.normalText}${one.normalText ? "\n" : ""}${label}: {{${field.key}}}`,
    fields: [...(one.fields ?? []), field],
  }));
}

/** Drops a field, and its line where that holds nothing else. */
export function withoutField(body: TemplateBody, at: number, key: string): TemplateBody {
  return changeSection(body, at, (one) => ({
    ...one,
    normalText: one.normalText
      .split("\n")
      .filter((line) => !(line.includes(`{{${key}}}`) && line.match(/\{\{/g)?.length === 1))
      .join("\n")
      .replaceAll(`{{${key}}}`, ""),
    fields: (one.fields ?? []).filter((field) => field.key !== key),
  }));
}

export function changeSection(
  body: TemplateBody,
  at: number,
  change: (section: SectionSpec) => SectionSpec,
): TemplateBody {
  return { ...body, sections: body.sections.map((one, n) => (n === at ? change(one) : one)) };
}

export const withSection = (body: TemplateBody, title: string): TemplateBody => ({
  ...body,
  sections: [
    ...body.sections,
    section(
      keyFor(
        title,
        body.sections.map(({ key }) => key),
      ),
      title,
      "",
      "",
      false,
    ),
  ],
});

/** A pick list as lines of text; what keeps its words keeps its value and its code. */
export function optionsOf(lines: string, before: FieldSpec["options"]): FieldSpec["options"] {
  const taken: string[] = [];
  return lines
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean)
    .map((text) => {
      const known = before.find((option) => option.text === text);
      const value = known && !taken.includes(known.value) ? known.value : keyFor(text, taken);
      taken.push(value);
      return { value, text, code: known?.code ?? null };
    });
}
