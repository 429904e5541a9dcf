import { IndexeddbPersistence } from "y-indexeddb";
import * as Y from "yjs";
import type { SealedEdits } from "./sealed";
import type { LateEdits } from "./state";

/** Where edits are kept on this machine until the hub has them. */
export interface OfflineStore {
  /** Resolves when what was kept earlier is in the document, with the number of edits that were not saved then. */
  readonly loaded: Promise<Kept>;
  /** The origin of the changes that loading makes. */
  readonly origin: unknown;
  noteUnsaved(edits: number): void;
  noteSealed(edits: readonly SealedEdits[]): void;
  /** Kept apart from the document, and longer: resolves when it is written. */
  keepLate(late: readonly LateEdits[]): Promise<void>;
  /** Stops keeping (once `after` is done); `forget`: also removes what is kept (all of it is saved: no patient's text stays on this machine without need). */
  close(forget: boolean, after?: Promise<void>): Promise<void>;
}

export interface Kept {
  readonly unsaved: number;
  readonly sealed: readonly SealedEdits[];
  readonly late: readonly LateEdits[];
}

export type OpenOffline = (doc: Y.Doc) => OfflineStore;

const nothing = async (): Promise<void> => undefined;
const UNSAVED = "unsaved";
const SEALED = "sealed";
const LATE = "late";

/** Stores of this page by database: deleting a database closes every other connection to it, so only the last one may. */
const open = new Map<string, number>();
const closing = new Map<string, Promise<void>>();

/**
 * Other tabs may have the same database open: deleting it would close theirs, in the middle of what they write. Each holds a shared
 * lock; who gets it alone may delete. Without the API (a page that is not served securely) the tabs of a browser don't know of each other.
 */
function lockOf(name: string) {
  const locks = globalThis.navigator?.locks;
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let over: Promise<unknown> = held;
  const got = new Promise<void>((resolve) => {
    if (!locks) return resolve();
    over = locks.request(name, { mode: "shared" }, () => {
      resolve();
      return held;
    });
  });
  return {
    got,
    /** Gives it up, and does `alone` if nobody else holds it, else `beside`. */
    end: async (alone: () => Promise<void>, beside: () => Promise<void>): Promise<void> => {
      release();
      await over;
      if (locks) await locks.request(name, { ifAvailable: true }, (lock) => (lock ? alone() : beside()));
      else await alone();
    },
  };
}

/** In the browser's IndexedDB, under the person's id, so that nobody else's log-in sends these edits as theirs. */
export function indexedDbStore(personId: string, documentId: string): OpenOffline {
  return (doc) => {
    const name = `readroom:${personId}:${documentId}`;
    let closed = false;
    let persistence: IndexeddbPersistence | null = null;
    // A store of the same document that is being put away (the page was laid out anew) goes first.
    let lock: ReturnType<typeof lockOf> | null = null;
    const ready = (closing.get(name) ?? Promise.resolve()).then(async () => {
      if (closed) return null;
      lock = lockOf(name);
      await lock.got;
      if (closed) return null;
      open.set(name, (open.get(name) ?? 0) + 1);
      persistence = new IndexeddbPersistence(name, doc);
      // It would close with the document, in the middle of what is being read from it; `close` puts it away when that is done.
      doc.off("destroy", persistence.destroy);
      return persistence;
    });
    const loaded = ready.then(async (store) => {
      await store?.whenSynced;
      const sealed = (await store?.get(SEALED)) as readonly SealedEdits[] | undefined;
      return { unsaved: Number((await store?.get(UNSAVED)) ?? 0), sealed: sealed ?? [], late: await readLate(name) };
    });
    // What is written runs one after the other, and closing waits for it: a database that is closing throws at a late transaction.
    let last: Promise<unknown> = loaded;
    const note = (key: string, value: unknown): void => {
      // The store's types know only plain values; IndexedDB keeps what a structured clone can.
      const store = (): Promise<unknown> | undefined => persistence?.set(key, value as string);
      if (!closed) last = last.then(store).catch(() => undefined);
    };
    const putAway = async (forget: boolean, after?: Promise<void>): Promise<void> => {
      await after;
      await last.catch(() => undefined);
      const store = persistence;
      if (!store) return lock?.end(nothing, nothing);
      const others = (open.get(name) ?? 1) - 1;
      open.set(name, others);
      const keep = () => store.destroy();
      await lock?.end(forget && others === 0 ? () => store.clearData() : keep, keep);
    };
    return {
      loaded,
      get origin() {
        return persistence ?? doc;
      },
      noteUnsaved: (edits) => note(UNSAVED, edits),
      noteSealed: (edits) => note(SEALED, edits),
      keepLate: (late) => writeLate(name, late),
      close: (forget, after) => {
        closed = true;
        const done = putAway(forget, after);
        closing.set(
          name,
          done.catch(() => undefined),
        );
        return done;
      },
    };
  };
}

/** What was not taken has a database of its own: that of the document is thrown away when it is read anew. */
async function withLate<T>(name: string, work: (store: IndexeddbPersistence) => Promise<T>): Promise<T> {
  const doc = new Y.Doc();
  const store = new IndexeddbPersistence(`${name}:late`, doc);
  try {
    await store.whenSynced;
    return await work(store);
  } finally {
    await store.destroy();
    doc.destroy();
  }
}

async function readLate(name: string): Promise<readonly LateEdits[]> {
  const known = await indexedDB.databases?.().catch(() => null);
  if (known && !known.some((database) => database.name === `${name}:late`)) return [];
  return withLate(name, async (store) => ((await store.get(LATE)) as unknown as LateEdits[] | undefined) ?? []);
}

const writeLate = (name: string, late: readonly LateEdits[]): Promise<void> =>
  withLate(name, async (store) => {
    if (late.length === 0) await store.clearData();
    else await store.set(LATE, late as unknown as string);
  });

/** Keeps nothing: for guests, and where the browser has no IndexedDB. */
export const noStore: OpenOffline = () => ({
  loaded: Promise.resolve({ unsaved: 0, sealed: [], late: [] }),
  origin: Symbol("nothing is kept"),
  noteUnsaved: () => undefined,
  noteSealed: () => undefined,
  keepLate: async () => undefined,
  close: async () => undefined,
});
