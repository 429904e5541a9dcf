import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import { ROOM_LIMITS, type RoomPerson, type SharedView } from "@readroom/shared/contract/room.js";
import type { Actor } from "@readroom/shared/domain/access.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import { compact, SNAPSHOT_EVERY } from "./compaction.js";
import { FrameGatherer, type FrameSink } from "./frames.js";
import { withHold } from "./hold.js";
import { FrozenMeanwhile } from "./log.js";
import type { RoomsProcess } from "./process.js";
import { Replica } from "./replica.js";
import { isSealed, sealOf } from "./seal.js";
import { clientsNamed, LATER_ROWS, laterRows, logClient, type StoredDocument } from "./store.js";

/** Bad edits from one connection after which it is only told to reload. */
const MAX_REJECTED = 20;
/** Client ids that one edit may bring for the first time: those of a page that was loaded without a line, several times over. */
const MAX_NEW_CLIENTS = 64;

export interface Member {
  readonly key: string;
  readonly actor: Actor;
  person: RoomPerson;
  rejected: number;
}

export interface RoomHost extends Pick<FrameSink, "send"> {
  frozen(reason: string): void;
  /** The log has grown. */
  grown(): void;
  /** The log and this copy disagree: everyone must join again. */
  broken(): void;
}

type Kept = Promise<Result<number, Refusal>>;

/**
 * One document with the people who are in it at this process. What must survive is in the log; what other processes append to the
 * log comes into this copy by reading on (`catchUp`).
 */
export class Room {
  readonly members = new Map<string, Member>();
  /** People at other processes, by the process. */
  readonly elsewhere = new Map<string, readonly RoomPerson[]>();
  readonly replica: Replica;
  readonly frames: FrameGatherer;
  readonly views = new Map<string, SharedView>();
  readonly awareness = new Map<string, Uint8Array>();
  presenter: string | null = null;
  /** When the presenter took the lead: the later one counts where two processes disagree. ms UTC */
  presenterSince = 0;
  frozen: string | null;
  /** What could not be asked about rights here: no edits meanwhile. */
  doubts = 0;
  private held = false;
  private closed = false;
  /** Everything up to this place of the log is in the replica. */
  private seen: number;
  private snapshotSeq: number;
  private bytes: number;
  /** Edits are numbered as they are taken; they commit in that order. */
  private taken = 0;
  private committed = 0;
  private waiting = 0;
  /** This copy has an edit that the log has not taken: it is no longer to be trusted. */
  private lost = false;
  private settled: (() => void)[] = [];
  /** Who waits for an edit's commit, by its number. */
  private readonly awaited: { readonly number: number; readonly tell: () => void }[] = [];
  private compacting: Promise<void> | null = null;
  private reading: Promise<void> | null = null;
  private queued: Promise<void> | null = null;

  constructor(
    readonly documentId: string,
    readonly studyId: string,
    stored: StoredDocument,
    private readonly home: RoomsProcess,
    private readonly secret: Uint8Array,
    private readonly host: RoomHost,
  ) {
    this.replica = new Replica(documentId, stored.snapshot, stored.updates, stored.clients);
    this.frames = new FrameGatherer(documentId, {
      send: host.send,
      people: () => this.members.size,
      seal: (updates) => this.seal(updates),
      committed: () => this.committed,
    });
    this.frozen = stored.frozen;
    this.seen = stored.lastSeq;
    this.snapshotSeq = stored.snapshotSeq;
    this.bytes = stored.bytes;
  }

  people(): RoomPerson[] {
    return [...this.localPeople(), ...[...this.elsewhere.values()].flat()];
  }

  localPeople(): RoomPerson[] {
    return [...this.members.values()].map((member) => member.person);
  }

  leave(key: string): void {
    this.members.delete(key);
    this.forget(key);
  }

  /** Somebody went, here or elsewhere. */
  forget(key: string): void {
    this.views.delete(key);
    this.awareness.delete(key);
    if (this.presenter === key) this.presenter = null;
  }

  takeLead(key: string): void {
    this.presenter = key;
    this.presenterSince = Math.max(this.home.deps.clock.now(), this.presenterSince + 1);
  }

  /** True when nobody is here and nothing waits for its commit: the copy may be dropped. */
  get idle(): boolean {
    return this.members.size === 0 && this.waiting === 0 && !this.held;
  }

  get lastSeq(): number {
    return this.seen;
  }

  /** The hub's word on updates that are shown and not committed yet; null where everything is committed. */
  sealUncommitted(updates: readonly Uint8Array[]): { number: number; seal: Uint8Array } | null {
    return this.waiting === 0 ? null : { number: this.taken, seal: this.seal(updates) };
  }

  private seal(updates: readonly Uint8Array[]): Uint8Array {
    return sealOf(this.secret, this.documentId, updates);
  }

  /** Takes an edit: everybody has it at once, the promise resolves (with its place in the log) when it is committed. */
  accept(member: Member, update: Uint8Array, sealed = false): Result<Kept, Refusal> {
    const refused = this.refusalFor(member);
    if (refused) return err(refused);
    const { personId, name, rights } = member.person;
    const taken = this.replica.take(update, { personId, name, ...rights }, sealed);
    if (!taken.ok) {
      const unknown = taken.error.detail?.unknown as number[] | undefined;
      if (unknown && unknown.length <= MAX_NEW_CLIENTS && !sealed) return ok(this.introduce(member, update, unknown));
      // Whoever wrote them was written down before they could.
      if (unknown && sealed) return err(refusal("invalid", "These edits are nobody's."));
      if (taken.error.code !== "conflict") member.rejected += 1;
      return taken;
    }
    const { news } = taken.value;
    if (!news) return ok(this.allKept());
    this.taken += 1;
    this.frames.edit(member.key, news, this.taken);
    return ok(this.keep(news, personId, this.taken));
  }

  /** Edits that this person saw and a process of the hub could not commit before it died: whose the words are is long written down. */
  async acceptSealed(member: Member, updates: readonly Uint8Array[], seal: Uint8Array): Kept {
    if (!isSealed(this.secret, this.documentId, updates, seal)) {
      member.rejected += 1;
      return err(refusal("forbidden", "These edits do not carry the hub's seal."));
    }
    const strangers = updates.flatMap((update) => this.replica.strangersIn(update));
    if (strangers.length > 0) this.replica.name(await this.named(strangers));
    if (this.members.get(member.key) !== member) return err(notInRoom());
    const kept: Kept[] = [];
    for (const update of updates) {
      const accepted = this.accept(member, update, true);
      if (!accepted.ok) return accepted;
      kept.push(accepted.value);
    }
    const fates = await Promise.all(kept);
    return fates.find((fate) => !fate.ok) ?? fates.at(-1) ?? ok(this.seen);
  }

  /** A page that was loaded without a line wrote under client ids that the hub never saw: they become this person's, first come. */
  private async introduce(member: Member, update: Uint8Array, clients: readonly number[]): Kept {
    const { personId, name } = member.person;
    for (const client of clients) {
      const owner = await logClient(this.home.deps.db, this.documentId, client, member.person);
      const known = owner === personId ? [{ client, actorId: personId, name }] : await this.named([client]);
      this.replica.name(known);
    }
    if (this.members.get(member.key) !== member) return err(notInRoom());
    const accepted = this.accept(member, update);
    return accepted.ok ? accepted.value : accepted;
  }

  private named(clients: readonly number[]) {
    return clientsNamed(this.home.deps.db, this.documentId, clients);
  }

  private refusalFor(member: Member): Refusal | null {
    if (this.frozen !== null)
      return refusal("frozen", "This report is signed: it takes no more edits.", { detail: { reason: this.frozen } });
    if (this.held || this.closed || this.doubts > 0)
      return refusal("unavailable", "The document is held for a moment.", { detail: { retryAfterMs: 300 } });
    if (this.home.log.full)
      return refusal("unavailable", "The hub can't reach its database. Your edits stay here.", {
        detail: { retryAfterMs: 2000 },
      });
    if (this.bytes > ROOM_LIMITS.documentBytes)
      return refusal("too_large", "This document has reached its largest size (50 MB): it takes no more edits.");
    if (member.rejected > MAX_REJECTED)
      return refusal("throttled", "Too many edits of this connection were refused. Load the page anew.", {
        detail: { retryAfterMs: 30_000 },
      });
    return null;
  }

  /** An edit that brings nothing new was sent twice: it is as safe as the first time, once that is committed, and no safer. */
  private async allKept(): Kept {
    await this.committedTo(this.taken);
    if (!this.lost) return ok(this.seen);
    return err(this.frozen === null ? readAnew() : tooLate(this.frozen));
  }

  private async keep(update: Uint8Array, actorId: string, number: number): Kept {
    this.bytes += update.byteLength;
    this.waiting += 1;
    try {
      const seq = await this.home.log.append({ documentId: this.documentId, update, actorId });
      this.committed = number;
      this.tellCommitted();
      this.host.grown();
      this.reached(seq);
      return ok(seq);
    } catch (error) {
      this.lost = true;
      this.tellCommitted();
      if (error instanceof FrozenMeanwhile) this.freeze(error.message);
      this.host.broken();
      return err(error instanceof FrozenMeanwhile ? tooLate(error.message) : readAnew());
    } finally {
      this.waiting -= 1;
      if (this.waiting === 0) for (const tell of this.settled.splice(0)) tell();
    }
  }

  /** An edit of this process has this place. Where it does not follow the last one, others wrote in between. */
  private reached(seq: number): void {
    if (seq === this.seen + 1 && !this.reading) this.seen = seq;
    else if (seq > this.seen) this.catchUp().catch((error: unknown) => this.complain(error, "could not be read on"));
    if (this.seen - this.snapshotSeq >= SNAPSHOT_EVERY && !this.compacting) this.compacting = this.compact();
  }

  /** Takes over what others have committed until now. */
  catchUp(): Promise<void> {
    if (this.queued) return this.queued;
    if (!this.reading) return this.readOn();
    this.queued = this.reading
      .catch(() => undefined)
      .then(() => {
        this.queued = null;
        return this.readOn();
      });
    return this.queued;
  }

  private readOn(): Promise<void> {
    this.reading = this.read().finally(() => {
      this.reading = null;
    });
    return this.reading;
  }

  private async read(): Promise<void> {
    for (;;) {
      const { rows, frozen } = await laterRows(this.home.deps.db, this.documentId, this.seen);
      if (this.closed) return;
      const strangers = new Set<number>();
      for (const { seq, update } of rows) {
        const { news, strangers: unknown } = this.replica.takeLogged(update);
        this.seen = seq;
        for (const client of unknown) strangers.add(client);
        if (!news) continue;
        this.bytes += news.byteLength;
        this.frames.edit("", news, 0);
      }
      if (strangers.size > 0) this.replica.name(await this.named([...strangers]));
      if (frozen !== null) this.freeze(frozen);
      if (rows.length < LATER_ROWS) return;
    }
  }

  private async compact(): Promise<void> {
    const before = this.bytes;
    try {
      const { seq, bytes } = await compact(this.home.deps.db, this.documentId, this.seen);
      this.bytes = bytes + (this.bytes - before);
      this.snapshotSeq = seq;
    } catch (error) {
      this.complain(error, "got no snapshot");
    } finally {
      this.compacting = null;
    }
  }

  private complain(error: unknown, what: string): void {
    const message = error instanceof Error ? error.message : String(error);
    this.home.deps.log.error({ err: { message } }, `a shared document ${what}`);
  }

  /** Resolves when the edit of that number is committed with all before it, or the room is lost: later ones are not waited for. */
  private async committedTo(number: number): Promise<void> {
    if (this.committed >= number || this.lost) return;
    await new Promise<void>((tell) => this.awaited.push({ number, tell }));
  }

  private tellCommitted(): void {
    while (this.awaited[0] && (this.lost || this.awaited[0].number <= this.committed)) this.awaited.shift()?.tell();
  }

  /** Resolves when everything accepted so far is committed or refused. */
  async durable(): Promise<void> {
    if (this.waiting > 0) await new Promise<void>((resolve) => this.settled.push(resolve));
  }

  async quiet(): Promise<void> {
    await this.durable();
    await this.compacting;
  }

  /**
   * Stops edits, here and at every other process, waits until all accepted ones are committed, runs `work` on what then stands, and
   * freezes the document if it says so. What is sent meanwhile is answered "unavailable" and comes again.
   */
  async whileHeld<T>(work: () => Promise<{ freeze: string | null; value: T }>): Promise<T> {
    if (this.held) throw new HeldAlready();
    this.held = true;
    try {
      await this.durable();
      if (this.lost) throw new HeldAlready();
      const { freeze, value } = await withHold(this.home.deps.db, this.documentId, async () => {
        await this.catchUp();
        return work();
      });
      if (freeze !== null) this.freeze(freeze);
      return value;
    } finally {
      this.held = false;
      this.host.grown();
    }
  }

  freeze(reason: string): void {
    if (this.frozen !== null) return;
    this.frozen = reason;
    this.host.frozen(reason);
  }

  close(): void {
    this.closed = true;
    this.frames.stop();
    this.replica.destroy();
  }
}

const tooLate = (reason: string): Refusal =>
  refusal("frozen", "This report was signed before your edit arrived.", { detail: { reason } });

const notInRoom = (): Refusal => refusal("conflict", "You are not in this room.", { detail: { rejoin: true } });

const readAnew = (): Refusal =>
  refusal("unavailable", "The hub reads this document anew. Your edit stays here and is sent again.", {
    detail: { retryAfterMs: 500 },
  });

export class HeldAlready extends Error {}
