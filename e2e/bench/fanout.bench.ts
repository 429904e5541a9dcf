import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { Agent, get } from "node:http";
import { fileURLToPath } from "node:url";
import { io, type Socket } from "socket.io-client";
import { Decoder, PacketType } from "socket.io-parser";
import { makeWorld } from "../../server/features/worklist/testing/world.js";
import { type Database, openDatabase } from "../../server/kernel/database.js";
import { appendEvents } from "../../server/kernel/outbox.js";
import { topics } from "../../server/kernel/topics.js";
import { frames } from "../../shared/contract/frames.js";
import type { BenchContext, Benchmark } from "./bench.js";
import { quantile } from "./bench.js";

const READERS = 500;
const GROUPS = 10;
const STUDIES_A_GROUP = 100;
const WARM_MS = 2_000;
const RUN_MS = 6_000;

/** A row in an "events" message, which may hold several. */
const ROW = /"row":\{"studyId":"([0-9a-f-]{36})"/g;

/** Hands an event's text on unread: 50,000 messages a second are to be heard on the other core, not understood there. */
class Unread extends Decoder {
  override add(text: unknown): void {
    if (typeof text === "string" && text.startsWith("2["))
      this.emitReserved("decoded", { type: PacketType.EVENT, nsp: "/", data: ["unread", text] });
    else super.add(text);
  }
}

interface Screen {
  readonly socket: Socket;
  readonly token: string;
}

interface Study {
  readonly id: string;
  readonly group: string;
  readonly organisationId: string;
}

async function fill(url: string): Promise<{ studies: Study[]; tokens: string[] }> {
  const world = await makeWorld(url);
  const { rows: groups } = await world.db.pool.query<{ id: string }>(
    `INSERT INTO organisation (kind, code, name, time_zone) SELECT 'reading_group', 'G' || n, 'G' || n, 'UTC' FROM generate_series(1, $1::int) n RETURNING id`,
    [GROUPS],
  );
  const { rows: studies } = await world.db.pool.query<Study>(
    `INSERT INTO study (organisation_id, site_id, study_instance_uid, state, match_state, group_id, urgency_rank, deadline, routable, modalities, dicom_patient_name)
     SELECT $1, $2, '2.25.' || n, 'readable', 'matched', ($3::uuid[])[1 + n % ${GROUPS}], 2, now() + interval '1 hour', true, '{CT}', '{"alphabetic": "Sample^Ada"}'
     FROM generate_series(1, $4::int) n RETURNING id, group_id AS "group", organisation_id AS "organisationId"`,
    [world.north.hospital, world.north.site, groups.map(({ id }) => id), GROUPS * STUDIES_A_GROUP],
  );
  const tokens = Array.from({ length: READERS }, (_, n) =>
    JSON.stringify({
      userId: `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`,
      organisationId: groups[n % GROUPS]?.id,
      hospitalIds: [world.north.hospital],
    }),
  );
  await world.close();
  return { studies, tokens };
}

async function screen(port: number, token: string, heard: (text: string) => void): Promise<Screen> {
  const socket = io(`http://127.0.0.1:${port}`, {
    ...{ transports: ["websocket"], parser: { ...frames, Decoder: Unread }, auth: { token }, forceNew: true },
  });
  await once(socket as unknown as NodeJS.EventEmitter, "connect");
  const { organisationId } = JSON.parse(token) as { organisationId: string };
  const answer = await socket.emitWithAck("topics.subscribe", { topics: [topics.group(organisationId)] });
  if (!answer.ok || answer.value.refused.length > 0) throw new Error("not subscribed");
  socket.on("unread", heard);
  return { socket, token };
}

/** Commits `perSecond` study events a second on their own beat, each as every command does; remembers when each commit was answered. */
async function commits(
  db: Database,
  studies: readonly Study[],
  perSecond: number,
  ms: number,
  at: Map<string, number>,
) {
  const running: Promise<void>[] = [];
  const start = performance.now();
  const one = async (study: Study): Promise<void> => {
    at.delete(study.id);
    await db.pgTx(async (tx) => {
      await tx.query("UPDATE study SET instances_received = instances_received + 1 WHERE id = $1", [study.id]);
      const heard = [topics.hospital(study.organisationId), topics.study(study.id), topics.group(study.group)];
      const payload = { studyId: study.id, organisationId: study.organisationId };
      await appendEvents(tx, { kind: "system", name: "bench" }, [
        { stream: `study:${study.id}`, type: "study.receiving", payload, topics: heard },
      ]);
    });
    at.set(study.id, performance.now());
  };
  while (performance.now() - start < ms) {
    const due = Math.floor(((performance.now() - start) * perSecond) / 1000);
    while (running.length < due) {
      const study = studies[(running.length * 7) % studies.length];
      if (study) running.push(one(study));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(running);
}

async function processorMs(hub: ChildProcess): Promise<number> {
  hub.send("time");
  const [{ time }] = (await once(hub, "message")) as [{ time: NodeJS.CpuUsage }];
  return (time.user + time.system) / 1000;
}

type Heard = (reader: number, text: string) => void;

/**
 * A screen that fetches its list again after every hint, one fetch at a time. Told how old each hint is when the list that shows it is
 * there: from hearing of it, which is a little later than the commit.
 */
function refetching(port: number, tokens: readonly string[], arrived: (ms: number) => void): Heard {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const hints = tokens.map((): number[] => []);
  const busy = tokens.map(() => false);
  const fetchList = (reader: number): void => {
    busy[reader] = true;
    const shown = hints[reader]?.splice(0) ?? [];
    get({ port, host: "127.0.0.1", agent, headers: { "x-reader": tokens[reader] } }, (response) => {
      response.resume().on("end", () => {
        for (const at of shown) arrived(performance.now() - at);
        busy[reader] = false;
        if (hints[reader]?.length) fetchList(reader);
      });
    }).on("error", () => undefined);
  };
  return (reader) => {
    hints[reader]?.push(performance.now());
    if (!busy[reader]) fetchList(reader);
  };
}

async function measure(context: BenchContext, design: "patches" | "refetch", perSecond: number): Promise<void> {
  const url = await context.database();
  const { studies, tokens } = await fill(url);
  const hub = fork(fileURLToPath(new URL("./fanout.hub.ts", import.meta.url)), [url, design], {
    execArgv: ["--import", "tsx"],
  });
  const [{ port }] = (await once(hub, "message")) as [{ port: number }];
  const committed = new Map<string, number>();
  const delays: number[] = [];
  let [on, bytes] = [false, 0];
  const fetched = refetching(port, tokens, (ms) => {
    if (on) delays.push(ms);
  });
  const patched: Heard = (_, text) => {
    if (!on) return;
    bytes += text.length;
    for (const [, studyId = ""] of text.matchAll(ROW)) {
      const at = committed.get(studyId);
      // A patch may overtake the answer to its commit.
      delays.push(at === undefined ? 0 : Math.max(0, performance.now() - at));
    }
  };
  const heard = design === "patches" ? patched : fetched;
  const screens: Screen[] = [];
  for (const [reader, token] of tokens.entries())
    screens.push(await screen(port, token, (text) => heard(reader, text)));
  const db = openDatabase(url, { max: 8 });
  await commits(db, studies, perSecond, WARM_MS, committed);
  on = true;
  const [began, before] = [performance.now(), await processorMs(hub)];
  await commits(db, studies, perSecond, RUN_MS, committed);
  const share = ((await processorMs(hub)) - before) / (performance.now() - began);
  await new Promise((resolve) => setTimeout(resolve, 500));
  on = false;
  for (const { socket } of screens) socket.disconnect();
  hub.send("stop");
  await once(hub, "exit");
  await db.close();
  const subject = design === "patches" ? "readroom, patches" : "changed, fetch again";
  const say = (what: string, value: number, unit: string) =>
    context.figure({ name: `${READERS} screens, ${perSecond} events/s, ${what}`, subject, value, unit });
  say("commit to screen p50", quantile(delays, 0.5), "ms");
  say("commit to screen p99", quantile(delays, 0.99), "ms");
  say("processor of the hub", share * 100, "% of a core");
  if (design !== "patches") return;
  say("rows heard", (delays.length * 1000) / RUN_MS, "/s");
  say("rows sent", bytes / RUN_MS, "KB/s");
}

/** A committed study event to every entitled screen: 500 connected readers of ten groups, each event for one group's fifty. */
export default {
  name: "fanout",
  async run(context) {
    await measure(context, "patches", 50);
    await measure(context, "patches", 500);
    await measure(context, "refetch", 50);
  },
} satisfies Benchmark;
