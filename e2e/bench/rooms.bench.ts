import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import os from "node:os";
import { fileURLToPath } from "node:url";
import * as Y from "yjs";
import type { BenchContext, Benchmark } from "./bench.js";
import { quantile } from "./bench.js";
import { comeIn, type ThinClient } from "./rooms.client.js";
import { comeInPeer } from "./rooms.peer-client.js";

const PEOPLE = (process.env.READROOM_BENCH_PEOPLE ?? "10,50").split(",").map(Number);
/** Long enough for both sides' compiler: a hub and its browsers are up for days. (After 2 s the p99 of all three is twice that.) */
const WARM_MS = 10_000;
const RUN_MS = Number(process.env.READROOM_BENCH_MS ?? 8_000);
const EDITS_PER_SECOND = 5;
const POINTERS_PER_SECOND = 30;

const SUBJECTS = ["readroom", "hocuspocus", "y-websocket"] as const;
type Subject = (typeof SUBJECTS)[number];

interface Measured {
  readonly heard: number[];
  readonly acknowledged: number[];
  readonly pointed: number[];
}

/** Every edit carries its number, by which the one who watches knows when it left. */
function keepWriting(client: ThinClient, sent: Map<string, number>, measured: Measured, on: () => boolean): () => void {
  let count = 0;
  client.doc.on("update", (update: Uint8Array) => {
    const at = performance.now();
    client.edit(update, () => {
      if (on()) measured.acknowledged.push(performance.now() - at);
    });
  });
  const edits = setInterval(() => {
    count += 1;
    const name = `<${client.doc.clientID}.${count}>`;
    sent.set(name, performance.now());
    client.text.insert(client.text.length, name);
  }, 1000 / EDITS_PER_SECOND);
  // The place along z is the moment of leaving: the watcher reads the delay from it.
  const pointers = setInterval(() => client.point(performance.now() % 100_000), 1000 / POINTERS_PER_SECOND);
  return () => {
    clearInterval(edits);
    clearInterval(pointers);
  };
}

function watch(watcher: ThinClient, sent: ReadonlyMap<string, number>, measured: Measured, on: () => boolean): void {
  watcher.listen(({ updates, pointers }) => {
    const now = performance.now();
    if (!on()) return;
    for (const at of pointers) measured.pointed.push((now % 100_000) - at);
    for (const update of updates) {
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

async function open(context: BenchContext, subject: Subject): Promise<ChildProcess> {
  const file = subject === "readroom" ? "./rooms.hub.ts" : "./rooms.peer.ts";
  const argument = subject === "readroom" ? await context.database() : subject;
  return fork(fileURLToPath(new URL(file, import.meta.url)), [argument], { execArgv: ["--import", "tsx"] });
}

async function room(context: BenchContext, subject: Subject, people: number): Promise<void> {
  const hub = await open(context, subject);
  const gone = once(hub, "exit");
  try {
    const [{ port, document }] = (await once(hub, "message")) as [{ port: number; document: string }];
    const clients: ThinClient[] = [];
    for (let n = 0; n < people; n += 1)
      clients.push(await (subject === "readroom" ? comeIn(port, document) : comeInPeer(subject, port, document)));
    const measured: Measured = { heard: [], acknowledged: [], pointed: [] };
    const sent = new Map<string, number>();
    let on = false;
    const stops = clients.slice(1).map((client) => keepWriting(client, sent, measured, () => on));
    watch(clients[0]!, sent, measured, () => on);
    await wait(WARM_MS);
    on = true;
    const [began, before] = [performance.now(), await processorMs(hub)];
    await wait(RUN_MS);
    const seconds = (performance.now() - began) / 1000;
    const share = ((await processorMs(hub)) - before) / seconds / 1000;
    on = false;
    for (const stop of stops) stop();
    for (const client of clients) client.leave();
    tell(context, subject, `1 room of ${people}`, measured, seconds, share);
  } finally {
    if (hub.exitCode === null) hub.send("stop");
    await gone;
  }
}

function tell(
  context: BenchContext,
  subject: Subject,
  name: string,
  measured: Measured,
  seconds: number,
  share: number,
): void {
  const say = (what: string, value: number, unit: string) =>
    context.figure({ name: `${name}, ${what}`, subject, value, unit });
  const both = (what: string, values: readonly number[]): void => {
    if (values.length === 0) return;
    say(`${what} p50`, quantile(values, 0.5), "ms");
    say(`${what} p99`, quantile(values, 0.99), "ms");
  };
  both("edit to another", measured.heard);
  both("acknowledged after commit", measured.acknowledged);
  both("pointer to another", measured.pointed);
  say("edits heard by one", measured.heard.length / seconds, "/s");
  say("pointers heard by one", measured.pointed.length / seconds, "/s");
  say("processor of the server", share * 100, "% of a core");
}

/**
 * One room with thin clients, each 5 edits a second and a pointer at 30 Hz. Ours with log-in, checks and durable acknowledgements; the
 * peers as they come, in memory and without any of it.
 */
export default {
  name: "rooms",
  async run(context) {
    context.note(`load of the machine at the start: ${os.loadavg()[0]?.toFixed(1)}; ${os.cpus().length} cores`);
    for (const people of PEOPLE) for (const subject of SUBJECTS) await room(context, subject, people);
  },
} satisfies Benchmark;
