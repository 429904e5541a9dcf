import { readAnnotationRecord } from "@readroom/shared/crdt/annotation.js";
import { annotationsOf, putAnnotation, readAnnotations, removeAnnotation } from "@readroom/shared/crdt/reading.js";
import { useEffect, useRef } from "react";
import type * as Y from "yjs";
import { serverClock } from "../../kernel/clock";
import type { RoomProvider } from "../../kernel/room/provider";
import type { RoomSnapshot } from "../../kernel/room/state";
import { createAnnotationSync } from "../../viewport/public";

const HERE = Symbol("made on this screen");
const UNKNOWN_COLOUR = "#c3cad2";

/** The room's marks on the guest's image; their own go into the room while they may mark. */
export function useGuestMarks(room: RoomProvider | null, snapshot: RoomSnapshot | null, base: string): void {
  const newest = useRef(snapshot);
  newest.current = snapshot;
  const { personId, name } = snapshot?.self ?? { personId: null, name: "" };
  const epoch = snapshot?.epoch ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new epoch means a new document object
  useEffect(() => {
    if (!room || !personId) return undefined;
    const { doc } = room;
    const map = annotationsOf(doc);
    const marks = createAnnotationSync({
      base,
      author: { id: personId, name },
      accepts: () => newest.current?.self?.rights.accept ?? false,
      colorOf: (id) => newest.current?.people.find((one) => one.personId === id)?.colour ?? UNKNOWN_COLOUR,
      now: () => new Date(serverClock.now()),
      onChange(change) {
        if (!newest.current?.self?.rights.mark) return queueMicrotask(() => marks.replaceAll(readAnnotations(doc)));
        doc.transact(() => {
          if (change.type === "remove") removeAnnotation(doc, change.id);
          else putAnnotation(doc, change.record);
        }, HERE);
      },
    });
    const hear = (event: Y.YMapEvent<unknown>, transaction: Y.Transaction) => {
      if (transaction.origin === HERE) return;
      const gone = [...event.keysChanged].filter((id) => !map.has(id));
      marks.applyRemote(
        [...event.keysChanged].flatMap((id) => readAnnotationRecord(map.get(id)) ?? []),
        gone,
      );
    };
    marks.replaceAll(readAnnotations(doc));
    map.observe(hear);
    return () => {
      map.unobserve(hear);
      marks.destroy();
    };
  }, [room, epoch, base, personId, name]);
}
