import type { RoomFrame } from "@readroom/shared/contract/room.js";
import { bodyOf } from "@readroom/shared/crdt/report.js";
import * as Y from "yjs";
import { connect } from "../fixtures/rooms.js";

/** What came in one message: edits, and of each pointer its third coordinate, which is the moment of its leaving. */
export interface Told {
  readonly updates: readonly Uint8Array[];
  readonly pointers: readonly number[];
}

/** A screen without a screen: it writes and points, and throws away what it hears. */
export interface ThinClient {
  readonly doc: Y.Doc;
  readonly text: Y.XmlText;
  /** @param saved called once it is committed, where the server says so */
  edit(update: Uint8Array, saved: () => void): void;
  point(at: number): void;
  listen(hear: (told: Told) => void): void;
  leave(): void;
}

export async function comeIn(port: number, document: string): Promise<ThinClient> {
  const socket = connect(port, "attending");
  const doc = new Y.Doc();
  const joined = await socket.emitWithAck("room.join", {
    document,
    stateVector: Y.encodeStateVector(doc),
    client: doc.clientID,
  });
  if (!joined.ok) throw new Error(joined.error.message);
  Y.applyUpdate(doc, joined.value.update);
  const paragraph = new Y.XmlElement("paragraph");
  const text = new Y.XmlText("");
  paragraph.insert(0, [text]);
  (bodyOf(doc).get(3) as Y.XmlElement).insert(0, [paragraph]);
  await socket.emitWithAck("room.update", { document, update: Y.encodeStateAsUpdate(doc, joined.value.stateVector) });
  const place = {
    frameOfReferenceUid: "1.2",
    studyInstanceUid: "1.2.3",
    seriesInstanceUid: "1.2.4",
    sopInstanceUid: "1.2.5",
    frame: 1,
  };
  return {
    doc,
    text,
    edit: (update, saved) =>
      void socket.emit("room.update", { document, update }, (answer: { ok: boolean }) => {
        if (answer.ok) saved();
      }),
    point: (at) => void socket.emit("room.pointer", { document, place: { ...place, worldMm: [1, 2, at] } }),
    listen: (hear) =>
      void socket.on("room.frame", ({ u = [], p = [] }: RoomFrame) =>
        hear({ updates: u, pointers: p.flatMap(([, at]) => (at ? [at.worldMm[2]] : [])) }),
      ),
    leave: () => socket.disconnect(),
  };
}
