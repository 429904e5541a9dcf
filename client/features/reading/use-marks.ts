import type { AnnotationRecord } from "@readroom/shared/crdt/annotation.js";
import { readAnnotationRecord } from "@readroom/shared/crdt/annotation.js";
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
import { useEffect, useRef, useState } from "react";
import type * as Y from "yjs";
import { serverClock } from "../../kernel/clock";
import type { RoomProvider } from "../../kernel/room/provider";
import type { RoomSnapshot } from "../../kernel/room/state";
import { useSignedIn } from "../../kernel/session";
import { type AnnotationSync, createAnnotationSync, type ViewState } from "../../viewport/public";
import { whyNoMarks } from "./model";

/** Origin of what this screen writes: its own echo is not applied to the screen again. */
const HERE = Symbol("made on this screen");
const UNKNOWN_COLOUR = "#c3cad2";

export interface Marks {
  records: readonly AnnotationRecord[];
  keyImages: readonly KeyImage[];
  remove(id: string): void;
  /** Makes the image that is shown a key image, or no longer one. */
  toggleKeyImage(shown: ViewState): void;
}

/** The marks on this screen and the shared document's, kept the same both ways. */
export function useMarks(base: string, room: RoomProvider | null, snapshot: RoomSnapshot): Marks {
  const { user } = useSignedIn();
  const [records, setRecords] = useState<readonly AnnotationRecord[]>([]);
  const [keyImages, setKeyImages] = useState<readonly KeyImage[]>([]);
  const sync = useRef<AnnotationSync | null>(null);
  const mayMark = useRef(false);
  mayMark.current = whyNoMarks(snapshot) === null;
  const colours = useColours(user, snapshot);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new epoch means a new document object
  useEffect(() => {
    if (!room) return undefined;
    const { doc } = room;
    const marks = createAnnotationSync({
      base,
      author: { id: user.id, name: user.name },
      colorOf: (id) => colours.current.get(id) ?? UNKNOWN_COLOUR,
      now: () => new Date(serverClock.now()),
      onChange(change) {
        // a mark on a frozen reading is taken down again: it would be on this screen alone
        if (!mayMark.current) return queueMicrotask(() => marks.replaceAll(readAnnotations(doc)));
        doc.transact(() => {
          if (change.type === "remove") removeAnnotation(doc, change.id);
          else putAnnotation(doc, change.record);
        }, HERE);
      },
    });
    sync.current = marks;
    const stop = observe(doc, marks, () => setRecords(readAnnotations(doc)));
    const keys = () => setKeyImages(readKeyImages(doc));
    keys();
    keyImagesOf(doc).observe(keys);
    return () => {
      keyImagesOf(doc).unobserve(keys);
      stop();
      marks.destroy();
      sync.current = null;
    };
  }, [room, snapshot.epoch, base, user.id, user.name]);

  const known = colours.current.size;
  // biome-ignore lint/correctness/useExhaustiveDependencies: painted anew when somebody's colour becomes known
  useEffect(() => {
    if (room) sync.current?.applyRemote(readAnnotations(room.doc));
  }, [known]);

  return {
    records,
    keyImages,
    remove: (id) => sync.current?.remove(id),
    toggleKeyImage(shown) {
      if (!room || !mayMark.current) return;
      const { studyInstanceUid, seriesInstanceUid, sopInstanceUid, frame } = shown;
      const id = keyImageId(sopInstanceUid, frame);
      const image: KeyImage = {
        id,
        v: 1,
        studyInstanceUid,
        seriesInstanceUid,
        sopInstanceUid,
        frame,
        author: { id: user.id, name: user.name },
        createdAt: new Date(serverClock.now()).toISOString(),
      };
      room.doc.transact(() => setKeyImage(room.doc, image, !keyImagesOf(room.doc).has(id)), HERE);
    },
  };
}

/** Applies the document to the screen now and with each change that was not made here. */
function observe(doc: Y.Doc, marks: AnnotationSync, changed: () => void): () => void {
  const map = annotationsOf(doc);
  const hear = (event: Y.YMapEvent<unknown>, transaction: Y.Transaction) => {
    if (transaction.origin !== HERE) {
      const gone = [...event.keysChanged].filter((id) => !map.has(id));
      const upserts = [...event.keysChanged].flatMap((id) => readAnnotationRecord(map.get(id)) ?? []);
      marks.applyRemote(upserts, gone);
    }
    changed();
  };
  marks.replaceAll(readAnnotations(doc));
  changed();
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
