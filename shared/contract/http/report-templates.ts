import { z } from "zod";
import { SectionSpec } from "../../crdt/report.js";

/** Whose a template or snippet is: the person's own, or the reading group's. */
export const OWNERS = ["own", "group"] as const;
export const Owner = z.enum(OWNERS);
export type Owner = z.infer<typeof Owner>;

export const TemplateBody = z.object({
  name: z.string().trim().min(1).max(120),
  /** DICOM modality; "" any. */
  modality: z.string().trim().max(16),
  /** Body part as in DICOM PS3.16 CID 4031; "" any. */
  bodyPart: z.string().trim().max(40),
  /** Procedure codes, or words of the procedure's text, that it is the default for. */
  procedures: z.array(z.string().trim().min(1).max(120)).max(50),
  owner: Owner,
  /** Where it was imported from; "" made here. */
  source: z.string().max(200),
  /** What of an imported template was not understood. */
  notes: z.array(z.string().max(400)).max(100),
  sections: z
    .array(SectionSpec)
    .min(1)
    .max(40)
    .refine(
      (sections) => new Set(sections.map(({ key }) => key)).size === sections.length,
      "Two sections have the same key.",
    )
    .refine((sections) => {
      const keys = sections.flatMap(({ fields = [] }) => fields.map(({ key }) => key));
      return new Set(keys).size === keys.length;
    }, "Two fields have the same key."),
});
export type TemplateBody = z.infer<typeof TemplateBody>;

export const TemplateView = TemplateBody.extend({
  id: z.string(),
  version: z.number().int(),
  updatedAt: z.number(),
  updatedByName: z.string(),
  /** May this person change it. */
  mayEdit: z.boolean(),
});
export type TemplateView = z.infer<typeof TemplateView>;

export const TemplateList = z.object({ templates: z.array(TemplateView), mayEditGroup: z.boolean() });

/** version: the one that was changed; refused where somebody saved another in the meantime. */
export const ChangeTemplate = TemplateBody.extend({ version: z.number().int() });

/** An MRRT template (IHE Management of Radiology Report Templates) as HTML. */
export const ImportTemplate = z.object({ html: z.string().min(1).max(1_500_000) });

export const SnippetView = z.object({
  id: z.string(),
  owner: Owner,
  abbreviation: z.string(),
  text: z.string(),
  mayEdit: z.boolean(),
});
export type SnippetView = z.infer<typeof SnippetView>;
export const SnippetList = z.object({ snippets: z.array(SnippetView) });

export const SaveSnippet = z.object({
  owner: Owner,
  /** What is typed before Tab: ";nl", "nad". */
  abbreviation: z
    .string()
    .trim()
    .toLowerCase()
    .regex(
      /^[;\\/]?[\p{L}\p{N}][\p{L}\p{N}.-]{0,19}$/u,
      "Letters and digits, at most 20, a semicolon before them if you like.",
    ),
  text: z.string().trim().min(1).max(4000),
});
export type SaveSnippet = z.infer<typeof SaveSnippet>;
