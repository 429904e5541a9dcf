import { Tag } from "@readroom/shared/dicom/tags.js";
import type { Deps } from "../../kernel/deps.js";
import { type IngestSource, type ObjectStore, readIdentifier } from "../ingest/public.js";
import { scopeOf } from "./access.js";
import { answerIdentifier, encodeIdentifier, type Identifier } from "./identifier.js";
import { instanceJson, seriesJson, studyJson } from "./qido-json.js";
import { type InstanceQuery, setKey } from "./query.js";
import { auditAccess, type InstanceRow, instancesAt, searchInstances, searchSeries, searchStudies } from "./store.js";

export type QueryRequest = {
  readonly sopClassUid: string;
  readonly transferSyntaxUid: string;
  readonly identifier: Buffer;
};
export type FoundObject = {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly transferSyntaxUid: string;
  read(): AsyncIterable<Buffer>;
};

/** The identifier can't be taken: status as C-FIND and C-MOVE answer it (PS3.4 Tables C.4-1, C.4-2). */
export class IdentifierProblem extends Error {
  readonly status = 0xa900;
}

type Level = "PATIENT" | "STUDY" | "SERIES" | "IMAGE";

const MAX_MATCHES = 20_000;
const NOT_KEYS: ReadonlySet<string> = new Set([
  Tag.QueryRetrieveLevel,
  Tag.SpecificCharacterSet,
  Tag.RetrieveAETitle,
  Tag.TimezoneOffsetFromUTC,
]);

/** Query/Retrieve for other archives: the same index and the same tenancy as DICOMweb's. */
export class DimseQueries {
  constructor(
    private readonly deps: Deps,
    private readonly objects: ObjectStore,
    private readonly aeTitle: string,
  ) {}

  /** Encoded identifiers of the matches (PS3.4 §C.4.1). */
  async *find(
    source: IngestSource,
    request: QueryRequest,
  ): AsyncGenerator<{ identifier: Buffer; unsupportedKeys: boolean }> {
    const asked = await wholeIdentifier(request);
    const { query, level, unsupported } = keysOf(asked);
    const matches = await this.#search(source, query, level);
    await auditAccess(this.deps.db, source.actor, {
      action: "studies.searched",
      organisationId: source.organisationId,
      detail: { level, keys: Object.keys(asked).slice(0, 32), count: matches.length },
    });
    const explicit = request.transferSyntaxUid !== "1.2.840.10008.1.2";
    for (const match of matches)
      yield {
        identifier: encodeIdentifier(answerIdentifier(asked, match as Identifier, this.aeTitle), explicit),
        unsupportedKeys: unsupported,
      };
  }

  async #search(source: IngestSource, query: InstanceQuery, level: Level): Promise<Record<string, unknown>[]> {
    const scope = scopeOf(source.actor);
    const { db } = this.deps;
    if (level === "IMAGE")
      return (await searchInstances(db, scope, query, MAX_MATCHES, 0)).map((row) => instanceJson(row, "", true));
    if (level === "SERIES")
      return (await searchSeries(db, scope, query, MAX_MATCHES, 0)).map((row) => seriesJson(row, "", true));
    const studies = (await searchStudies(db, scope, query, MAX_MATCHES, 0)).map((row) => studyJson(row, ""));
    if (level === "STUDY") return studies;
    const patients = new Map<string, Record<string, unknown>>();
    for (const study of studies)
      patients.set(JSON.stringify([study[Tag.PatientID], study[Tag.IssuerOfPatientID]]), study);
    return [...patients.values()];
  }

  /** The objects that C-MOVE or C-GET asks for, exactly as stored. */
  async retrieve(source: IngestSource, request: QueryRequest): Promise<FoundObject[]> {
    const { query } = keysOf(await wholeIdentifier(request));
    const unique = [query.studyUids, query.seriesUids, query.sopInstanceUids, query.patientId].some(
      (key) => key !== undefined,
    );
    if (!unique) throw new IdentifierProblem("no unique key in the request");
    const matches = await searchInstances(this.deps.db, scopeOf(source.actor), query, MAX_MATCHES, 0);
    const studies = [...new Set(matches.map((match) => match.studyInstanceUid))];
    const wanted = new Set(matches.map((match) => `${match.studyId} ${match.sopInstanceUid}`));
    const rows = (await Promise.all(studies.map((studyUid) => instancesAt(this.deps.db, { studyUid }))))
      .flat()
      .filter((row) => wanted.has(`${row.studyId} ${row.sopInstanceUid}`));
    for (const row of new Map(rows.map((each) => [each.studyId, each])).values())
      await auditAccess(this.deps.db, source.actor, {
        action: "study.images",
        studyId: row.studyId,
        organisationId: row.organisationId,
        patientId: row.patientId,
        detail: { what: "retrieve" },
      });
    return rows.map((row) => this.#object(row));
  }

  #object(row: InstanceRow): FoundObject {
    const { objects } = this;
    return {
      sopClassUid: row.sopClassUid,
      sopInstanceUid: row.sopInstanceUid,
      transferSyntaxUid: row.transferSyntaxUid,
      read: async function* () {
        const object = await objects.open(row.path);
        try {
          const head = await object.read(0, Math.min(object.size, 16_384));
          yield* object.stream(datasetStart(head));
        } finally {
          await object.close();
        }
      },
    };
  }
}

/** What a query asks. Throws {@link IdentifierProblem} where it can't be read to its end: half a question has more answers. */
export async function wholeIdentifier(request: QueryRequest): Promise<Identifier> {
  const { json, whole } = await readIdentifier(request.identifier, request.transferSyntaxUid);
  if (!whole) throw new IdentifierProblem("the identifier can't be read to its end");
  return json as Identifier;
}

/** Where the dataset begins in an archived file: after preamble, prefix and group 0002. */
export function datasetStart(head: Buffer): number {
  let at = 132;
  while (at + 8 <= head.length && head.readUInt16LE(at) === 2) {
    const long = /^(OB|OW|UN|SQ|UT|OF)$/.test(head.toString("latin1", at + 4, at + 6));
    at += long ? 12 + head.readUInt32LE(at + 8) : 8 + head.readUInt16LE(at + 6);
  }
  return at;
}

function keysOf(asked: Identifier): { query: InstanceQuery; level: Level; unsupported: boolean } {
  const level = String(asked[Tag.QueryRetrieveLevel]?.Value?.[0] ?? "");
  if (!["PATIENT", "STUDY", "SERIES", "IMAGE"].includes(level))
    throw new IdentifierProblem("Query/Retrieve Level is missing or unknown");
  const query: InstanceQuery = {};
  let unsupported = false;
  for (const [tag, attribute] of Object.entries(asked)) {
    if (NOT_KEYS.has(tag) || attribute.Value === undefined || attribute.vr === "SQ") continue;
    const value = attribute.Value.map((each) =>
      typeof each === "object" && each !== null
        ? ((each as { Alphabetic?: string }).Alphabetic ?? "")
        : String(each ?? ""),
    ).join("\\");
    const result = setKey(query, tag, value);
    if (typeof result === "object") throw new IdentifierProblem(result.problem);
    unsupported ||= result === "ignored";
  }
  return { query, level: level as Level, unsupported };
}
