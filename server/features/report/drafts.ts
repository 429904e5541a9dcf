import { randomInt } from "node:crypto";
import { reportDocument } from "@readroom/shared/contract/room.js";
import {
  bodyOf,
  type ReportSpec,
  type SectionSpec,
  writeReportSpec,
  writeSections,
} from "@readroom/shared/crdt/report.js";
import * as Y from "yjs";
import type { NewDocument } from "../reading/public.js";
import type { StudyFacts } from "./store.js";

/** Words that nobody typed: they came with the template. */
export const TEMPLATE_AUTHOR = "template";

export const ADDENDUM_SECTIONS: readonly SectionSpec[] = [
  { key: "addendum", title: "Addendum", loinc: "55107-7", normalText: "", required: true },
];

/** First in a corrected report: what was wrong and is changed. The report's receiver reads it before the text. */
export const CORRECTION_SECTION: SectionSpec = {
  key: "correction",
  title: "Correction",
  loinc: "55107-7",
  normalText: "",
  required: true,
};

/** Text that somebody brings along when beginning a report, by section key (dictated elsewhere): their words, not the template's. */
export interface BroughtText {
  readonly actorId: string;
  readonly name: string;
  readonly sections: Readonly<Record<string, string>>;
}

/** A fresh document with the template's sections, filled from the order and the images. */
export function freshDocument(spec: ReportSpec, fill: (text: string) => string, brought?: BroughtText): NewDocument {
  const doc = templateDoc();
  writeReportSpec(doc, spec);
  const normal = (key: string) => fill(spec.sections.find((section) => section.key === key)?.normalText ?? "");
  writeSections(doc, spec.sections, (key) => brought?.sections[key] ?? normal(key));
  return newDocument(doc, spec, brought);
}

/**
 * The next generation of a signed document: the same text with the same authors of its words, under a new name. The signed one
 * stays as it was.
 */
export function continuedDocument(
  signed: Y.Doc,
  spec: ReportSpec,
  people: readonly { client: number; actorId: string; name: string }[],
): NewDocument {
  const doc = templateDoc();
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(signed));
  writeReportSpec(doc, spec);
  if (spec.kind === "corrected") askForCorrection(doc);
  const document = newDocument(doc, spec);
  return {
    ...document,
    clients: [...document.clients, ...people.filter((one) => one.client !== document.clients[0]?.client)],
  };
}

/** The specification of a correction: the report's own, and before it what is corrected. */
export const correctionOf = (spec: ReportSpec, generation: number): ReportSpec => ({
  ...spec,
  kind: "corrected",
  generation,
  sections: [CORRECTION_SECTION, ...spec.sections.filter(({ key }) => key !== CORRECTION_SECTION.key)],
});

/** An empty section for what is corrected; a correction of a correction starts with an empty one too. */
function askForCorrection(doc: Y.Doc): void {
  const body = bodyOf(doc);
  for (const [at, child] of [...body.toArray().entries()].reverse())
    if (child instanceof Y.XmlElement && child.getAttribute("sectionKey") === CORRECTION_SECTION.key)
      body.delete(at, 1);
  writeSections(doc, [CORRECTION_SECTION], () => "");
}

function templateDoc(): Y.Doc {
  const doc = new Y.Doc();
  doc.clientID = randomInt(2 ** 32 - 1);
  bodyOf(doc);
  return doc;
}

function newDocument(
  doc: Y.Doc,
  spec: ReportSpec,
  author = { actorId: TEMPLATE_AUTHOR, name: "Template" },
): NewDocument {
  const { actorId, name } = author;
  return {
    id: reportDocument(spec.studyId, spec.generation),
    studyId: spec.studyId,
    kind: "report",
    state: Y.encodeStateAsUpdate(doc),
    createdBy: actorId,
    clients: [{ client: doc.clientID, actorId, name }],
  };
}

/** Puts the order's question, the technique and the comparison where the template asks for them. */
export function filler(facts: StudyFacts): (text: string) => string {
  const technique = [facts.procedureText || facts.description, facts.seriesDescriptions.join(", ")]
    .filter(Boolean)
    .join(". ");
  const day = facts.prior?.day ?? "";
  const comparison = facts.prior ? `${facts.prior.description || "Earlier study"}${day ? ` of ${day}` : ""}.` : "None.";
  return (text) =>
    text
      .replaceAll("{question}", facts.clinicalQuestion)
      .replaceAll("{technique}", technique)
      .replaceAll("{comparison}", comparison);
}
