import { randomUUID } from "node:crypto";
import type { Database } from "../../kernel/database.js";
import { holdDocument, releaseDocument } from "./store.js";

/** Longer than a signature's transaction may take; a process that dies leaves the document free after it. */
const HOLD_MS = 60_000;

/** Another process of the hub has the document held. */
export class HeldElsewhere extends Error {}

/** Runs `work` while no process of the hub can append to the document. Throws HeldElsewhere where another one holds it. */
export async function withHold<T>(db: Database, documentId: string, work: () => Promise<T>): Promise<T> {
  const holder = randomUUID();
  if (!(await holdDocument(db, documentId, holder, HOLD_MS))) throw new HeldElsewhere();
  try {
    return await work();
  } finally {
    await releaseDocument(db, documentId, holder);
  }
}
