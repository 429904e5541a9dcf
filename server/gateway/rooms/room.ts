import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import { ROOM_LIMITS, type RoomPerson, type SharedView } from "@readroom/shared/contract/room.js";
import type { Actor } from "@readroom/shared/domain/access.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import type { Deps } from "../../kernel/deps.js";
import { compact, SNAPSHOT_EVERY } from "./compaction.js";
import { FrameGatherer, type FrameSink } from "./frames.js";
import { FrozenMeanwhile, type UpdateLog } from "./log.js";
import { Replica } from "./replica.js";
import type { StoredDocument } from "./store.js";

/** After a restart: how long people may hand on edits of others that they have and the hub has not. */
const RELAY_MS = 60_000;
/** Bad edits from one connection after which it is only told to reload. */
const MAX_REJECTED = 20;

export interface Member {
  readonly key: string;
  readonly actor: Actor;
  person: RoomPerson;
  rejected: number;
}

export interface RoomHost extends FrameSink {
  frozen(reason: string): void;
  /** The log and this copy disagree: everyone must join again. */
  broken(): void;
}

/** One document with the people in it. Lives in one process; everything that must survive is in the log. */
export class Room {
  readonly members = new Map<string, Member>();
  readonly replica: Replica;
  readonly frames: FrameGatherer;
  readonly views = new Map<string, SharedView>();
  readonly awareness = new Map<string, Uint8Array>();
  presenter: string | null = null;
  frozen: string | null;
  private held = false;
  private seq: number;
  private committed: number;
  private readonly early = new Set<number>();
  private snapshotSeq: number;
  private bytes: number;
  private waiting = 0;
  private settled: (() => void)[] = [];
  private compacting: Promise<void> | null = null;
  private readonly loadedAt: number;

  constructor(
    readonly documentId: string,
    readonly studyId: string,
    stored: StoredDocument,
    private readonly deps: Deps,
    private readonly log: UpdateLog,
    private readonly host: RoomHost,
  ) {
    this.replica = new Replica(documentId, stored.snapshot, stored.updates, stored.clients);
    this.frames = new FrameGatherer(documentId, host);
    this.frozen = stored.frozen;
    this.seq = stored.lastSeq;
    this.committed = stored.lastSeq;
    this.snapshotSeq = stored.snapshotSeq;
    this.bytes = stored.bytes;
    this.loadedAt = deps.clock.now();
  }

  people(): RoomPerson[] {
    return [...this.members.values()].map((member) => member.person);
  }

  leave(key: string): void {
    this.members.delete(key);
    this.views.delete(key);
    this.awareness.delete(key);
    if (this.presenter === key) this.presenter = null;
  }

  /** True when nobody is here and nothing waits for its commit: the copy may be dropped. */
  get idle(): boolean {
    return this.members.size === 0 && this.waiting === 0 && !this.held;
  }

  /** Takes an edit: everybody has it at once, the promise resolves (with its place in the log) when it is committed. */
  accept(member: Member, update: Uint8Array): Result<Promise<Result<number, Refusal>>, Refusal> {
    const refused = this.refusalFor(member);
    if (refused) return err(refused);
    const { personId, name, rights } = member.person;
    const relaying = this.deps.clock.now() - this.loadedAt < RELAY_MS;
    const taken = this.replica.take(update, { personId, name, mark: rights.mark, write: rights.write }, relaying);
    if (!taken.ok) {
      if (taken.error.code !== "conflict") member.rejected += 1;
      return taken;
    }
    const { news, unlogged } = taken.value;
    if (!news) return ok(this.durable().then(() => ok(this.committed)));
    this.frames.edit(member.key, news);
    return ok(this.keep(news, personId, unlogged));
  }

  private refusalFor(member: Member): Refusal | null {
    if (this.frozen !== null)
      return refusal("frozen", "This report is signed: it takes no more edits.", { detail: { reason: this.frozen } });
    if (this.held)
      return refusal("unavailable", "The report is being signed at this moment.", { detail: { retryAfterMs: 300 } });
    if (this.log.full)
      return refusal("unavailable", "The hub can't reach its database. Your edits stay here.", {
        detail: { retryAfterMs: 2000 },
      });
    if (this.bytes > ROOM_LIMITS.documentBytes)
      return refusal("too_large", "This document has reached its largest size.");
    if (member.rejected > MAX_REJECTED)
      return refusal("throttled", "Too many edits of this connection were refused. Load the page anew.");
    return null;
  }

  private async keep(
    update: Uint8Array,
    actorId: string,
    clients: Parameters<UpdateLog["append"]>[0]["clients"],
  ): Promise<Result<number, Refusal>> {
    this.seq += 1;
    const { seq } = this;
    this.bytes += update.byteLength;
    this.waiting += 1;
    try {
      await this.log.append({ documentId: this.documentId, seq, update, actorId, clients });
      this.advance(seq);
      return ok(seq);
    } catch (error) {
      if (error instanceof FrozenMeanwhile) {
        this.freeze("signed");
        return err(refusal("frozen", "This report was signed before your edit arrived."));
      }
      this.host.broken();
      return err(
        refusal("unavailable", "The hub reads this document anew. Your edit stays here and is sent again.", {
          detail: { retryAfterMs: 500 },
        }),
      );
    } finally {
      this.waiting -= 1;
      if (this.waiting === 0) for (const tell of this.settled.splice(0)) tell();
    }
  }

  /** Two connections commit out of order: only what has no hole before it may go into a snapshot. */
  private advance(seq: number): void {
    this.early.add(seq);
    while (this.early.delete(this.committed + 1)) this.committed += 1;
    if (this.committed - this.snapshotSeq >= SNAPSHOT_EVERY && !this.compacting) this.compacting = this.compact();
  }

  private async compact(): Promise<void> {
    const before = this.bytes;
    try {
      const { seq, bytes } = await compact(this.deps.db, this.documentId, this.committed);
      this.bytes = bytes + (this.bytes - before);
      this.snapshotSeq = seq;
    } catch (error) {
      this.deps.log.error(
        { err: { message: error instanceof Error ? error.message : String(error) } },
        "a snapshot of a shared document failed",
      );
    } finally {
      this.compacting = null;
    }
  }

  /** Resolves when everything accepted so far is committed or refused, and no snapshot is being written. */
  async durable(): Promise<void> {
    if (this.waiting > 0) await new Promise<void>((resolve) => this.settled.push(resolve));
  }

  async quiet(): Promise<void> {
    await this.durable();
    await this.compacting;
  }

  /**
   * Stops edits, waits until all accepted ones are committed, runs `work` on what then stands, and freezes the document if it says
   * so. What is sent meanwhile is answered "unavailable" and comes again.
   */
  async whileHeld<T>(work: () => Promise<{ freeze: string | null; value: T }>): Promise<T> {
    if (this.held) throw new HeldAlready();
    this.held = true;
    try {
      await this.durable();
      const { freeze, value } = await work();
      if (freeze !== null) this.freeze(freeze);
      return value;
    } finally {
      this.held = false;
    }
  }

  freeze(reason: string): void {
    if (this.frozen !== null) return;
    this.frozen = reason;
    this.host.frozen(reason);
  }

  close(): void {
    this.frames.stop();
    this.replica.destroy();
  }
}

export class HeldAlready extends Error {}
