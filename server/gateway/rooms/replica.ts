import type { Refusal } from "@readroom/shared/contract/errors.js";
import { refusal } from "@readroom/shared/contract/errors.js";
import { type DocumentParts, documentParts } from "@readroom/shared/contract/room.js";
import { checkReading, checkReport, type Verdict, type Writer } from "@readroom/shared/crdt/check.js";
import { READING_ROOTS } from "@readroom/shared/crdt/reading.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import * as Y from "yjs";
import { documentOf } from "./compaction.js";

export interface Hand {
  readonly personId: string;
  readonly name: string;
  readonly mark: boolean;
  readonly accept: boolean;
  readonly write: boolean;
}

export interface Taken {
  /** What was new in it, for the others and for the log; null when the hub had all of it. */
  readonly news: Uint8Array | null;
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
    if (kind !== "report") this.rememberDeleted();
    this.name(clients);
  }

  /** These client ids are theirs. */
  name(clients: readonly KnownClient[]): void {
    for (const client of clients) this.clients.set(client.client, client);
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

  /** Client ids in it whose person is not known here; none where it can't be read. */
  strangersIn(update: Uint8Array): number[] {
    try {
      return [...Y.parseUpdateMeta(new Uint8Array(update)).from.keys()].filter((client) => !this.clients.has(client));
    } catch {
      return [];
    }
  }

  writers(): [number, string, string][] {
    return [...this.clients.values()].map(({ client, actorId, name }) => [client, actorId, name]);
  }

  /**
   * Tries an edit and takes it. Refuses what is malformed, has a gap before it (the sender must resync), carries words under
   * another's client id (unless it is `sealed`: the hub took it before, from them, and could not commit it), or breaks the shape.
   * @returns what was new in it; "conflict" with detail.unknown where it has client ids whose person is not known here
   */
  take(given: Uint8Array, hand: Hand, sealed = false): Result<Taken, Refusal> {
    // A copy of its own: Yjs reads a length that lies beyond the end of a view, into whatever lies behind it in that buffer.
    const update = new Uint8Array(given);
    const foreign = this.refuseAuthors(update, hand, sealed);
    if (foreign) return err(foreign);
    this.writer = {
      personId: hand.personId,
      judged: sealed,
      mark: hand.mark || sealed,
      accept: hand.accept || sealed,
      write: hand.write || sealed,
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
    this.writer = null;
    const gap = this.trial.store.pendingStructs !== null || this.trial.store.pendingDs !== null;
    if (this.verdict || gap) this.trial = this.freshTrial();
    if (this.verdict) return err(refusal((this.verdict as Verdict).code, (this.verdict as Verdict).reason));
    if (gap) return err(resync());
    return ok({ news: this.apply(update) });
  }

  /**
   * Applies what the log has: another process has judged it.
   * @returns what was new in it (null: nothing), and the client ids in it whose person is not known here
   */
  takeLogged(update: Uint8Array): { news: Uint8Array | null; strangers: number[] } {
    const strangers = this.strangersIn(update);
    Y.applyUpdate(this.trial, update);
    return { news: this.apply(update), strangers };
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

  private refuseAuthors(update: Uint8Array, hand: Hand, sealed: boolean): Refusal | null {
    let decoded: ReturnType<typeof Y.decodeUpdate>;
    try {
      decoded = Y.decodeUpdate(update);
    } catch {
      return refusal("invalid", "not a Yjs update");
    }
    const next = new Map<number, number>();
    for (const struct of decoded.structs) {
      const { client, clock } = struct.id;
      const known = next.get(client) ?? Y.getState(this.doc.store, client);
      if (struct instanceof Y.Skip || clock > known) return resync();
      if (clock + struct.length > known) next.set(client, clock + struct.length);
    }
    const unknown: number[] = [];
    for (const client of next.keys()) {
      const owner = this.clients.get(client);
      if (!owner) unknown.push(client);
      else if (owner.actorId !== hand.personId && !sealed)
        return refusal("forbidden", "An edit carries the words of the person who wrote them.");
    }
    return unknown.length > 0 ? refusal("conflict", "Client ids that nobody has yet.", { detail: { unknown } }) : null;
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

function defineRoots(doc: Y.Doc, kind: DocumentParts["kind"] | undefined): void {
  if (kind === "report") {
    doc.getXmlFragment("body");
    doc.getMap("meta");
  } else for (const root of READING_ROOTS) doc.getMap(root);
}
