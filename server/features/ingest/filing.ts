import { crc32 } from "node:zlib";
import type { Deps } from "../../kernel/deps.js";
import type { IndexCommitter } from "./committer.js";
import { encodePositions, gzipSpliceable, type IndexRecord } from "./index-record.js";
import type { Received } from "./intake.js";
import { conflictPath, instancePath } from "./layout.js";
import { isMadeHere } from "./made-here.js";
import { META_BYTES, readFileHead } from "./parse/file-meta.js";
import { parseInstance } from "./parse/instance.js";
import type { Filed, IngestSource, IntakeOutcome, ObjectStore, StoredObject } from "./ports.js";
import { inView, isCutOff, replaceCutOff } from "./replace.js";
import { type Existing, findInstance } from "./store.js";
import { recordIncident } from "./store-incidents.js";

export type FilingDeps = {
  readonly deps: Deps;
  readonly objects: ObjectStore;
  readonly committer: IndexCommitter;
  readonly webRoot: string;
};

/**
 * Makes a received object durable under its final name and indexed. The index statement runs while the disk syncs, its commit waits for
 * the disk: one after the other took half as long again. Only after both does anybody hear "stored".
 */
export async function fileReceived(filing: FilingDeps, received: Received): Promise<IntakeOutcome> {
  const { parsed, source } = received;
  const path = instancePath(source.organisationId, parsed.studyInstanceUid, parsed.sopInstanceUid);
  const [placed, record] = await Promise.all([received.file.place(path), makeRecord(received, path)]);
  if (placed === "exists") return fileSecond(filing, received, path);
  const studyId = await filing.committer.commit(record, received.file.durable(path));
  return { kind: "stored", studyId, flags: parsed.flags, ...filed(received) };
}

async function makeRecord(
  received: Pick<Received, "source" | "parsed" | "size" | "digest">,
  path: string,
): Promise<IndexRecord> {
  const { source, parsed, size, digest } = received;
  return {
    source,
    parsed,
    path,
    size,
    digest,
    metadata: await gzipSpliceable(JSON.stringify(parsed.metadata)),
    frames: encodePositions(parsed),
  };
}

function filed({ parsed }: Pick<Received, "parsed">): Filed {
  const { studyInstanceUid, seriesInstanceUid, sopInstanceUid, sopClassUid } = parsed;
  return { studyInstanceUid, seriesInstanceUid, sopInstanceUid, sopClassUid };
}

/**
 * An object with this SOP Instance UID is there already. Equal bytes: success without a change (senders repeat after a lost answer).
 * Other bytes: the first stays what everybody has seen and signed on; the second is kept beside it for a person to decide.
 */
async function fileSecond(filing: FilingDeps, received: Received, path: string): Promise<IntakeOutcome> {
  const { parsed, source } = received;
  const existing =
    (await findInstance(filing.deps.db, source.organisationId, parsed.studyInstanceUid, parsed.sopInstanceUid)) ??
    // Its sender died before the index commit, or is just about to commit: indexing twice is harmless.
    (await indexStored(filing, source, path));
  if (existing.digest === received.digest && (await sameDataset(filing.objects, received, existing)))
    return { kind: "duplicate", studyId: existing.studyId, ...filed(received) };
  return (await fileWhole(filing, received, existing)) ?? fileConflict(filing, received, existing);
}

/** The one in view was cut off on its way and this one is whole: it takes its place. Null: a conflict. */
async function fileWhole(filing: FilingDeps, received: Received, existing: Existing): Promise<IntakeOutcome | null> {
  const { parsed, source } = received;
  if (isCutOff(parsed.flags) || received.size <= existing.size) return null;
  const known = await filing.deps.db.pgTx((client) => inView(client, existing.studyId, parsed.sopInstanceUid));
  if (!known || !isCutOff(known.flags)) return null;
  const path = conflictPath(source.organisationId, parsed.sopInstanceUid);
  await received.file.commit(path);
  const replaced = await replaceCutOff(filing.deps, await makeRecord(received, path), existing.studyId);
  // Somebody else's whole one was quicker: this one lies on the disk already and is told of as the conflict that it is now.
  if (replaced === null) return conflictAt(filing, received, existing, path);
  const flags = [...parsed.flags, "replaced one that had come cut off"];
  return { kind: "stored", studyId: existing.studyId, flags, ...filed(received) };
}

async function fileConflict(filing: FilingDeps, received: Received, existing: Existing): Promise<IntakeOutcome> {
  const path = conflictPath(received.source.organisationId, received.parsed.sopInstanceUid);
  await received.file.commit(path);
  return conflictAt(filing, received, existing, path);
}

async function conflictAt(
  filing: FilingDeps,
  received: Received,
  existing: Existing,
  path: string,
): Promise<IntakeOutcome> {
  const { parsed, source } = received;
  const incidentId = await filing.deps.db.pgTx((client) =>
    recordIncident(client, source.actor, {
      source,
      studyId: existing.studyId,
      kind: "conflict",
      reason: "an instance with this UID and other content is already in the study",
      label: source.label,
      path,
      detail: {
        sopInstanceUid: parsed.sopInstanceUid,
        seriesInstanceUid: parsed.seriesInstanceUid,
        digest: received.digest,
        keptPath: existing.path,
        keptDigest: existing.digest,
      },
    }),
  );
  return { kind: "conflict", studyId: existing.studyId, incidentId, ...filed(received) };
}

/** Indexes an object that lies under its final name but not in the index. Throws Unreadable for one that can't be read. */
export async function indexStored(filing: FilingDeps, source: IngestSource, path: string): Promise<Existing> {
  const record = await recordOf(filing, source, path);
  const studyId = await filing.committer.commit(record);
  return { studyId, path, digest: record.digest, size: record.size };
}

/** What the index would hold of a stored object. Throws Unreadable. */
export async function recordOf(filing: FilingDeps, source: IngestSource, path: string): Promise<IndexRecord> {
  const object = await filing.objects.open(path);
  try {
    const read = (offset: number, length: number) =>
      object.read(offset, Math.max(0, Math.min(length, object.size - offset)));
    const head = await read(0, 65_536);
    const meta = readFileHead(head.subarray(0, META_BYTES));
    const datasetOffset = meta.kind === "part10" ? meta.datasetOffset : 0;
    const transferSyntaxUid = meta.kind === "not-dicom" ? "" : meta.transferSyntaxUid;
    const parsed = await parseInstance({
      head,
      size: object.size,
      datasetOffset,
      transferSyntaxUid,
      read,
      webRoot: filing.webRoot,
    });
    const digest = `crc32:${await datasetCrc(object, datasetOffset)}:${object.size - datasetOffset}`;
    // An object of the hub's own that was durable before its index commit is no image that came, whoever finds it.
    const own = isMadeHere(parsed.metadata) ? { ...source, madeHere: true } : source;
    return await makeRecord({ source: own, parsed, size: object.size, digest }, path);
  } finally {
    await object.close();
  }
}

async function datasetCrc(object: StoredObject, offset: number): Promise<string> {
  let crc = 0;
  for await (const piece of object.stream(offset)) crc = crc32(piece, crc);
  return crc.toString(16).padStart(8, "0");
}

const COMPARE_BYTES = 1_048_576;

/** Byte by byte: a CRC alone would call two different images equal once in four billion, and then lose one. */
async function sameDataset(objects: ObjectStore, received: Received, existing: Existing): Promise<boolean> {
  const object = await objects.open(existing.path);
  try {
    const length = received.size - received.datasetOffset;
    const theirs = existing.size - length;
    for (let at = 0; at < length; at += COMPARE_BYTES) {
      const take = Math.min(COMPARE_BYTES, length - at);
      const [a, b] = await Promise.all([
        received.file.read(received.datasetOffset + at, take),
        object.read(theirs + at, take),
      ]);
      if (!a.equals(b)) return false;
    }
    return true;
  } finally {
    await object.close();
  }
}
