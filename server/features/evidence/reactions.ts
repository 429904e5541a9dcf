import { AuthoredWords } from "@readroom/shared/contract/http/report.js";
import { type AnnotationRecord, readAnnotationRecord } from "@readroom/shared/crdt/annotation.js";
import { ReportContent } from "@readroom/shared/crdt/report.js";
import { EXPLICIT_VR_LITTLE_ENDIAN } from "@readroom/shared/dicom/transfer-syntaxes.js";
import { addedTo } from "@readroom/shared/domain/report-text/result.js";
import { audit } from "../../kernel/audit.js";
import type { Tx } from "../../kernel/database.js";
import type { Deps } from "../../kernel/deps.js";
import type { Reaction } from "../../kernel/reactions.js";
import { encodeIdentifier } from "../archive/public.js";
import type { IngestSource, Pipeline } from "../ingest/public.js";
import { evidenceOf } from "./assemble.js";
import type { EvidenceInput, EvidenceObject, LeftOut, SignedVersion, StudyHead } from "./facts.js";
import * as store from "./store.js";

const SYSTEM = { kind: "system", name: "evidence documents" } as const;

/**
 * A signed version makes its objects. They are filed outside the reaction's transaction, through the one way in, and have UIDs of their
 * version: where the reaction is repeated, what is there already is not made again. Versions before it that have none are made up for
 * first, so that what an object calls its predecessor is there.
 */
export function evidenceOfSigned(pipeline: Pipeline): Reaction {
  return {
    handler: "evidence.on_report_signed",
    types: ["report.signed"],
    run: async (deps, tx, event) => {
      const study = await store.signedStudy(tx, String(event.payload.studyId));
      if (!study) throw new Error("a signed report without its study");
      const metadata = await store.firstImage(tx, study.organisationId, study.studyInstanceUid);
      if (metadata === null) {
        deps.log.info({ study: study.studyId }, "a report was signed on a study without images: no objects of it");
        return;
      }
      const rows = await store.versionsUpTo(tx, study.studyId, Number(event.payload.version));
      const head = { studyInstanceUid: study.studyInstanceUid, metadata };
      for (const n of rows.keys()) await makeObjects(deps, tx, pipeline, { study, head, rows: rows.slice(0, n + 1) });
    },
  };
}

interface Making {
  readonly study: store.SignedStudy;
  readonly head: StudyHead;
  /** The version to be made objects of, last, and those before it. */
  readonly rows: readonly store.VersionRow[];
}

async function makeObjects(deps: Deps, tx: Tx, pipeline: Pipeline, making: Making): Promise<void> {
  const { study } = making;
  const { input, sites } = await inputOf(tx, making);
  const { objects, leftOut } = evidenceOf(input);
  const missing = objects.filter(({ sopInstanceUid }) => !input.stored.has(sopInstanceUid));
  if (missing.length === 0) return;
  // Together, so that they share the disk's syncs and one index commit; each ends before the reaction does.
  const filed = await Promise.allSettled(
    missing.map((object) => {
      const siteId = sites.get(object.studyInstanceUid) ?? study.siteId;
      const { organisationId } = study;
      return file(deps, pipeline, { organisationId, siteId, actor: SYSTEM, label: "readroom", madeHere: true }, object);
    }),
  );
  const failed = filed.find((outcome) => outcome.status === "rejected");
  if (failed) throw failed.reason;
  await note(deps, tx, making, missing, leftOut);
}

async function inputOf(tx: Tx, { study, head, rows }: Making) {
  const versions = rows.map(signedVersion);
  const version = versions.at(-1) as SignedVersion;
  const before = version.kind === "addendum" ? addedTo(versions) : versions.slice(0, -1).slice(-1);
  const marked = await store.markedImages(tx, study, [...new Set(version.marks.map((mark) => mark.sopInstanceUid))]);
  const sites = new Map([...marked.values()].map((image) => [image.studyInstanceUid, image.siteId]));
  const priors = new Map<string, StudyHead>();
  for (const studyInstanceUid of sites.keys()) {
    const metadata =
      studyInstanceUid === study.studyInstanceUid
        ? null
        : await store.firstImage(tx, study.organisationId, studyInstanceUid);
    if (metadata) priors.set(studyInstanceUid, { studyInstanceUid, metadata });
  }
  const input: EvidenceInput = {
    studyId: study.studyId,
    reportId: (rows[0] as store.VersionRow).reportId,
    study: head,
    priors,
    version,
    before,
    timeZone: study.timeZone,
    request: study,
    images: await store.imagesAt(tx, study.studyId, new Date(version.signedAt)),
    marked,
    stored: await store.storedHere(tx, [study.studyInstanceUid, ...sites.keys()], study.organisationId),
  };
  return { input, sites };
}

function signedVersion(row: store.VersionRow): SignedVersion {
  const words = AuthoredWords.array().parse(row.authors);
  const people = words.filter(({ personId }) => personId !== "template" && personId !== "unknown");
  const { id, version, kind, signedByName, organisation } = row;
  return {
    ...{ id, version, kind, signedByName, organisation },
    signedAt: row.signedAt.getTime(),
    sections: ReportContent.parse(row.content).sections,
    authors: [...new Set(people.map(({ name }) => name))],
    marks: marksIn(row.marks),
  };
}

/** A version that was signed before marks were kept has none; of a foreign shape, none that could be told. In a lasting order. */
function marksIn(kept: unknown): AnnotationRecord[] {
  const marks = (Array.isArray(kept) ? kept : []).flatMap((mark) => readAnnotationRecord(mark) ?? []);
  return marks.sort((a, b) => (a.createdAt < b.createdAt || (a.createdAt === b.createdAt && a.id < b.id) ? -1 : 1));
}

async function file(deps: Deps, pipeline: Pipeline, source: IngestSource, object: EvidenceObject): Promise<void> {
  const { sopClassUid, sopInstanceUid } = object;
  const intake = pipeline.begin(source, { sopClassUid, sopInstanceUid, transferSyntaxUid: EXPLICIT_VR_LITTLE_ENDIAN });
  intake.write(encodeIdentifier(object.dataset, true));
  const outcome = await intake.finish();
  // Refused (a full disk): the reaction fails and is tried again.
  if (outcome.kind === "refused" || outcome.kind === "skipped")
    throw new Error(`an object of the signed report was not stored: ${outcome.reason}`);
  if (outcome.kind === "conflict")
    deps.log.error(
      { incident: outcome.incidentId, sopInstanceUid },
      "another object has the UID of the signed report's",
    );
}

async function note(
  deps: Deps,
  tx: Tx,
  { study, rows }: Making,
  objects: readonly EvidenceObject[],
  leftOut: readonly LeftOut[],
): Promise<void> {
  const version = rows.at(-1) as store.VersionRow;
  if (leftOut.length > 0)
    deps.log.warn(
      { study: study.studyId, version: version.version, leftOut },
      "marks that the report's objects do not hold",
    );
  await audit(tx, SYSTEM, [
    {
      action: "report.objects",
      organisationId: study.organisationId,
      patientId: study.patientId,
      studyId: study.studyId,
      subject: version.reportId,
      detail: {
        versionId: version.id,
        version: version.version,
        objects: objects.map(({ kind, sopInstanceUid, studyInstanceUid }) => ({
          kind,
          sopInstanceUid,
          studyInstanceUid,
        })),
        leftOut,
      },
    },
  ]);
}
