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

/** In the browser's IndexedDB, under the person's id, so that nobody else's log-in sends these edits as theirs. */
export function indexedDbStore(personId: string, documentId: string): OpenOffline {
  return (doc) => {
    const persistence = new IndexeddbPersistence(`readroom:${personId}:${documentId}`, doc);
    const loaded = persistence.whenSynced.then(async () => Number((await persistence.get(UNSAVED)) ?? 0));
    let closed = false;
    // What is written runs one after the other, and closing waits for it: a database that is closing throws at a late transaction.
    let last: Promise<unknown> = loaded;
    return {
      loaded,
      origin: persistence,
      noteUnsaved: (edits) => {
        if (!closed) last = last.then(() => persistence.set(UNSAVED, edits)).catch(() => undefined);
      },
      close: async (forget) => {
        closed = true;
        await last.catch(() => undefined);
        await (forget ? persistence.clearData() : persistence.destroy());
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
