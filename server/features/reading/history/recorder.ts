import { randomUUID } from "node:crypto";
import { documentParts, type RoomPerson, type SharedView } from "@readroom/shared/contract/room.js";
import type { Deps } from "../../../kernel/deps.js";
import type { RoomGrant } from "../ports.js";
import { addViews, addVisit, type SeenView, touchVisits } from "./store.js";

/** Views of one person are kept at most so often, ms. */
const VIEW_EVERY_MS = 1_000;
/** Stays that go on are noted so often: after a kill the last ones are known to this much. */
const TOUCH_EVERY_MS = 30_000;

interface Stay {
  readonly id: string;
  readonly documentId: string;
}

/**
 * Writes down who is in the readings' rooms and what they show: sampled, in one statement a second for all rooms of this process.
 * It never holds up the room; what could not be written is lost and said in the log.
 */
export class Recorder {
  private readonly stays = new Map<string, Stay>();
  /** The newest view of each person that is not written yet. */
  private readonly fresh = new Map<string, SeenView>();
  private readonly written = new Map<string, string>();
  private readonly timers: NodeJS.Timeout[] = [];
  private writing: Promise<void> = Promise.resolve();
  private settledAt = 0;

  constructor(private readonly deps: Deps) {}

  async entered(documentId: string, grant: RoomGrant, key: string): Promise<void> {
    if (documentParts(documentId)?.kind !== "reading") return;
    const { personId, name, roomRole, colour } = grant.person;
    const id = randomUUID();
    await addVisit(this.deps.db, {
      ...{ id, studyId: grant.studyId, personId, name, roomRole, colour },
      at: new Date(this.deps.clock.now()),
    });
    this.stays.set(`${documentId} ${key}`, { id, documentId });
    this.start();
  }

  left(documentId: string, key: string): void {
    const stay = this.stays.get(`${documentId} ${key}`);
    if (!stay) return;
    this.stays.delete(`${documentId} ${key}`);
    this.write(() => touchVisits(this.deps.db, [stay.id], new Date(this.deps.clock.now())));
  }

  looked(documentId: string, person: RoomPerson, view: SharedView, presenting: boolean): void {
    const parts = documentParts(documentId);
    if (parts?.kind !== "reading") return;
    this.fresh.set(`${parts.studyId} ${person.personId}`, {
      ...{ studyId: parts.studyId, personId: person.personId, presenting, view },
      at: new Date(this.deps.clock.now()),
    });
    this.start();
  }

  /** All that this process has seen until now is written: asked before the past is read. Works at most once a second. */
  async settled(): Promise<void> {
    const now = this.deps.clock.now();
    if (Math.abs(now - this.settledAt) >= VIEW_EVERY_MS) {
      this.settledAt = now;
      this.keepViews();
      this.touch();
    }
    await this.writing;
  }

  /** Writes what waits, and that whoever is still here was here until now. */
  async close(): Promise<void> {
    for (const timer of this.timers.splice(0)) clearInterval(timer);
    this.keepViews();
    this.touch();
    await this.writing;
  }

  private start(): void {
    if (this.timers.length > 0) return;
    this.timers.push(
      setInterval(() => this.keepViews(), VIEW_EVERY_MS).unref(),
      setInterval(() => this.touch(), TOUCH_EVERY_MS).unref(),
    );
  }

  private keepViews(): void {
    const rows: SeenView[] = [];
    for (const [key, seen] of this.fresh) {
      const text = `${seen.presenting} ${JSON.stringify(seen.view)}`;
      if (this.written.get(key) !== text) rows.push(seen);
      this.written.set(key, text);
    }
    this.fresh.clear();
    if (this.written.size > 5_000) this.written.clear();
    if (rows.length > 0) this.write(() => addViews(this.deps.db, rows));
  }

  private touch(): void {
    const ids = [...this.stays.values()].map((stay) => stay.id);
    if (ids.length > 0) this.write(() => touchVisits(this.deps.db, ids, new Date(this.deps.clock.now())));
  }

  /** One after the other: a stay's end is not overtaken by an earlier touch. */
  private write(work: () => Promise<void>): void {
    this.writing = this.writing.then(work).catch((error: unknown) => {
      this.deps.log.warn(
        { err: { message: error instanceof Error ? error.message : String(error) } },
        "a part of a room's history could not be written",
      );
    });
  }
}
