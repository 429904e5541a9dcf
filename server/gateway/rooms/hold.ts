import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Database } from "../../kernel/database.js";
import { holdDocument, keepHolding, releaseDocument } from "./store.js";

/** A process that dies leaves the document free after this; one that lives renews in time. */
const HOLD_MS = 5_000;
const RENEW_MS = 1_000;
/** Long enough to see the end of a hold whose process died: whoever signs again after a power cut is not sent away. */
const PATIENCE_MS = HOLD_MS + 1_000;
const ASK_EVERY_MS = 250;

/** Another process of the hub has the document held. */
export class HeldElsewhere extends Error {}

/** Runs `work` while no process of the hub can append to the document. Throws HeldElsewhere where another one goes on holding it. */
export async function withHold<T>(db: Database, documentId: string, work: () => Promise<T>): Promise<T> {
  const holder = randomUUID();
  for (let waited = 0; !(await holdDocument(db, documentId, holder, HOLD_MS)); waited += ASK_EVERY_MS) {
    if (waited >= PATIENCE_MS) throw new HeldElsewhere();
    await pause(ASK_EVERY_MS);
  }
  // One that can't be renewed ends by itself; the signature's own transaction says whether it went in.
  const renewal = setInterval(() => {
    keepHolding(db, documentId, holder, HOLD_MS).catch(() => undefined);
  }, RENEW_MS);
  try {
    return await work();
  } finally {
    clearInterval(renewal);
    await releaseDocument(db, documentId, holder);
  }
}
