import type { Deps } from "../../kernel/deps.js";
import { type IndexRecord, seriesFields, studyFields } from "./index-record.js";
import { type Match, matchOrder } from "./match.js";
import {
  type Client,
  ensurePatient,
  ensureSeries,
  ensureStudy,
  existingStudy,
  insertInstances,
  type Placed,
  type StudyRow,
} from "./store.js";
import { auditImport } from "./store-incidents.js";
import { orderPromised, ordersByAccession, siteIssuer } from "./store-matching.js";
import { announceStudies } from "./store-progress.js";

type Waiting = {
  readonly record: IndexRecord;
  readonly durable: Promise<void>;
  resolve(studyId: string): void;
  reject(error: unknown): void;
};

const DURABLE = Promise.resolve();

/** Instances a transaction takes at most: some 2 MB of metadata. */
const BATCH = 256;
/** A study's counts go out at most this often, ms. */
const ANNOUNCE_EVERY_MS = 250;
const CACHE_ENTRIES = 2_000;

/** Studies that images came to, with the last of them; what the hub made itself is no arrival. */
function arrived(placed: readonly Placed[], fresh: ReadonlySet<string>): Map<string, IndexRecord> {
  const changed = new Map<string, IndexRecord>();
  for (const { record, studyId } of placed)
    if (!record.source.madeHere && fresh.has(`${studyId} ${record.parsed.sopInstanceUid}`))
      changed.set(studyId, record);
  return changed;
}

/**
 * Index commits, batched across associations: whatever waits while a commit is under way goes into the next one. One commit per
 * instance would make the disk's fsync the limit for all senders together.
 */
export class IndexCommitter {
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  /** Ids that are committed, so that the common case is one statement: `organisation studyUid` and `studyId seriesUid`. */
  readonly #studies = new Map<string, StudyRow>();
  readonly #series = new Map<string, string>();
  readonly #announcedAt = new Map<string, number>();
  readonly #late = new Map<string, IndexRecord>();
  #timer: NodeJS.Timeout | undefined;
  /** Late counts on their way into the database. */
  #telling: Promise<unknown> | undefined;

  constructor(private readonly deps: Deps) {}

  /** Resolves with the study's id when the instance is in the committed index, which is not before `durable`: the object's own place on the disk. */
  commit(record: IndexRecord, durable: Promise<void> = DURABLE): Promise<string> {
    durable.catch(() => undefined);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ record, durable, resolve, reject });
      this.#running ??= this.#drain();
    });
  }

  async #drain(): Promise<void> {
    // One turn of the event loop: instances that finish in the same tick share the first commit.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) await this.#commitBatch(this.#waiting.splice(0, BATCH));
    this.#running = undefined;
  }

  async #commitBatch(batch: Waiting[], again = true): Promise<void> {
    try {
      const durable = Promise.all(batch.map((waiting) => waiting.durable));
      durable.catch(() => undefined);
      const studyIds = await this.#write(
        batch.map(({ record }) => record),
        durable,
      );
      for (const [index, { resolve }] of batch.entries()) resolve(studyIds[index] as string);
    } catch (error) {
      this.#studies.clear();
      this.#series.clear();
      // One bad record must not fail its neighbours, and a study removed since it was cached is made anew: each again by itself.
      if (again) for (const waiting of batch) await this.#commitBatch([waiting], false);
      else for (const waiting of batch) waiting.reject(error);
    }
  }

  async #write(records: readonly IndexRecord[], durable: Promise<unknown>): Promise<string[]> {
    const now = this.deps.clock.now();
    const known = this.#placeKnown(records, now);
    if (known !== undefined) return this.#writeKnown(known, now, durable);
    const pendingStudies = new Map<string, StudyRow>();
    const pendingSeries = new Map<string, string>();
    const announced: string[] = [];
    const placed = await this.deps.db.pgTx(async (client) => {
      pendingStudies.clear();
      pendingSeries.clear();
      announced.length = 0;
      const all: Placed[] = [];
      for (const record of records) {
        const study = await this.#study(client, record, pendingStudies, now);
        const seriesId = await this.#seriesId(client, study.id, record, pendingSeries);
        all.push({ record, studyId: study.id, seriesId });
      }
      const fresh = await insertInstances(client, all, now);
      announced.push(...(await this.#announce(client, all, fresh, pendingStudies, now)));
      await durable;
      return all;
    });
    this.#remember(pendingStudies, pendingSeries);
    for (const studyId of announced) this.#announcedAt.set(studyId, now);
    return placed.map(({ studyId }) => studyId);
  }

  /** Where every study and series is in the index already and no count is due: one statement will do. */
  #placeKnown(records: readonly IndexRecord[], now: number): Placed[] | undefined {
    const placed: Placed[] = [];
    for (const record of records) {
      const study = this.#studies.get(`${record.source.organisationId} ${record.parsed.studyInstanceUid}`);
      const seriesId = study && this.#series.get(`${study.id} ${record.parsed.seriesInstanceUid}`);
      if (study === undefined || seriesId === undefined || this.#isDue(study.id, now)) return undefined;
      placed.push({ record, studyId: study.id, seriesId });
    }
    return placed;
  }

  async #writeKnown(placed: readonly Placed[], now: number, durable: Promise<unknown>): Promise<string[]> {
    const fresh = await this.deps.db.pgTx(async (client) => {
      const inserted = await insertInstances(client, placed, now);
      await durable;
      return inserted;
    });
    for (const [studyId, record] of arrived(placed, fresh)) this.#followUp(studyId, record);
    return placed.map(({ studyId }) => studyId);
  }

  #isDue(studyId: string, now: number): boolean {
    return now - (this.#announcedAt.get(studyId) ?? 0) >= ANNOUNCE_EVERY_MS;
  }

  async #study(client: Client, record: IndexRecord, pending: Map<string, StudyRow>, now: number): Promise<StudyRow> {
    const { source, parsed } = record;
    const key = `${source.organisationId} ${parsed.studyInstanceUid}`;
    const known = pending.get(key) ?? this.#studies.get(key);
    if (known !== undefined) return known;
    if (source.madeHere) return existingStudy(client, source.organisationId, parsed.studyInstanceUid);
    const raw = studyFields(parsed.metadata);
    const fields = { ...raw, issuer: raw.issuer || (await siteIssuer(client, source.siteId)) };
    const candidates = await ordersByAccession(client, source.organisationId, fields.accessionNumber);
    const match: Match = matchOrder(
      { ...fields, siteId: source.siteId, studyInstanceUid: parsed.studyInstanceUid },
      candidates,
      await orderPromised(client, source.organisationId, parsed.studyInstanceUid),
    );
    const patientId =
      match.state === "matched" ? match.patientId : await ensurePatient(client, source.organisationId, fields);
    const study = await ensureStudy(client, source, parsed.studyInstanceUid, fields, match, patientId, now);
    if (study.fresh) await auditImport(client, source.actor, study, source);
    pending.set(key, study);
    return study;
  }

  async #seriesId(client: Client, studyId: string, record: IndexRecord, pending: Map<string, string>): Promise<string> {
    const key = `${studyId} ${record.parsed.seriesInstanceUid}`;
    const known = pending.get(key) ?? this.#series.get(key);
    if (known !== undefined) return known;
    const id = await ensureSeries(
      client,
      studyId,
      record.parsed.seriesInstanceUid,
      seriesFields(record.parsed.metadata),
      record.source.madeHere ?? false,
    );
    pending.set(key, id);
    return id;
  }

  /** Counts go out with the commit for studies whose last word is 250 ms old; for the others a timer follows up. */
  async #announce(
    client: Client,
    placed: readonly Placed[],
    fresh: ReadonlySet<string>,
    pending: ReadonlyMap<string, StudyRow>,
    now: number,
  ): Promise<string[]> {
    const changed = arrived(placed, fresh);
    const due = [...changed.keys()].filter((id) => this.#isDue(id, now));
    for (const [id, record] of changed) if (!due.includes(id)) this.#followUp(id, record);
    const actor = changed.get(due[0] ?? "")?.source.actor;
    if (actor === undefined) return [];
    const first = new Set([...pending.values()].filter((study) => study.fresh).map((study) => study.id));
    await announceStudies(client, actor, "study.receiving", due, first);
    for (const id of due) this.#late.delete(id);
    return due;
  }

  #followUp(studyId: string, record: IndexRecord): void {
    this.#late.set(studyId, record);
    this.#timer ??= setTimeout(() => {
      this.#telling = Promise.all([this.#telling, this.#announceLate()]);
    }, ANNOUNCE_EVERY_MS);
  }

  async #announceLate(): Promise<void> {
    this.#timer = undefined;
    const ids = [...this.#late.keys()];
    const actor = this.#late.get(ids[0] ?? "")?.source.actor;
    this.#late.clear();
    if (actor === undefined) return;
    const now = this.deps.clock.now();
    for (const id of ids) this.#announcedAt.set(id, now);
    await this.deps.db
      .pgTx((client) => announceStudies(client, actor, "study.receiving", ids))
      // The counts are in the study's row and go out with the next instance or with study.complete: only the log must know.
      .catch((error: unknown) =>
        this.deps.log.warn({ problem: String(error) }, "progress of studies could not be told"),
      );
  }

  #remember(studies: ReadonlyMap<string, StudyRow>, series: ReadonlyMap<string, string>): void {
    if (this.#studies.size > CACHE_ENTRIES) this.#studies.clear();
    if (this.#series.size > CACHE_ENTRIES) this.#series.clear();
    if (this.#announcedAt.size > CACHE_ENTRIES) this.#announcedAt.clear();
    for (const [key, study] of studies) this.#studies.set(key, study);
    for (const [key, id] of series) this.#series.set(key, id);
  }

  /** Waits for what is under way and tells the last counts. */
  async stop(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
    await this.#telling;
    clearTimeout(this.#timer);
    if (this.#late.size > 0) await this.#announceLate();
  }
}
