import { documentParts } from "@readroom/shared/contract/room.js";
import type { Deps } from "../../kernel/deps.js";
import { UpdateLog } from "./log.js";
import { Room, type RoomHost } from "./room.js";
import { ensureDocument, loadDocument, sealSecret } from "./store.js";

/** How long an empty room's copy stays in memory: people who reload a page find it still there. */
const LINGER_MS = 30_000;

/** The rooms of this process: each document is loaded once, however many come at the same moment, and dropped when it is empty. */
export class Registry {
  readonly open = new Map<string, Room>();
  readonly log: UpdateLog;
  private secret: Promise<Uint8Array> | null = null;
  private readonly loading = new Map<string, Promise<Room | null>>();
  private readonly visitors = new Map<Room, number>();
  private readonly lingering = new Map<string, NodeJS.Timeout>();

  constructor(
    readonly deps: Deps,
    private readonly hostFor: (documentId: string, room: () => Room | undefined) => RoomHost,
    private readonly opened: (room: Room) => void,
  ) {
    this.log = new UpdateLog(deps.db, deps.log);
  }

  /**
   * The room of a document as it stands in the log now, loaded where it is not. A reading's document is made by its first visitor.
   */
  async enter(documentId: string): Promise<{ room: Room; done(): void } | null> {
    const present = this.open.get(documentId);
    const room = present ?? (await (this.loading.get(documentId) ?? this.load(documentId)));
    if (!room) return null;
    if (present) await present.catchUp();
    this.visitors.set(room, (this.visitors.get(room) ?? 0) + 1);
    let left = false;
    return {
      room,
      done: () => {
        if (left) return;
        left = true;
        this.visitors.set(room, (this.visitors.get(room) ?? 1) - 1);
        this.linger(documentId, room);
      },
    };
  }

  private load(documentId: string): Promise<Room | null> {
    const loading = this.read(documentId).finally(() => this.loading.delete(documentId));
    this.loading.set(documentId, loading);
    return loading;
  }

  private async read(documentId: string): Promise<Room | null> {
    const parts = documentParts(documentId);
    if (!parts) return null;
    // A report's is made by whoever begins the report.
    if (parts.kind !== "report") await ensureDocument(this.deps.db, documentId, parts.studyId, parts.kind);
    const stored = await loadDocument(this.deps.db, documentId);
    if (!stored) return null;
    const host = this.hostFor(documentId, () => this.open.get(documentId));
    const room = new Room(documentId, parts.studyId, stored, this, await this.sealing(), host);
    this.open.set(documentId, room);
    this.opened(room);
    return room;
  }

  private sealing(): Promise<Uint8Array> {
    this.secret ??= sealSecret(this.deps.db).catch((error: unknown) => {
      this.secret = null;
      throw error;
    });
    return this.secret;
  }

  /** Drops the copy after a while, if nobody has come and nothing waits to be committed. */
  private linger(documentId: string, room: Room): void {
    clearTimeout(this.lingering.get(documentId));
    const timer = setTimeout(() => {
      this.lingering.delete(documentId);
      if (this.open.get(documentId) !== room) return;
      if (room.idle && (this.visitors.get(room) ?? 0) === 0) this.drop(room);
      else if (room.members.size === 0) this.linger(documentId, room);
    }, LINGER_MS);
    timer.unref();
    this.lingering.set(documentId, timer);
  }

  left(room: Room): void {
    if (room.members.size === 0) this.linger(room.documentId, room);
  }

  /** Forgets this copy; the next visitor reads the document from the database. */
  drop(room: Room): void {
    if (this.open.get(room.documentId) === room) this.open.delete(room.documentId);
    this.visitors.delete(room);
    room.close();
  }

  async close(): Promise<void> {
    for (const timer of this.lingering.values()) clearTimeout(timer);
    await this.log.close();
    await Promise.all([...this.open.values()].map((room) => room.quiet()));
    for (const room of [...this.open.values()]) this.drop(room);
  }
}
