import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { WebSocket } from "ws";
import * as Y from "yjs";
import type { ThinClient, Told } from "./rooms.client.js";

/** y-protocols over a websocket, as thin as ours: it sends edits and awareness, and reads only what it must. */
const SYNC = 0;
const AWARENESS = 1;
const AUTH = 2;
const UPDATE = 2;

export async function comeInPeer(
  which: "hocuspocus" | "y-websocket",
  port: number,
  document: string,
): Promise<ThinClient> {
  // Hocuspocus carries the document's name in each message, y-websocket in the address.
  const named = which === "hocuspocus";
  const socket = new WebSocket(`ws://127.0.0.1:${port}/${named ? "" : document}`, { perMessageDeflate: false });
  socket.binaryType = "nodebuffer";
  await new Promise<void>((resolve, reject) => socket.once("open", () => resolve()).once("error", reject));
  const doc = new Y.Doc();
  const send = (type: number, write: (encoder: encoding.Encoder) => void): void => {
    const encoder = encoding.createEncoder();
    if (named) encoding.writeVarString(encoder, document);
    encoding.writeVarUint(encoder, type);
    write(encoder);
    socket.send(encoding.toUint8Array(encoder));
  };
  const heard = new Set<(told: Told) => void>();
  let synced = (): void => undefined;
  const arrived = new Promise<void>((resolve) => {
    synced = resolve;
  });
  socket.on("message", (bytes: Buffer) => {
    const decoder = decoding.createDecoder(new Uint8Array(bytes));
    if (named) decoding.readVarString(decoder);
    const type = decoding.readVarUint(decoder);
    if (type === SYNC) {
      const step = decoding.readVarUint(decoder);
      const update = decoding.readVarUint8Array(decoder);
      if (step === 1) synced();
      if (step === UPDATE) for (const hear of heard) hear({ updates: [update], pointers: [] });
    } else if (type === AWARENESS && heard.size > 0) {
      const pointers = pointersIn(decoding.readVarUint8Array(decoder));
      for (const hear of heard) hear({ updates: [], pointers });
    }
  });
  if (named) {
    send(AUTH, (encoder) => {
      encoding.writeVarUint(encoder, 0);
      encoding.writeVarString(encoder, "");
      encoding.writeVarString(encoder, "1");
    });
  }
  send(SYNC, (encoder) => {
    encoding.writeVarUint(encoder, 0);
    encoding.writeVarUint8Array(encoder, Y.encodeStateVector(doc));
  });
  await arrived;
  const paragraph = new Y.XmlElement("paragraph");
  const text = new Y.XmlText("");
  paragraph.insert(0, [text]);
  doc.getXmlFragment("body").insert(0, [paragraph]);
  const sendUpdate = (update: Uint8Array): void =>
    send(SYNC, (encoder) => {
      encoding.writeVarUint(encoder, UPDATE);
      encoding.writeVarUint8Array(encoder, update);
    });
  sendUpdate(Y.encodeStateAsUpdate(doc));
  let clock = 0;
  return {
    doc,
    text,
    // It says "saved" of what is in memory, if at all: there is nothing to compare with.
    edit: (update) => sendUpdate(update),
    point: (at) => {
      clock += 1;
      send(AWARENESS, (encoder) => encoding.writeVarUint8Array(encoder, awareness(doc.clientID, clock, at)));
    },
    listen: (hear) => void heard.add(hear),
    leave: () => socket.terminate(),
  };
}

function awareness(client: number, clock: number, at: number): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, 1);
  encoding.writeVarUint(encoder, client);
  encoding.writeVarUint(encoder, clock);
  encoding.writeVarString(encoder, JSON.stringify({ pointer: { ...PLACE, worldMm: [1, 2, at] } }));
  return encoding.toUint8Array(encoder);
}

const PLACE = {
  frameOfReferenceUid: "1.2",
  studyInstanceUid: "1.2.3",
  seriesInstanceUid: "1.2.4",
  sopInstanceUid: "1.2.5",
  frame: 1,
};

function pointersIn(bytes: Uint8Array): number[] {
  const decoder = decoding.createDecoder(bytes);
  const found: number[] = [];
  for (let n = decoding.readVarUint(decoder); n > 0; n -= 1) {
    decoding.readVarUint(decoder);
    decoding.readVarUint(decoder);
    const state = JSON.parse(decoding.readVarString(decoder)) as { pointer?: { worldMm: number[] } } | null;
    if (state?.pointer) found.push(state.pointer.worldMm[2] ?? 0);
  }
  return found;
}
