import { COMMUNICATION_SECTION, type RenderedSection, type ReportContent } from "../../crdt/report.js";

/** Sections of the report itself that say something; what was communicated is told by its own values, not by the section made of them. */
export const resultSections = (content: ReportContent): RenderedSection[] =>
  content.sections.filter((section) => section.key !== COMMUNICATION_SECTION.key && section.text.trim() !== "");

/** The report that an addendum adds to: the last final or corrected version, and the addenda since. `versions`: the first first. */
export function addedTo<Version extends { readonly kind: string }>(versions: readonly Version[]): readonly Version[] {
  if (versions.at(-1)?.kind !== "addendum") return [];
  const base = versions.findLastIndex((version) => version.kind === "final" || version.kind === "corrected");
  return base === -1 ? [] : versions.slice(base, -1);
}
