import { promisify } from "node:util";
import { constants, crc32, deflateRaw, deflateRawSync, type ZlibOptions } from "node:zlib";
import { formatDate, formatTime, parseDate, parseTime } from "@readroom/shared/dicom/date-time.js";
import { type PersonNameJson, personNameFromJson } from "@readroom/shared/dicom/person-name.js";
import { Tag } from "@readroom/shared/dicom/tags.js";
import { type DicomJson, firstNumber, firstText } from "./parse/dicom-json.js";
import { type ParsedInstance, personName } from "./parse/instance.js";
import type { IngestSource } from "./ports.js";

/** An instance ready to be written into the index: its bytes are durable under `path`. */
export type IndexRecord = {
  readonly source: IngestSource;
  readonly parsed: ParsedInstance;
  readonly path: string;
  readonly size: number;
  readonly digest: string;
  readonly metadata: Buffer;
  readonly frames: Buffer | null;
};

const deflate = promisify<Buffer, ZlibOptions, Buffer>(deflateRaw);
/** Bytes of JSON below which packing on the spot beats handing it to another thread. */
const SMALL_HEADER = 32_768;
const GZIP_HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
const FINAL_EMPTY_BLOCK = Buffer.from([0x03, 0x00]);

/**
 * gzip of one instance's metadata in which everything but the last two bytes of the deflate stream ends on a byte boundary and is not
 * final: members can be spliced into one stream for a whole series without inflating any (archive/metadata.ts does).
 */
export async function gzipSpliceable(text: string): Promise<Buffer> {
  const bytes = Buffer.from(text, "utf8");
  const options = { level: 4, finishFlush: constants.Z_FULL_FLUSH };
  // A usual header packs in a fifth of a ms; a turn of the thread pool, busy with syncs, costs more.
  const body = bytes.length < SMALL_HEADER ? deflateRawSync(bytes, options) : await deflate(bytes, options);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(bytes), 0);
  trailer.writeUInt32LE(bytes.length, 4);
  return Buffer.concat([GZIP_HEADER, body, FINAL_EMPTY_BLOCK, trailer]);
}

/** What `instance.frames` holds, as JSON. */
export function encodePositions(parsed: ParsedInstance): Buffer | null {
  if (parsed.frames === undefined && parsed.bulk.length === 0) return null;
  return Buffer.from(JSON.stringify({ frames: parsed.frames, bulk: parsed.bulk }), "utf8");
}

export type StudyFields = {
  readonly accessionNumber: string;
  readonly patientId: string;
  readonly issuer: string;
  readonly patientName: { alphabetic?: string; ideographic?: string; phonetic?: string };
  /** YYYYMMDD. */
  readonly birthDate: string | null;
  readonly sex: string | null;
  readonly description: string;
  readonly bodyPart: string;
  /** "YYYY-MM-DD HH:MM:SS" at the device, and minutes east of UTC where the file says so. */
  readonly studyAt: string | null;
  readonly studyOffsetMinutes: number | null;
  readonly referringName: string;
  /** Patient- and study-level attributes that QIDO-RS and C-FIND return, as DICOM JSON. */
  readonly attributes: DicomJson;
};

const STUDY_ATTRIBUTES = [
  Tag.StudyDate,
  Tag.StudyTime,
  Tag.AccessionNumber,
  Tag.ReferringPhysicianName,
  Tag.TimezoneOffsetFromUTC,
  Tag.StudyDescription,
  Tag.NameOfPhysiciansReadingStudy,
  Tag.PatientName,
  Tag.PatientID,
  Tag.IssuerOfPatientID,
  Tag.PatientBirthDate,
  Tag.PatientSex,
  Tag.PatientAge,
  Tag.StudyID,
] as const;

export function studyFields(json: DicomJson): StudyFields {
  return {
    accessionNumber: firstText(json, Tag.AccessionNumber),
    patientId: firstText(json, Tag.PatientID),
    issuer: firstText(json, Tag.IssuerOfPatientID),
    patientName: nameGroups(personName(json, Tag.PatientName)),
    birthDate: normalDate(firstText(json, Tag.PatientBirthDate)),
    sex: firstText(json, Tag.PatientSex) || null,
    description: firstText(json, Tag.StudyDescription),
    bodyPart: firstText(json, Tag.BodyPartExamined),
    studyAt: studyTime(json),
    studyOffsetMinutes: offsetMinutes(firstText(json, Tag.TimezoneOffsetFromUTC)),
    referringName: personNameFromJson(personName(json, Tag.ReferringPhysicianName)),
    attributes: { ...pick(json, STUDY_ATTRIBUTES), ...normalStudyDate(json) },
  };
}

function nameGroups(name: PersonNameJson): StudyFields["patientName"] {
  return {
    ...(name.Alphabetic === undefined ? {} : { alphabetic: name.Alphabetic }),
    ...(name.Ideographic === undefined ? {} : { ideographic: name.Ideographic }),
    ...(name.Phonetic === undefined ? {} : { phonetic: name.Phonetic }),
  };
}

/** YYYYMMDD, or null for what is no day. */
function normalDate(text: string): string | null {
  const date = parseDate(text);
  return date === undefined ? null : formatDate(date);
}

/** Study date and time; the series' or the content's where a device sends none for the study. */
function studyTime(json: DicomJson): string | null {
  const pairs = [
    [Tag.StudyDate, Tag.StudyTime],
    [Tag.SeriesDate, Tag.SeriesTime],
    [Tag.AcquisitionDate, Tag.AcquisitionTime],
    [Tag.ContentDate, Tag.ContentTime],
  ] as const;
  for (const [dateTag, timeTag] of pairs) {
    const date = normalDate(firstText(json, dateTag));
    if (date === null) continue;
    const time = parseTime(firstText(json, timeTag));
    const clock = formatTime({
      hour: time?.hour ?? 0,
      minute: time?.minute ?? 0,
      second: Math.min(59, time?.second ?? 0),
    });
    const day = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6, 8)}`;
    return `${day} ${clock.slice(0, 2)}:${clock.slice(2, 4)}:${clock.slice(4, 6)}`;
  }
  return null;
}

function offsetMinutes(text: string): number | null {
  const match = /^([+-])(\d{2})(\d{2})$/.exec(text);
  if (match === null) return null;
  return (match[1] === "-" ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]));
}

export type SeriesFields = {
  readonly modality: string;
  readonly seriesNumber: number | null;
  readonly description: string;
  readonly bodyPart: string;
  readonly frameOfReferenceUid: string | null;
  /** Series-level attributes that QIDO returns, as DICOM JSON. */
  readonly attributes: DicomJson;
};

const SERIES_ATTRIBUTES = [
  Tag.SeriesDate,
  Tag.SeriesTime,
  Tag.Manufacturer,
  Tag.InstitutionName,
  Tag.StationName,
  Tag.InstitutionalDepartmentName,
  Tag.ProtocolName,
  Tag.Laterality,
  Tag.PerformedProcedureStepStartDate,
  Tag.PerformedProcedureStepStartTime,
  Tag.RequestAttributesSequence,
] as const;

function pick(json: DicomJson, tags: readonly string[]): DicomJson {
  const attributes: DicomJson = {};
  for (const tag of tags) {
    const attribute = json[tag];
    if (attribute !== undefined) attributes[tag] = attribute;
  }
  return attributes;
}

/** Searched as text ranges, so `1995.06.26` is kept as `19950626` here; the instance's metadata says what was sent. */
function normalStudyDate(json: DicomJson): DicomJson {
  const date = normalDate(firstText(json, Tag.StudyDate));
  return date === null ? {} : { [Tag.StudyDate]: { vr: "DA", Value: [date] } };
}

export function seriesFields(json: DicomJson): SeriesFields {
  return {
    modality: firstText(json, Tag.Modality),
    seriesNumber: smallInteger(firstNumber(json, Tag.SeriesNumber)),
    description: firstText(json, Tag.SeriesDescription),
    bodyPart: firstText(json, Tag.BodyPartExamined),
    frameOfReferenceUid: firstText(json, Tag.FrameOfReferenceUID) || null,
    attributes: pick(json, SERIES_ATTRIBUTES),
  };
}

/** PostgreSQL's integer; devices have sent Series Numbers beyond it. */
export function smallInteger(value: number | undefined): number | null {
  return value !== undefined && Number.isInteger(value) && Math.abs(value) <= 2_147_483_647 ? value : null;
}

export function imageFields(json: DicomJson): {
  instanceNumber: number | null;
  rows: number | null;
  columns: number | null;
} {
  return {
    instanceNumber: smallInteger(firstNumber(json, Tag.InstanceNumber)),
    rows: smallInteger(firstNumber(json, Tag.Rows)),
    columns: smallInteger(firstNumber(json, Tag.Columns)),
  };
}
