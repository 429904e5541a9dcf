import * as Y from "yjs";
import type { AnnotationRecord } from "./annotation.js";
import { readAnnotations } from "./reading.js";
import { bodyOf, readReportSpec, renderReport } from "./report.js";

/** Lines of one section that one document has and the other has not. */
export interface LateLines {
  readonly section: string;
  readonly lines: readonly string[];
}

export function documentFrom(state: Uint8Array): Y.Doc {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, state);
  return doc;
}

/**
 * What `mine` says and `signed` does not: the lines, section by section, that somebody wrote while the report was signed without them.
 * A line that was changed stands there as it reads now; a line that was only taken away has left no words.
 */
export function lateLines(mine: Y.Doc, signed: Y.Doc): LateLines[] {
  const spec = readReportSpec(signed) ?? readReportSpec(mine);
  if (!spec) return [];
  const textsOf = (doc: Y.Doc) => renderReport(doc, spec, () => null).content.sections;
  const there = new Map(textsOf(signed).map(({ key, text }) => [key, linesOf(text)]));
  return textsOf(mine).flatMap(({ key, title, text }) => {
    const left = [...(there.get(key) ?? [])];
    const lines = linesOf(text).filter((line) => {
      const at = left.indexOf(line);
      if (at >= 0) left.splice(at, 1);
      return at < 0;
    });
    return lines.length > 0 ? [{ section: title, lines }] : [];
  });
}

const linesOf = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

/** As they are proposed: with the name of the section that they were written for. */
export const lateText = (late: readonly LateLines[]): string[] =>
  late.flatMap(({ section, lines }) => lines.map((line) => `${section}: ${line}`));

/** Puts the lines, a paragraph each, at the end of a document's first section: as a proposal in an addendum. */
export function proposeLines(doc: Y.Doc, lines: readonly string[]): void {
  const section = bodyOf(doc).get(0);
  if (!(section instanceof Y.XmlElement) || lines.length === 0) return;
  const paragraphs = lines.map((line) => {
    const paragraph = new Y.XmlElement("paragraph");
    paragraph.insert(0, [new Y.XmlText(line)]);
    return paragraph;
  });
  section.insert(section.length, paragraphs);
}

/** The marks of that person that `mine` has, and `there` has not or has otherwise. */
export function lateMarks(mine: Y.Doc, there: Y.Doc, personId: string): AnnotationRecord[] {
  const known = new Map(readAnnotations(there).map((record) => [record.id, JSON.stringify(record)]));
  return readAnnotations(mine).filter(
    (record) => record.author.id === personId && known.get(record.id) !== JSON.stringify(record),
  );
}
