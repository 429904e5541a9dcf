import { privateDocument } from "@readroom/shared/contract/room.js";
import {
  type AnnotationRecord,
  acceptedRecord,
  isAccepted,
  readAnnotationRecord,
  withStatus,
} from "@readroom/shared/crdt/annotation.js";
import {
  annotationsOf,
  type KeyImage,
  keyImageId,
  keyImagesOf,
  putAnnotation,
  readAnnotations,
  readKeyImages,
  removeAnnotation,
  setKeyImage,
} from "@readroom/shared/crdt/reading.js";
import { useEffect, useMemo, useRef, useState } from "react";
import type * as Y from "yjs";
import { serverClock } from "../../kernel/clock";
import type { RoomProvider } from "../../kernel/room/provider";
import type { RoomSnapshot, Saved } from "../../kernel/room/state";
import { useDocumentRoom, useRoomState } from "../../kernel/room/use-room";
import { useSignedIn } from "../../kernel/session";
import { type AnnotationSync, createAnnotationSync, type ViewState } from "../../viewport/public";
import { whyNoMarks } from "./model";

/** Origin of what this screen writes: its own echo is not applied to the screen again. */
const HERE = Symbol("made on this screen");
const UNKNOWN_COLOUR = "#c3cad2";

export interface Marks {
  /** Everybody's, and one's own private ones. */
  records: readonly AnnotationRecord[];
  keyImages: readonly KeyImage[];
  /** Seen by this person alone. */
  isPrivate(id: string): boolean;
  /** New marks are private; null where there is no keeping any (guests of the room, no connection yet). */
  privately: boolean | null;
  keepPrivate(on: boolean): void;
  /** Shows a private mark to everybody in the room. */
  share(id: string): void;
  /** null: this person does not decide what becomes a part of the record. */
  accept: ((ids: readonly string[]) => void) | null;
  remove(id: string): void;
  /** Makes the image that is shown a key image, or no longer one. */
  toggleKeyImage(shown: ViewState): void;
  /** Whether one's own edits of either kind are durable. */
  saved: Saved;
}

/** A document that this screen's marks are kept the same with. */
interface Source {
  readonly doc: Y.Doc;
  readonly isOwn: boolean;
}

/** The marks on this screen and those of the shared document and of one's private one, kept the same both ways. */
export function useMarks(base: string, studyId: string, room: RoomProvider | null, snapshot: RoomSnapshot): Marks {
  const { user } = useSignedIn();
  const may = snapshot.self?.rights;
  const own = useDocumentRoom(may?.mark ? privateDocument(studyId, user.id) : null);
  const ownSnapshot = useRoomState(own);
  const [records, setRecords] = useState<readonly AnnotationRecord[]>([]);
  const [keyImages, setKeyImages] = useState<readonly KeyImage[]>([]);
  const [privately, keepPrivate] = useState(false);
  const sync = useRef<AnnotationSync | null>(null);
  const colours = useColours(user, snapshot);
  const now = useRef({ mayMark: false, accepts: false, privately });
  now.current = { mayMark: whyNoMarks(snapshot) === null, accepts: may?.accept ?? false, privately };
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new epoch means a new document object
  const sources = useMemo<readonly Source[]>(
    () => [...(room ? [{ doc: room.doc, isOwn: false }] : []), ...(own ? [{ doc: own.doc, isOwn: true }] : [])],
    [room, own, snapshot.epoch, ownSnapshot.epoch],
  );
  const ownDoc = sources.find(({ isOwn }) => isOwn)?.doc;
  const isPrivate = (id: string) => ownDoc !== undefined && annotationsOf(ownDoc).has(id);

  useEffect(() => {
    const shared = sources.find(({ isOwn }) => !isOwn)?.doc;
    if (!shared) return undefined;
    const mine = sources.find(({ isOwn }) => isOwn)?.doc;
    const all = () => marksIn(sources);
    const marks = createAnnotationSync({
      base,
      author: { id: user.id, name: user.name },
      accepts: () => now.current.accepts,
      isPrivate: (id) => mine !== undefined && annotationsOf(mine).has(id),
      colorOf: (id) => colours.current.get(id) ?? UNKNOWN_COLOUR,
      now: () => new Date(serverClock.now()),
      onChange(change) {
        // a mark on a frozen reading is taken down again: it would be on this screen alone
        if (!now.current.mayMark) return queueMicrotask(() => marks.replaceAll(all()));
        const id = change.type === "remove" ? change.id : change.record.id;
        const holder = sources.find(({ doc }) => annotationsOf(doc).has(id))?.doc;
        const doc = holder ?? (now.current.privately && mine ? mine : shared);
        doc.transact(() => {
          if (change.type === "remove") removeAnnotation(doc, change.id);
          else putAnnotation(doc, doc === mine ? draftOf(change.record) : change.record);
        }, HERE);
      },
    });
    sync.current = marks;
    marks.replaceAll(all());
    const stops = sources.map(({ doc }) => observe(doc, marks, all, setRecords));
    setRecords(all());
    return () => {
      for (const stop of stops) stop();
      marks.destroy();
      sync.current = null;
    };
  }, [sources, base, user.id, user.name, colours]);

  const sharedDoc = sources.find(({ isOwn }) => !isOwn)?.doc;
  useEffect(() => {
    if (!sharedDoc) return undefined;
    const keys = () => setKeyImages(readKeyImages(sharedDoc));
    keys();
    keyImagesOf(sharedDoc).observe(keys);
    return () => keyImagesOf(sharedDoc).unobserve(keys);
  }, [sharedDoc]);

  const known = colours.current.size;
  // biome-ignore lint/correctness/useExhaustiveDependencies: painted anew when somebody's colour becomes known
  useEffect(() => {
    sync.current?.applyRemote(marksIn(sources));
  }, [known]);

  const person = { id: user.id, name: user.name };
  return {
    records,
    keyImages,
    isPrivate,
    privately: ownSnapshot.self?.rights.mark ? privately : null,
    keepPrivate,
    share(id) {
      const record = ownDoc && readAnnotationRecord(annotationsOf(ownDoc).get(id));
      if (!record || !sharedDoc || !now.current.mayMark) return;
      // Into the room before it leaves where it was: a loss between the two would lose the mark.
      const hand = { id: user.id, accepts: now.current.accepts };
      sharedDoc.transact(() => putAnnotation(sharedDoc, withStatus(record, hand)));
      ownDoc.transact(() => removeAnnotation(ownDoc, id));
    },
    accept:
      may?.accept && sharedDoc && whyNoMarks(snapshot) === null
        ? (ids) =>
            sharedDoc.transact(() => {
              for (const id of ids) {
                const record = readAnnotationRecord(annotationsOf(sharedDoc).get(id));
                if (record && !isAccepted(record)) putAnnotation(sharedDoc, acceptedRecord(record, person));
              }
            })
        : null,
    remove: (id) => sync.current?.remove(id),
    toggleKeyImage(shown) {
      if (!room || !now.current.mayMark) return;
      const { studyInstanceUid, seriesInstanceUid, sopInstanceUid, frame } = shown;
      const id = keyImageId(sopInstanceUid, frame);
      const image: KeyImage = {
        id,
        v: 1,
        studyInstanceUid,
        seriesInstanceUid,
        sopInstanceUid,
        frame,
        author: person,
        createdAt: new Date(serverClock.now()).toISOString(),
      };
      room.doc.transact(() => setKeyImage(room.doc, image, !keyImagesOf(room.doc).has(id)), HERE);
    },
    saved: own && snapshot.saved.state === "saved" && ownSnapshot.self ? ownSnapshot.saved : snapshot.saved,
  };
}

/** Each mark once: one that was shared a moment ago may still lie in both, and the shared one counts. */
const marksIn = (sources: readonly Source[]): AnnotationRecord[] => [
  ...new Map(
    [...sources].reverse().flatMap(({ doc }) => readAnnotations(doc).map((record) => [record.id, record] as const)),
  ).values(),
];

/** Nobody accepts what nobody else can see. */
const draftOf = (record: AnnotationRecord): AnnotationRecord =>
  withStatus(record, { id: record.author.id, accepts: false });

/** Applies each change of the document that was not made here to the screen. */
function observe(
  doc: Y.Doc,
  marks: AnnotationSync,
  all: () => AnnotationRecord[],
  changed: (records: AnnotationRecord[]) => void,
): () => void {
  const map = annotationsOf(doc);
  const hear = (event: Y.YMapEvent<unknown>, transaction: Y.Transaction) => {
    const now = all();
    if (transaction.origin !== HERE) {
      const upserts = now.filter((record) => event.keysChanged.has(record.id));
      // One that was shared is gone here and stands there.
      const gone = [...event.keysChanged].filter((id) => !upserts.some((record) => record.id === id));
      marks.applyRemote(upserts, gone);
    }
    changed(now);
  };
  map.observe(hear);
  return () => map.unobserve(hear);
}

/** Colours of everybody seen in the room since the page was opened, and one's own. */
function useColours(
  user: { id: string; colour: string },
  { people }: RoomSnapshot,
): { readonly current: Map<string, string> } {
  const colours = useRef(new Map<string, string>());
  colours.current.set(user.id, user.colour);
  for (const person of people) colours.current.set(person.personId, person.colour);
  return colours;
}
