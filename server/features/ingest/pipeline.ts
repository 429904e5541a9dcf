import { createReadStream, promises as fs } from "node:fs";
import { join } from "node:path";
import { createGunzip } from "node:zlib";
import type { Deps } from "../../kernel/deps.js";
import { IndexCommitter } from "./committer.js";
import { fileReceived, indexStored } from "./filing.js";
import { ObjectIntake } from "./intake.js";
import { isConflictPath, organisationOf } from "./layout.js";
import { Unreadable } from "./parse/instance.js";
import type { Announced, IngestSource, Intake, IntakeOutcome, ObjectStore } from "./ports.js";
import { knownPaths } from "./store.js";
import { recordIncident } from "./store-incidents.js";
import { sitesOf } from "./store-peers.js";

export type PipelineOptions = {
  /** Path under which the archive answers; goes into Bulk Data URIs. */
  readonly webRoot?: string;
  readonly implementationClassUid: string;
  readonly implementationVersion: string;
};

export type ImportCount = {
  found: number;
  stored: number;
  duplicate: number;
  conflict: number;
  skipped: number;
  refused: number;
};

/** The one way in, for C-STORE, STOW-RS, uploads and imports. Make one per process. */
export type Pipeline = {
  /** Begins to take one object. `announced`: a dataset without file meta follows (C-STORE); absent: a file as it lies on a disk. */
  begin(source: IngestSource, announced?: Announced): Intake;
  /** Takes a whole stream (a file, an upload, a part of a message), gunzipping it where it is gzip. */
  receive(source: IngestSource, stream: AsyncIterable<Buffer>, limits?: ReceiveLimits): Promise<IntakeOutcome>;
  /** Takes every file below a directory. Progress after each; a bad file stops nothing. */
  importDirectory(
    source: IngestSource,
    directory: string,
    progress?: (count: Readonly<ImportCount>, outcome: IntakeOutcome) => void,
  ): Promise<ImportCount>;
  /** Indexes what is durable but not indexed (the process died between the two). Returns how many. */
  reconcile(): Promise<number>;
  stop(): Promise<void>;
};

/** `maxBytes`: longer objects are refused. `studyInstanceUid`: objects of another study are. */
export type ReceiveLimits = { readonly maxBytes?: number; readonly studyInstanceUid?: string };

const PAUSE_AT = 4 * 1024 * 1024;
const MAX_OBJECT = 8 * 1024 * 1024 * 1024;

export function createPipeline(deps: Deps, objects: ObjectStore, options: PipelineOptions): Pipeline {
  const webRoot = options.webRoot ?? "/dicomweb";
  const committer = new IndexCommitter(deps);
  const filing = { deps, objects, committer, webRoot };
  const refused = async (source: IngestSource, outcome: Extract<IntakeOutcome, { kind: "refused" }>) => {
    const { reason, status, sopInstanceUid, sopClassUid } = outcome;
    const detail = { status: status.toString(16), sopInstanceUid, sopClassUid };
    await deps.db.pgTx((client) =>
      recordIncident(client, source.actor, {
        source,
        studyId: null,
        kind: "unreadable",
        reason,
        label: source.label,
        path: null,
        detail,
      }),
    );
  };
  const begin = (source: IngestSource, announced?: Announced, study?: string): Intake =>
    new ObjectIntake(
      {
        createFile: () => objects.create(),
        file: (received) => fileReceived(filing, received),
        refused,
        webRoot,
        ...options,
      },
      source,
      announced,
      study,
    );
  const receive: Pipeline["receive"] = (source, stream, limits = {}) =>
    takeStream(begin(source, undefined, limits.studyInstanceUid), stream, limits.maxBytes ?? MAX_OBJECT);
  return {
    begin: (source, announced) => begin(source, announced),
    receive,
    importDirectory: (source, directory, progress) =>
      importDirectory((stream) => receive(source, stream), directory, progress),
    reconcile: () => reconcile(deps, objects, (source, path) => indexStored(filing, source, path)),
    stop: () => committer.stop(),
  };
}

async function takeStream(intake: Intake, stream: AsyncIterable<Buffer>, maxBytes: number): Promise<IntakeOutcome> {
  let total = 0;
  try {
    for await (const piece of await gunzipped(stream)) {
      total += piece.length;
      if (total > maxBytes) throw new Unreadable(`larger than ${maxBytes} bytes`);
      intake.write(piece);
      if (intake.queuedBytes > PAUSE_AT) await new Promise<void>((resolve) => intake.whenBelow(PAUSE_AT / 2, resolve));
    }
  } catch (error) {
    intake.abort();
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (error instanceof Unreadable) return { kind: "refused", status: error.status, reason: error.message };
    if (code.startsWith("Z_") || code === "ERR_BUFFER_TOO_LARGE")
      return { kind: "refused", status: 0xc000, reason: "gzip file is damaged" };
    throw error;
  }
  if (total === 0) {
    intake.abort();
    return { kind: "refused", status: 0xc000, reason: "empty file" };
  }
  return intake.finish();
}

/** The stream itself, or what is in it where it begins with gzip's magic number (1F 8B is no DICOM group that exists). */
async function gunzipped(stream: AsyncIterable<Buffer>): Promise<AsyncIterable<Buffer>> {
  const iterator = stream[Symbol.asyncIterator]();
  let first = await iterator.next();
  while (first.done !== true && first.value.length === 0) first = await iterator.next();
  const whole = (async function* () {
    if (first.done === true) return;
    yield first.value;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  })();
  const isGzip = first.done !== true && first.value[0] === 0x1f && first.value[1] === 0x8b;
  if (!isGzip) return whole;
  const { pipeline, Readable } = await import("node:stream");
  const gunzip = createGunzip();
  pipeline(Readable.from(whole), gunzip, () => undefined);
  return gunzip;
}

async function* filesBelow(directory: string): AsyncGenerator<string> {
  const entries = await fs.readdir(directory, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => a.name.localeCompare(b.name))) {
    const path = join(directory, entry.name);
    // Links are not followed: a medium must not lead out of itself.
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile()) yield path;
  }
}

async function importDirectory(
  receive: (stream: AsyncIterable<Buffer>) => Promise<IntakeOutcome>,
  directory: string,
  progress: (count: Readonly<ImportCount>, outcome: IntakeOutcome) => void = () => undefined,
): Promise<ImportCount> {
  const count: ImportCount = { found: 0, stored: 0, duplicate: 0, conflict: 0, skipped: 0, refused: 0 };
  const files = filesBelow(directory);
  const worker = async () => {
    for (let next = await files.next(); next.done !== true; next = await files.next()) {
      count.found += 1;
      const outcome = await receive(createReadStream(next.value, { highWaterMark: 262_144 }));
      count[outcome.kind] += 1;
      progress(count, outcome);
    }
  };
  // Four at once share index commits; more only wait for the same disk.
  await Promise.all([worker(), worker(), worker(), worker()]);
  return count;
}

const RECONCILE_BATCH = 500;

/**
 * Every object that the index does not know gets indexed. An object that can't be read (it was whole when it was stored, so this is
 * bit rot or a foreign file) goes to the queue and is left where it is.
 */
async function reconcile(
  deps: Deps,
  objects: ObjectStore,
  index: (source: IngestSource, path: string) => Promise<unknown>,
): Promise<number> {
  let indexed = 0;
  const sites = await sitesOf(deps.db, null);
  const settle = async (paths: string[]) => {
    const known = await knownPaths(deps.db, paths);
    for (const path of paths) if (!known.has(path)) indexed += await adopt(deps, sites, path, index);
  };
  let batch: string[] = [];
  for await (const { path } of objects.list()) {
    batch.push(path);
    if (batch.length < RECONCILE_BATCH) continue;
    await settle(batch);
    batch = [];
  }
  await settle(batch);
  return indexed;
}

async function adopt(
  deps: Deps,
  sites: readonly { siteId: string; organisationId: string }[],
  path: string,
  index: (source: IngestSource, path: string) => Promise<unknown>,
): Promise<number> {
  const site = sites.find((candidate) => candidate.organisationId === organisationOf(path));
  const actor = { kind: "system", name: "reconciliation" } as const;
  const source = site === undefined ? undefined : { ...site, actor, label: "found at start" };
  const queue = (kind: "conflict" | "unreadable", reason: string) =>
    deps.db.pgTx((client) =>
      recordIncident(client, actor, { source, studyId: null, kind, reason, label: "found at start", path, detail: {} }),
    );
  if (source === undefined) {
    await queue("unreadable", "object of a hospital that is not in the index");
    return 0;
  }
  if (isConflictPath(path)) {
    await queue("conflict", "an instance with this UID and other content is already in the study");
    return 0;
  }
  try {
    await index(source, path);
    return 1;
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    await queue("unreadable", error.message);
    return 0;
  }
}
