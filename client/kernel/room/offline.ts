import { IndexeddbPersistence } from "y-indexeddb";
import type * as Y from "yjs";

/** Where edits are kept on this machine until the hub has them. */
export interface OfflineStore {
  /** Resolves when what was kept earlier is in the document, with the number of edits that were not saved then. */
  readonly loaded: Promise<number>;
  /** The origin of the changes that loading makes. */
  readonly origin: unknown;
  noteUnsaved(edits: number): void;
  /** Stops keeping; `forget`: also removes what is kept (all of it is saved: no patient's text stays on this machine without need). */
  close(forget: boolean): Promise<void>;
}

export type OpenOffline = (doc: Y.Doc) => OfflineStore;

const UNSAVED = "unsaved";

/** Stores of this page by database: deleting a database closes every other connection to it, so only the last one may. */
const open = new Map<string, number>();
const closing = new Map<string, Promise<void>>();

/** In the browser's IndexedDB, under the person's id, so that nobody else's log-in sends these edits as theirs. */
export function indexedDbStore(personId: string, documentId: string): OpenOffline {
  return (doc) => {
    const name = `readroom:${personId}:${documentId}`;
    open.set(name, (open.get(name) ?? 0) + 1);
    let closed = false;
    let persistence: IndexeddbPersistence | null = null;
    // A store of the same document that is being put away (the page was laid out anew) goes first.
    const ready = (closing.get(name) ?? Promise.resolve()).then(() => {
      if (!closed) persistence = new IndexeddbPersistence(name, doc);
      return persistence;
    });
    const loaded = ready.then(async (store) => {
      await store?.whenSynced;
      return Number((await store?.get(UNSAVED)) ?? 0);
    });
    // What is written runs one after the other, and closing waits for it: a database that is closing throws at a late transaction.
    let last: Promise<unknown> = loaded;
    const putAway = async (forget: boolean): Promise<void> => {
      await last.catch(() => undefined);
      const others = (open.get(name) ?? 1) - 1;
      open.set(name, others);
      await (forget && others === 0 ? persistence?.clearData() : persistence?.destroy());
    };
    return {
      loaded,
      get origin() {
        return persistence ?? doc;
      },
      noteUnsaved: (edits) => {
        if (!closed) last = last.then(() => persistence?.set(UNSAVED, edits)).catch(() => undefined);
      },
      close: (forget) => {
        closed = true;
        const done = putAway(forget);
        closing.set(
          name,
          done.catch(() => undefined),
        );
        return done;
      },
    };
  };
}

/** Keeps nothing: for guests, and where the browser has no IndexedDB. */
export const noStore: OpenOffline = () => ({
  loaded: Promise.resolve(0),
  origin: Symbol("nothing is kept"),
  noteUnsaved: () => undefined,
  close: async () => undefined,
});
