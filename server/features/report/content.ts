import type { AuthoredWords } from "@readroom/shared/contract/http/report.js";
import { readingDocument } from "@readroom/shared/contract/room.js";
import { type AnnotationRecord, describeMeasurement, isAccepted } from "@readroom/shared/crdt/annotation.js";
import { readAnnotations } from "@readroom/shared/crdt/reading.js";
import {
  type Communication,
  DELETED_MEASUREMENT,
  type ReportContent,
  type ReportOpenEnds,
  type ReportSpec,
  readReportSpec,
  renderReport,
} from "@readroom/shared/crdt/report.js";
import type * as Y from "yjs";
import type { PersonOf, SharedDocuments } from "../reading/public.js";

/** The marks that stand on a study's images at this moment. */
export async function marksOf(documents: SharedDocuments, studyId: string): Promise<AnnotationRecord[]> {
  return (await documents.read(readingDocument(studyId), readAnnotations)) ?? [];
}

/** The marks that the signed report keeps: accepted ones, and drafts whose figure its signer has in the text. */
export function recordedMarks(marks: readonly AnnotationRecord[], content: ReportContent): AnnotationRecord[] {
  const cited = new Set(content.measurements.map(({ id }) => id));
  return marks.filter((mark) => isAccepted(mark) || cited.has(mark.id));
}

/** Measurements in words, by annotation id: "12.3 mm". */
export const measurementsOf = (marks: readonly AnnotationRecord[]): ReadonlyMap<string, string> =>
  new Map(marks.map((mark) => [mark.id, describeMeasurement(mark)]));

export interface Rendered {
  readonly spec: ReportSpec;
  readonly content: ReportContent;
  readonly authors: AuthoredWords[];
  readonly deletedMeasurements: number;
  readonly open: ReportOpenEnds;
}

/** The report as the hub's own copy of the document says it, with who wrote which words. */
export function render(
  doc: Y.Doc,
  personOf: PersonOf,
  measurements: ReadonlyMap<string, string>,
  communications: readonly Communication[],
): Rendered {
  const spec = readReportSpec(doc);
  if (!spec) throw new Error("a report's document without its template");
  const { content, written, open } = renderReport(doc, spec, (id) => measurements.get(id) ?? null, communications);
  const authors = written.map(({ section, start, length, client, how }) => {
    const person = personOf(client);
    const by = { personId: person?.actorId ?? "unknown", name: person?.name ?? "unknown" };
    return { section, start, length, ...by, ...(how ? { how } : {}) };
  });
  return {
    spec,
    content,
    authors: joinNeighbours(authors),
    open,
    deletedMeasurements: content.measurements.filter((m) => m.text === DELETED_MEASUREMENT).length,
  };
}

/** One person's words from several screens read as one stretch. */
function joinNeighbours(words: AuthoredWords[]): AuthoredWords[] {
  const joined: AuthoredWords[] = [];
  for (const word of words) {
    const last = joined.at(-1);
    if (
      last &&
      last.section === word.section &&
      last.personId === word.personId &&
      last.how === word.how &&
      last.start + last.length === word.start
    )
      last.length += word.length;
    else joined.push({ ...word });
  }
  return joined;
}
