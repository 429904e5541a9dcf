import type { Refusal } from "@readroom/shared/contract/errors.js";
import { refusal } from "@readroom/shared/contract/errors.js";
import { documentParts } from "@readroom/shared/contract/room.js";
import { checkReading, checkReport, type Verdict, type Writer } from "@readroom/shared/crdt/check.js";
import { READING_ROOTS } from "@readroom/shared/crdt/reading.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import * as Y from "yjs";
import { documentOf } from "./compaction.js";

export interface Hand {
  readonly personId: string;
  readonly name: string;
  readonly mark: boolean;
  readonly write: boolean;
}

export interface Taken {
  /** What was new in it, for the others and for the log; null when the hub had all of it. */
  readonly news: Uint8Array | null;
  readonly unlogged: readonly KnownClient[];
}

export interface KnownClient {
  readonly client: number;
  readonly actorId: string;
  readonly name: string;
}

/**
 * The hub's own copy of one document, and a second one on which every edit is tried first. Yjs can't take an edit back: a bad one
 * is therefore seen on the trial copy, which is then made anew from the good one. (Copying the document for each edit, the
 * alternative, costs its whole size per key stroke.)
 */
export class Replica {
  readonly doc: Y.Doc;
  private trial: Y.Doc;
  private readonly clients = new Map<number, KnownClient>();
  /** Client ids whose person the log has, or is about to have. */
  private readonly logged = new Set<number>();
  /** Authors of records that were deleted since this copy was read. */
  private readonly deletedBy = new Map<string, string>();
  private verdict: Verdict | null = null;
  private writer: Writer | null = null;
  private readonly check: typeof checkReading;

  constructor(
    documentId: string,
    snapshot: Uint8Array | null,
    updates: readonly Uint8Array[],
    clients: readonly KnownClient[],
  ) {
    const kind = documentParts(documentId)?.kind;
    this.check = kind === "report" ? checkReport : checkReading;
    this.doc = documentOf(snapshot, updates);
    defineRoots(this.doc, kind);
    this.trial = this.freshTrial();
    if (kind === "reading") this.rememberDeleted();
    for (const client of clients) {
      this.clients.set(client.client, client);
      this.logged.add(client.client);
    }
  }

  personOf(client: number): KnownClient | undefined {
    return this.clients.get(client);
  }

  private rememberDeleted(): void {
    for (const root of READING_ROOTS) {
      this.doc.getMap(root).observe((event) => {
        for (const [key, { action, oldValue }] of event.changes.keys) {
          const author = (oldValue as { author?: { id?: unknown } } | undefined)?.author?.id;
          if (action === "delete" && typeof author === "string") this.deletedBy.set(key, author);
        }
      });
    }
  }

  writers(): [number, string, string][] {
    return [...this.clients.values()].map(({ client, actorId, name }) => [client, actorId, name]);
  }

  /** This person will write with that client id. False when it is somebody else's already. */
  reserve(client: number, hand: Pick<Hand, "personId" | "name">): boolean {
    const owner = this.clients.get(client);
    if (!owner) this.clients.set(client, { client, actorId: hand.personId, name: hand.name });
    return !owner || owner.actorId === hand.personId;
  }

  /** The log knows whose this client id is. */
  noteLogged(client: number): void {
    this.logged.add(client);
  }

  /**
   * Tries an edit and takes it. Refuses what is malformed, has a gap before it (the sender must resync), carries words under
   * another's client id (unless `relaying`: just after a restart people hand on what others had not saved), or breaks the shape.
   * @returns what was new in it, and the client ids that the log does not know yet
   */
  take(update: Uint8Array, hand: Hand, relaying: boolean): Result<Taken, Refusal> {
    const authors = this.authorsOf(update, hand, relaying);
    if (!authors.ok) return authors;
    this.writer = {
      personId: hand.personId,
      mark: hand.mark,
      write: hand.write,
      personOf: (client) => this.clients.get(client)?.actorId,
      authorOfDeleted: (id) => this.deletedBy.get(id),
      hasWritten: (personId) => [...this.clients.values()].some((one) => one.actorId === personId),
    };
    this.verdict = null;
    try {
      Y.applyUpdate(this.trial, update);
    } catch {
      this.verdict = { code: "invalid", reason: "not a Yjs update" };
    }
    const gap = this.trial.store.pendingStructs !== null || this.trial.store.pendingDs !== null;
    if (this.verdict || gap) this.trial = this.freshTrial();
    if (this.verdict) return err(refusal((this.verdict as Verdict).code, (this.verdict as Verdict).reason));
    if (gap) return err(resync());
    const news = this.apply(update);
    const unlogged = authors.value.filter((client) => !this.logged.has(client.client));
    for (const client of unlogged) {
      this.clients.set(client.client, client);
      this.logged.add(client.client);
    }
    return ok({ news, unlogged });
  }

  /** For tests and for reading: the state that a client with that state vector lacks. */
  missing(stateVector: Uint8Array): Uint8Array {
    return Y.encodeStateAsUpdate(this.doc, stateVector);
  }

  destroy(): void {
    this.doc.destroy();
    this.trial.destroy();
  }

  /** Yjs tells what it took: without what it had already (a client that comes back sends all its deletions). */
  private apply(update: Uint8Array): Uint8Array | null {
    const told: Uint8Array[] = [];
    const listen = (news: Uint8Array): void => void told.push(news);
    this.doc.on("update", listen);
    Y.applyUpdate(this.doc, update);
    this.doc.off("update", listen);
    return told.length > 1 ? Y.mergeUpdates(told) : (told[0] ?? null);
  }

  private authorsOf(update: Uint8Array, hand: Hand, relaying: boolean): Result<KnownClient[], Refusal> {
    let decoded: ReturnType<typeof Y.decodeUpdate>;
    try {
      decoded = Y.decodeUpdate(update);
    } catch {
      return err(refusal("invalid", "not a Yjs update"));
    }
    const next = new Map<number, number>();
    for (const struct of decoded.structs) {
      const { client, clock } = struct.id;
      const known = next.get(client) ?? Y.getState(this.doc.store, client);
      if (struct instanceof Y.Skip || clock > known) return err(resync());
      if (clock + struct.length > known) next.set(client, clock + struct.length);
    }
    const clients: KnownClient[] = [];
    for (const client of next.keys()) {
      const owner = this.clients.get(client);
      if (owner && owner.actorId !== hand.personId && !relaying)
        return err(refusal("forbidden", "An edit carries the words of the person who wrote them."));
      clients.push(owner ?? { client, actorId: hand.personId, name: hand.name });
    }
    return ok(clients);
  }

  private freshTrial(): Y.Doc {
    const trial = new Y.Doc();
    defineRoots(trial, this.check === checkReport ? "report" : "reading");
    Y.applyUpdate(trial, Y.encodeStateAsUpdate(this.doc));
    trial.on("afterTransaction", (transaction: Y.Transaction) => {
      if (this.writer && !this.verdict) this.verdict = this.check(transaction, this.doc, this.writer);
    });
    this.trial?.destroy();
    return trial;
  }
}

const resync = (): Refusal =>
  refusal("conflict", "Something before this edit is missing here.", {
    action: "Synchronise and send it again.",
    detail: { resync: true },
  });

function defineRoots(doc: Y.Doc, kind: "reading" | "report" | undefined): void {
  if (kind === "report") {
    doc.getXmlFragment("body");
    doc.getMap("meta");
  } else for (const root of READING_ROOTS) doc.getMap(root);
}
