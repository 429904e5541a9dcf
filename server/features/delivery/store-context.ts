import { AuthoredWords } from "@readroom/shared/contract/http/report.js";
import { type FilledField, ReportContent } from "@readroom/shared/crdt/report.js";
import { nameOfDisplay } from "@readroom/shared/dicom/person-name.js";
import { wordsBy } from "@readroom/shared/domain/report-text/authors.js";
import { addedTo, resultSections } from "@readroom/shared/domain/report-text/result.js";
import type pg from "pg";
import { rawRows, type Tx } from "../../kernel/database.js";
import type { ReportPdfInput, ReportPdfVersion } from "./pdf/render.js";
import type { ResultField, ResultMessage } from "./ports.js";

type Kind = "preliminary" | "final" | "addendum" | "corrected";

export interface VersionRow {
  readonly id: string;
  readonly reportId: string;
  readonly studyId: string;
  readonly version: number;
  readonly kind: Kind;
  readonly content: unknown;
  readonly authors: unknown;
  readonly contentHash: string;
  readonly signedBy: string;
  readonly signedByName: string;
  readonly signedAt: Date;
}

const VERSION = `v.id, v.report_id AS "reportId", v.study_id AS "studyId", v.version, v.kind, v.content, v.authors, v.content_hash AS "contentHash",
  v.signed_by AS "signedBy", v.signed_by_name AS "signedByName", v.signed_at AS "signedAt"`;

/** Signed versions of a study's report up to one, the first first. */
export function versionsOf(executor: Tx | pg.Pool, reportId: string, upTo: number): Promise<VersionRow[]> {
  return rawRows<VersionRow>(
    executor,
    `SELECT ${VERSION} FROM report_version v WHERE v.report_id = $1::uuid AND v.version <= $2 ORDER BY v.version`,
    [reportId, upTo],
  );
}

/**
 * Signed versions of a study that have no delivery yet. Asked of the tables and not of the event, so that a version whose event was
 * handled badly once still goes out with the next one.
 */
export function undelivered(executor: Tx, studyId: string): Promise<VersionRow[]> {
  return rawRows<VersionRow>(
    executor,
    `SELECT ${VERSION} FROM report_version v WHERE v.study_id = $1::uuid AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.report_version_id = v.id) ORDER BY v.version`,
    [studyId],
  );
}

export interface StudyContext {
  readonly studyId: string;
  readonly siteId: string;
  readonly siteCode: string;
  readonly siteName: string;
  readonly organisationId: string;
  readonly hospitalName: string;
  readonly groupId: string | null;
  readonly groupName: string | null;
  readonly timeZone: string;
  readonly hl7Version: string;
  readonly resultHost: string | null;
  readonly resultPort: number | null;
  readonly resultFacility: string;
  readonly resultApplication: string;
  readonly embedPdf: boolean;
  readonly pdfFolder: boolean;
  readonly studyInstanceUid: string;
  readonly studyAt: Date | null;
  readonly modality: string;
  readonly accession: string;
  readonly placer: string;
  readonly filler: string;
  readonly procedureCode: string;
  readonly procedureText: string;
  readonly procedureCodingSystem: string;
  readonly clinicalQuestion: string;
  readonly referring: string;
  readonly patientClass: string;
  readonly patientLocation: string;
  readonly visitNumber: string;
  readonly mrn: string;
  readonly issuer: string;
  readonly name: { readonly alphabetic?: string; readonly ideographic?: string; readonly phonetic?: string };
  readonly birthDate: string | null;
  readonly sex: string | null;
}

/** Everything that a result says beside the report: the order where there is one, else what the images say. */
export async function studyContext(executor: Tx | pg.Pool, studyId: string): Promise<StudyContext | undefined> {
  const rows = await rawRows<StudyContext>(
    executor,
    `SELECT y.id AS "studyId", s.id AS "siteId", s.code AS "siteCode", s.name AS "siteName", s.organisation_id AS "organisationId", h.name AS "hospitalName",
       y.group_id AS "groupId", coalesce(g.name, (SELECT r.name FROM contract c JOIN organisation r ON r.id = c.group_id WHERE c.hospital_id = h.id ORDER BY c.valid_from LIMIT 1)) AS "groupName",
       s.time_zone AS "timeZone", s.hl7_version AS "hl7Version",
       s.result_host AS "resultHost", s.result_port AS "resultPort", s.result_facility AS "resultFacility", s.result_application AS "resultApplication",
       s.result_embed_pdf AS "embedPdf", s.result_pdf_folder AS "pdfFolder", y.study_instance_uid AS "studyInstanceUid", y.study_at AS "studyAt",
       coalesce(nullif(o.modality, ''), y.modalities[1], '') AS modality, coalesce(nullif(o.accession_number, ''), y.accession_number) AS accession,
       coalesce(o.placer_order_number, '') AS placer, coalesce(o.filler_order_number, '') AS filler, coalesce(o.procedure_code, '') AS "procedureCode",
       coalesce(nullif(o.procedure_text, ''), y.description) AS "procedureText", coalesce(o.procedure_coding_system, '') AS "procedureCodingSystem",
       coalesce(o.clinical_question, '') AS "clinicalQuestion", coalesce(nullif(o.referring_name, ''), y.referring_name) AS referring,
       coalesce(o.patient_class, '') AS "patientClass", coalesce(o.patient_location, '') AS "patientLocation", coalesce(o.detail->>'visitNumber', '') AS "visitNumber",
       coalesce(p.mrn, y.dicom_patient_id) AS mrn, coalesce(p.issuer, nullif(y.dicom_issuer, ''), s.patient_id_issuer) AS issuer,
       coalesce(p.name, y.dicom_patient_name) AS name, coalesce(p.birth_date, y.dicom_birth_date) AS "birthDate", coalesce(p.sex, y.dicom_sex) AS sex
     FROM study y JOIN site s ON s.id = y.site_id JOIN organisation h ON h.id = y.organisation_id LEFT JOIN organisation g ON g.id = y.group_id
     LEFT JOIN imaging_order o ON o.id = y.order_id LEFT JOIN patient p ON p.id = y.patient_id WHERE y.id::text = $1`,
    [studyId],
  );
  return rows[0];
}

const sectionsOf = (version: VersionRow) => resultSections(ReportContent.parse(version.content));

const instant = (iso: string | null): number | null => (iso === null ? null : Date.parse(iso));

export function resultMessage(
  context: StudyContext,
  versions: readonly VersionRow[],
  controlId: string,
  now: number,
  pdf: Uint8Array | null,
): ResultMessage {
  const version = versions.at(-1);
  if (!version) throw new Error("a result needs a signed version");
  const content = ReportContent.parse(version.content);
  return {
    controlId,
    createdAt: now,
    hl7Version: context.hl7Version,
    timeZone: context.timeZone,
    receivingApplication: context.resultApplication,
    receivingFacility: context.resultFacility || context.siteCode,
    sendingFacility: context.groupName ?? "",
    processingId: "P",
    patient: {
      mrn: context.mrn,
      issuer: context.issuer,
      name: {
        alphabetic: context.name.alphabetic ?? "",
        ideographic: context.name.ideographic,
        phonetic: context.name.phonetic,
      },
      birthDate: context.birthDate?.replaceAll("-", "") ?? null,
      sex: context.sex,
    },
    visit: {
      patientClass: context.patientClass,
      location: context.patientLocation,
      referring: context.referring,
      number: context.visitNumber,
    },
    order: {
      placer: context.placer,
      filler: context.filler,
      accession: context.accession,
      procedureCode: context.procedureCode,
      procedureText: context.procedureText,
      procedureCodingSystem: context.procedureCodingSystem,
      modality: context.modality,
      reason: context.clinicalQuestion,
    },
    study: { uid: context.studyInstanceUid, at: context.studyAt?.getTime() ?? null },
    report: {
      kind: version.kind,
      version: version.version,
      signedAt: version.signedAt.getTime(),
      signer: { id: version.signedBy, name: nameOfDisplay(version.signedByName) },
      sections: sectionsOf(version),
      previousSections: addedTo(versions).flatMap(sectionsOf),
      fields: (content.fields ?? []).flatMap(codedField),
      communications: content.communications.map((c) => ({
        category: c.category,
        finding: c.finding,
        person: c.person,
        at: instant(c.at) ?? version.signedAt.getTime(),
        via: c.via,
        readBack: c.readBack,
        acknowledgedAt: instant(c.acknowledgedAt),
      })),
    },
    pdf,
  };
}

/** What machines can read of a field; nothing where the template has no code for it: its words are in the text. */
function codedField({ key, label, kind, unit = "", code = null, answers = [], value }: FilledField): ResultField[] {
  if (!kind || !(code || answers.some((answer) => answer.code))) return [];
  const field = { key, label, code };
  if (kind === "choice" || kind === "choices") return [{ ...field, value: { kind: "choices", answers } }];
  const text = value.trim();
  return [{ ...field, value: kind === "number" ? { kind, text, unit } : { kind, text } }];
}

export function pdfInput(context: StudyContext, versions: readonly VersionRow[]): ReportPdfInput {
  return {
    letterhead: { group: context.groupName ?? "Readroom", lines: [] },
    hospital: context.hospitalName,
    site: context.siteName,
    timeZone: context.timeZone,
    patient: {
      name: context.name.alphabetic ?? "",
      mrn: context.mrn,
      birthDate: context.birthDate?.replaceAll("-", "") ?? null,
      sex: context.sex,
    },
    study: {
      procedure: context.procedureText,
      modality: context.modality,
      accession: context.accession,
      at: context.studyAt?.getTime() ?? null,
    },
    referring: context.referring,
    clinicalQuestion: context.clinicalQuestion,
    versions: [...addedTo(versions), ...versions.slice(-1)].map(pdfVersion),
  };
}

function pdfVersion(version: VersionRow): ReportPdfVersion {
  const content = ReportContent.parse(version.content);
  return {
    version: version.version,
    kind: version.kind,
    sections: sectionsOf(version),
    communications: content.communications.map((c) => ({
      finding: c.finding,
      category: c.category,
      person: c.person,
      at: instant(c.at),
      via: c.via,
      readBack: c.readBack,
      acknowledgedAt: instant(c.acknowledgedAt),
      acknowledgedBy: c.acknowledgedBy,
    })),
    signedByName: version.signedByName,
    signedAt: version.signedAt.getTime(),
    contentHash: version.contentHash,
    writtenBy: wordsBy(AuthoredWords.array().parse(version.authors)),
  };
}
