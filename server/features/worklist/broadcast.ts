import { isUuid } from "@readroom/shared/kernel/ids.js";
import type { Deps } from "../../kernel/deps.js";
import type { Broadcast } from "../../kernel/feature.js";
import type { PublishedEvent } from "../../kernel/reactions.js";
import { topics } from "../../kernel/topics.js";
import { openStudiesOfPatient, rowsOf } from "./store-rows.js";

const MOST_AT_ONCE = 200;
/** Rows are read so long before they can go out, to be there in time. */
const AHEAD_MS = 40;
const WORKLIST = { kind: "system", id: "worklist", name: "worklist" } as const;

/**
 * Turns published events into rows on screens: the studies that they touched are read once, in one query for whatever gathered while
 * the last one ran or the way to the screens rests, and their rows pushed to everybody entitled. (Telling the clients to fetch again
 * took 100 times as long and a fifth of a core of the database.)
 */
export class RowBroadcast {
  private readonly dirty = new Set<string>();
  private readonly patients = new Set<string>();
  private seq = 0;
  private busy: Promise<void> | null = null;

  constructor(private readonly deps: Deps) {}

  follow(events: readonly PublishedEvent[], broadcast: Broadcast): void {
    for (const event of events) {
      this.seq = Math.max(this.seq, event.publishedSeq);
      this.touch(event, broadcast);
    }
    if (this.dirty.size + this.patients.size > 0) this.busy ??= this.drain(broadcast).finally(() => (this.busy = null));
  }

  /** Resolves when nothing is waiting to be sent. */
  async settled(): Promise<void> {
    await this.busy;
  }

  private touch(event: PublishedEvent, broadcast: Broadcast): void {
    const { studyId, patientId, groupId, previousGroupId } = event.payload;
    // Asked for by routing itself; nothing has changed yet.
    if (event.type === "study.reroute_wanted") return;
    if (typeof studyId === "string" && isUuid(studyId)) this.dirty.add(studyId);
    else if (event.type.startsWith("patient.") && typeof patientId === "string" && isUuid(patientId))
      this.patients.add(patientId);
    if (event.type === "study.routed" && typeof previousGroupId === "string" && previousGroupId !== groupId) {
      broadcast([topics.group(previousGroupId)], {
        seq: event.publishedSeq,
        type: "worklist.gone",
        payload: { studyId },
        at: event.at,
        actor: WORKLIST,
      });
    }
  }

  private async drain(broadcast: Broadcast): Promise<void> {
    while (this.dirty.size + this.patients.size > 0) {
      // Until then nothing could leave: what comes meanwhile is read in the same query.
      const rest = (broadcast.rest?.() ?? 0) - AHEAD_MS;
      if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
      const seq = this.seq;
      const patients = [...this.patients];
      this.patients.clear();
      try {
        if (patients.length > 0)
          for (const id of await openStudiesOfPatient(this.deps.db.pool, patients)) this.dirty.add(id);
        const ids = [...this.dirty].slice(0, MOST_AT_ONCE);
        for (const id of ids) this.dirty.delete(id);
        if (ids.length > 0) await this.send(ids, seq, broadcast);
      } catch (error) {
        // Screens fetch their lists again when they reconnect; the next event about these studies repairs the rows before that.
        this.deps.log.error(
          { err: { message: error instanceof Error ? error.message : String(error) } },
          "rows could not be sent",
        );
      }
    }
  }

  private async send(ids: readonly string[], seq: number, broadcast: Broadcast): Promise<void> {
    const at = this.deps.clock.now();
    for (const row of await rowsOf(this.deps.db.pool, ids, seq)) {
      const heard = [topics.hospital(row.hospital.id), ...(row.groupId ? [topics.group(row.groupId)] : [])];
      broadcast(heard, { seq, type: "worklist.row", payload: { row }, at, actor: WORKLIST });
    }
  }
}
