import { concept, elementUnder, headingCode } from "./codes.js";
import { codedItem, containerItem, observer, rootItem, textItem } from "./content.js";
import { BASIC_TEXT_SR, structuredReport } from "./document.js";
import type { EvidenceInput, EvidenceObject, InstanceName, SignedVersion } from "./facts.js";
import { personName } from "./modules.js";
import { instanceUid, seriesUid } from "./uids.js";

/**
 * The report's text as Basic Text SR, PS3.16 TID 2000: a heading a section, below it the section's words as they were signed. An addendum
 * comes behind the report that it adds to, as on the PDF.
 */
export function reportText(input: EvidenceInput): EvidenceObject {
  const { version, study } = input;
  const sopInstanceUid = instanceUid(version.id, "text", study.studyInstanceUid);
  const shown = version.kind === "addendum" ? [...input.before, version] : [version];
  const root = rootItem(
    concept.report,
    [
      codedItem("HAS CONCEPT MOD", concept.language, concept.undetermined),
      ...observer(personName(version.signedByName), version.organisation),
      ...shown.flatMap(sectionItems),
    ],
    "2000",
  );
  const facts = {
    kind: "text",
    sopClassUid: BASIC_TEXT_SR,
    sopInstanceUid,
    authors: version.authors,
    predecessors: predecessorsOf(input, "text", BASIC_TEXT_SR),
    otherImages: [],
  } as const;
  const dataset = structuredReport(input, facts, root);
  return {
    kind: "text",
    studyInstanceUid: study.studyInstanceUid,
    sopClassUid: BASIC_TEXT_SR,
    sopInstanceUid,
    dataset,
  };
}

/** Sections that say something, the one of critical communications among them. */
const sectionItems = (version: SignedVersion) =>
  version.sections
    .filter((section) => section.text.trim() !== "")
    .map((section) =>
      containerItem(headingCode(section), [textItem("CONTAINS", elementUnder(section.loinc), section.text)]),
    );

/** The documents of the versions before, as far as they are stored (PS3.3 §C.17.2, Predecessor Documents Sequence). */
export function predecessorsOf(
  { before, stored, reportId, study: { studyInstanceUid } }: EvidenceInput,
  kind: "text" | "measurements",
  sopClassUid: string,
): InstanceName[] {
  return before
    .map(({ id }) => ({
      studyInstanceUid,
      seriesInstanceUid: seriesUid(reportId, kind, studyInstanceUid),
      sopClassUid,
      sopInstanceUid: instanceUid(id, kind, studyInstanceUid),
    }))
    .filter(({ sopInstanceUid }) => stored.has(sopInstanceUid));
}
