import * as Y from "yjs";
import type { Database } from "../../../kernel/database.js";
import type { PersonOf } from "../ports.js";
import { updatesBetween, writersOf } from "./store.js";

/** Documents kept while somebody scrubs through them. */
const KEPT = 12;
const KEPT_MS = 120_000;

interface Kept {
  readonly doc: Y.Doc;
  readonly at: number;
  readonly usedAt: number;
}

/**
 * Documents as they stood: the log applied up to an instant. The log is never shortened, so any instant can be had. Going forward
 * only what came since is read; going back the document is made anew.
 */
export class Past {
  private readonly kept = new Map<string, Kept>();

  constructor(private readonly db: Database) {}

  /** Runs `work` on the document as it was at `at` (ms); it must not keep it. */
  async at<T>(documentId: string, at: number, work: (doc: Y.Doc, personOf: PersonOf) => T): Promise<T> {
    const before = this.kept.get(documentId);
    const from = before && before.at <= at ? before : null;
    // taken out while it is worked on: two that scrub at once each have their own
    this.kept.delete(documentId);
    const doc = from?.doc ?? new Y.Doc();
    if (before && !from) before.doc.destroy();
    const updates = await updatesBetween(this.db, documentId, new Date(from?.at ?? 0), new Date(at));
    doc.transact(() => {
      for (const update of updates) Y.applyUpdate(doc, update);
    });
    const writers = new Map((await writersOf(this.db, documentId)).map((one) => [one.client, one]));
    try {
      return work(doc, (client) => writers.get(client));
    } finally {
      this.keep(documentId, { doc, at, usedAt: Date.now() });
    }
  }

  private keep(documentId: string, kept: Kept): void {
    this.kept.get(documentId)?.doc.destroy();
    this.kept.delete(documentId);
    this.kept.set(documentId, kept);
    for (const [id, one] of this.kept) {
      if (this.kept.size <= KEPT && kept.usedAt - one.usedAt < KEPT_MS) break;
      if (id === documentId) continue;
      one.doc.destroy();
      this.kept.delete(id);
    }
  }
}
