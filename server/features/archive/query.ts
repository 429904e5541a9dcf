import { parseDateRange, parseTimeRange, type TextRange } from "@readroom/shared/dicom/date-time.js";
import { Tag, type TagKeyword } from "@readroom/shared/dicom/tags.js";
import { isUid } from "@readroom/shared/dicom/uid.js";

/** Matching keys of the study level (PS3.4 §C.6.2.1, PS3.18 §10.6); absent: universal matching. */
export type StudyQuery = {
  studyUids?: readonly string[];
  date?: TextRange;
  time?: TextRange;
  accession?: string;
  patientId?: string;
  issuer?: string;
  patientName?: string;
  birthDate?: TextRange;
  sex?: string;
  referring?: string;
  description?: string;
  studyId?: string;
  modalities?: readonly string[];
};

export type SeriesQuery = StudyQuery & {
  seriesUids?: readonly string[];
  modality?: string;
  seriesNumber?: number;
  seriesDescription?: string;
  bodyPart?: string;
};

export type InstanceQuery = SeriesQuery & {
  sopInstanceUids?: readonly string[];
  sopClassUids?: readonly string[];
  instanceNumber?: number;
};

export type QueryProblem = { readonly problem: string };

type Setter = (query: InstanceQuery, value: string) => string | undefined;

const words = (
  key:
    | "accession"
    | "patientId"
    | "issuer"
    | "patientName"
    | "sex"
    | "referring"
    | "description"
    | "studyId"
    | "modality"
    | "seriesDescription"
    | "bodyPart",
): Setter => {
  return (query, value) => {
    query[key] = value;
    return undefined;
  };
};

const uids = (key: "studyUids" | "seriesUids" | "sopInstanceUids" | "sopClassUids"): Setter => {
  return (query, value) => {
    const list = value.split(/[,\\]/).map((part) => part.trim());
    if (!list.every(isUid)) return "is not a list of UIDs";
    query[key] = list;
    return undefined;
  };
};

const integer = (key: "seriesNumber" | "instanceNumber"): Setter => {
  return (query, value) => {
    const number = Number(value);
    if (!Number.isInteger(number) || Math.abs(number) > 2_147_483_647) return "is not a number";
    query[key] = number;
    return undefined;
  };
};

const dates = (key: "date" | "birthDate"): Setter => {
  return (query, value) => {
    const range = parseDateRange(value);
    if (range === undefined) return "is neither a date nor a range of dates";
    query[key] = range;
    return undefined;
  };
};

const KEYS: Partial<Record<TagKeyword, Setter>> = {
  StudyInstanceUID: uids("studyUids"),
  SeriesInstanceUID: uids("seriesUids"),
  SOPInstanceUID: uids("sopInstanceUids"),
  SOPClassUID: uids("sopClassUids"),
  StudyDate: dates("date"),
  PatientBirthDate: dates("birthDate"),
  StudyTime: (query, value) => {
    const range = parseTimeRange(value);
    if (range === undefined) return "is neither a time nor a range of times";
    query.time = range;
    return undefined;
  },
  AccessionNumber: words("accession"),
  PatientID: words("patientId"),
  IssuerOfPatientID: words("issuer"),
  PatientName: words("patientName"),
  PatientSex: words("sex"),
  ReferringPhysicianName: words("referring"),
  StudyDescription: words("description"),
  StudyID: words("studyId"),
  ModalitiesInStudy: (query, value) => {
    query.modalities = value.split(/[,\\]/).map((part) => part.trim());
    return undefined;
  },
  Modality: words("modality"),
  SeriesNumber: integer("seriesNumber"),
  SeriesDescription: words("seriesDescription"),
  BodyPartExamined: words("bodyPart"),
  InstanceNumber: integer("instanceNumber"),
};

const KEYWORD_OF = new Map<string, TagKeyword>(
  (Object.entries(Tag) as [TagKeyword, string][]).map(([keyword, tag]) => [tag, keyword]),
);

/** Sets one matching key, named by keyword or by tag. "ignored": not a key that is matched on. */
export function setKey(query: InstanceQuery, name: string, value: string): QueryProblem | "set" | "ignored" {
  const keyword = /^[0-9A-Fa-f]{8}$/.test(name) ? KEYWORD_OF.get(name.toUpperCase()) : (name as TagKeyword);
  const setter = keyword === undefined || !Object.hasOwn(KEYS, keyword) ? undefined : KEYS[keyword];
  if (setter === undefined) return "ignored";
  // Zero length is universal matching (PS3.4 §C.2.2.2.3), and so is a lone star.
  if (value === "" || value === "*") return "set";
  if (value.length > 1024) return { problem: `${name} is too long` };
  const problem = setter(query, value);
  return problem === undefined ? "set" : { problem: `${name} ${problem}` };
}

export type ParsedSearch = {
  readonly query: InstanceQuery;
  readonly limit: number;
  readonly offset: number;
  readonly warnings: readonly string[];
};

export const DEFAULT_LIMIT = 500;
export const MAX_LIMIT = 20_000;

/** Query string of QIDO-RS (PS3.18 §8.3.4, §10.6.1.2). */
export function parseSearch(parameters: Readonly<Record<string, unknown>>): ParsedSearch | QueryProblem {
  const query: InstanceQuery = {};
  const warnings: string[] = [];
  let [limit, offset] = [DEFAULT_LIMIT, 0];
  for (const [name, raw] of Object.entries(parameters)) {
    const value = Array.isArray(raw) ? raw.join(",") : String(raw);
    if (name === "includefield" || name === "emptyvaluematching" || name === "multiplevaluematching") continue;
    if (name === "limit" || name === "offset") {
      if (!/^\d{1,9}$/.test(value)) return { problem: `${name} is not a whole number` };
      if (name === "limit") limit = Math.min(Number(value), MAX_LIMIT);
      else offset = Number(value);
    } else if (name === "fuzzymatching") {
      if (value === "true")
        warnings.push("The fuzzymatching parameter is not supported. Only literal matching has been performed.");
    } else {
      const result = setKey(query, name, value);
      if (typeof result === "object") return result;
      if (result === "ignored")
        warnings.push(`The parameter ${name.replace(/[^\w.]/g, "").slice(0, 64)} is not supported and was ignored.`);
    }
  }
  return { query, limit, offset, warnings };
}
