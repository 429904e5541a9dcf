import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { RoomFrame } from "@readroom/shared/contract/room.js";
import { bodyOf } from "@readroom/shared/crdt/report.js";
import type { Socket } from "socket.io-client";
import * as Y from "yjs";
import { connect } from "../fixtures/rooms.js";
import type { BenchContext, Benchmark } from "./bench.js";
import { quantile } from "./bench.js";

const PEOPLE = [10, 50];
const WARM_MS = 2_000;
const RUN_MS = 8_000;
const EDITS_PER_SECOND = 5;
const POINTERS_PER_SECOND = 30;

/** A screen without a screen: it writes and points, and throws away what it hears. */
interface ThinClient {
  readonly socket: Socket;
  readonly doc: Y.Doc;
  readonly text: Y.XmlText;
}

interface Measured {
  readonly heard: number[];
  readonly acknowledged: number[];
  readonly pointed: number[];
}

async function comeIn(port: number, document: string): Promise<ThinClient> {
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
  return { socket, doc, text };
}

/** Every edit carries its number, by which the one who watches knows when it left. */
function keepWriting(
  client: ThinClient,
  document: string,
  sent: Map<string, number>,
  measured: Measured,
  measuring: () => boolean,
): () => void {
  let count = 0;
  client.doc.on("update", (update: Uint8Array) => {
    const at = performance.now();
    client.socket.emit("room.update", { document, update }, (answer: { ok: boolean }) => {
      if (answer.ok && measuring()) measured.acknowledged.push(performance.now() - at);
    });
  });
  const edits = setInterval(() => {
    count += 1;
    const name = `<${client.doc.clientID}.${count}>`;
    sent.set(name, performance.now());
    client.text.insert(client.text.length, name);
  }, 1000 / EDITS_PER_SECOND);
  const place = {
    frameOfReferenceUid: "1.2",
    studyInstanceUid: "1.2.3",
    seriesInstanceUid: "1.2.4",
    sopInstanceUid: "1.2.5",
    frame: 1,
  };
  const pointers = setInterval(() => {
    // The place along z is the moment of leaving: the watcher reads the delay from it.
    client.socket.emit("room.pointer", { document, place: { ...place, worldMm: [1, 2, performance.now() % 100_000] } });
  }, 1000 / POINTERS_PER_SECOND);
  return () => {
    clearInterval(edits);
    clearInterval(pointers);
  };
}

function watch(
  watcher: ThinClient,
  sent: ReadonlyMap<string, number>,
  measured: Measured,
  measuring: () => boolean,
): void {
  watcher.socket.on("room.frame", (message: unknown) => {
    const now = performance.now();
    const frame = message as RoomFrame;
    if (!measuring()) return;
    for (const [, place] of frame.p ?? []) if (place) measured.pointed.push((now % 100_000) - place.worldMm[2]);
    for (const update of frame.u ?? []) {
      for (const struct of Y.decodeUpdate(update).structs) {
        const words = struct instanceof Y.Item && struct.content instanceof Y.ContentString ? struct.content.str : "";
        const left = sent.get(words);
        if (left !== undefined) measured.heard.push(now - left);
      }
    }
  });
}

async function processorMs(hub: ChildProcess): Promise<number> {
  hub.send("time");
  const [{ time }] = (await once(hub, "message")) as [{ time: NodeJS.CpuUsage }];
  return (time.user + time.system) / 1000;
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function room(context: BenchContext, people: number): Promise<void> {
  const hub = fork(fileURLToPath(new URL("./rooms.hub.ts", import.meta.url)), [await context.database()], {
    execArgv: ["--import", "tsx"],
  });
  const gone = once(hub, "exit");
  context.defer(async () => {
    if (hub.exitCode === null) hub.send("stop");
    await gone;
  });
  const [{ port, document }] = (await once(hub, "message")) as [{ port: number; document: string }];
  const clients: ThinClient[] = [];
  for (let n = 0; n < people; n += 1) clients.push(await comeIn(port, document));
  const measured: Measured = { heard: [], acknowledged: [], pointed: [] };
  const sent = new Map<string, number>();
  let on = false;
  const stops = clients.slice(1).map((client) => keepWriting(client, document, sent, measured, () => on));
  watch(clients[0]!, sent, measured, () => on);
  await wait(WARM_MS);
  on = true;
  const [began, before] = [performance.now(), await processorMs(hub)];
  await wait(RUN_MS);
  const share = ((await processorMs(hub)) - before) / (performance.now() - began);
  on = false;
  for (const stop of stops) stop();
  for (const client of clients) client.socket.disconnect();
  const name = `1 room of ${people}`;
  const say = (what: string, value: number, unit: string) =>
    context.figure({ name: `${name}, ${what}`, subject: "readroom", value, unit });
  say("edit to another p50", quantile(measured.heard, 0.5), "ms");
  say("edit to another p99", quantile(measured.heard, 0.99), "ms");
  say("acknowledged after commit p50", quantile(measured.acknowledged, 0.5), "ms");
  say("acknowledged after commit p99", quantile(measured.acknowledged, 0.99), "ms");
  say("pointer to another p50", quantile(measured.pointed, 0.5), "ms");
  say("pointer to another p99", quantile(measured.pointed, 0.99), "ms");
  say("edits heard by one", (measured.heard.length * 1000) / RUN_MS, "/s");
  say("pointers heard by one", (measured.pointed.length * 1000) / RUN_MS, "/s");
  say("processor of the hub", share * 100, "% of a core");
}

/** One room with thin clients, each 5 edits a second and a pointer at 30 Hz; authentication, checks and durable acknowledgements on. */
export default {
  name: "rooms",
  async run(context) {
    for (const people of PEOPLE) await room(context, people);
    context.note("peers: @hocuspocus/server 4 asks for Node 22 and is not installed here");
  },
} satisfies Benchmark;
