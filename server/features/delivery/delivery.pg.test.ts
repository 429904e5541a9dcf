import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pageEnd } from "@readroom/shared/contract/http/page.js";
import type { ReportContent } from "@readroom/shared/crdt/report.js";
import pino from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { FakeHospital } from "../../../e2e/devices/hospital.js";
import { freshDatabase } from "../../../e2e/fixtures/database.js";
import { hl7ResultCodec } from "../../adapters/hl7/engine.js";
import { mllpSender } from "../../adapters/hl7/sender.js";
import { resultFolder } from "../../adapters/results/folder.js";
import { testClock } from "../../kernel/clock.js";
import { type Database, openDatabase } from "../../kernel/database.js";
import type { Deps } from "../../kernel/deps.js";
import type { DeliveryPorts, ResultTransport, SendOutcome } from "./ports.js";
import { deliverSigned } from "./reactions.js";
import { actOnDelivery, reportPdf } from "./routes.js";
import { listDeliveries } from "./store-views.js";
import { DeliveryWorker } from "./worker.js";

const SYSTEM = { kind: "system", name: "test" } as const;
let database: Awaited<ReturnType<typeof freshDatabase>>;
let db: Database;
let clock: ReturnType<typeof testClock>;
let deps: Deps;
let folder: string;
let his: FakeHospital;
let site: string;
let organisation: string;
let worker: DeliveryWorker;

beforeAll(async () => {
  database = await freshDatabase();
  db = openDatabase(database.url, { max: 8 });
  folder = await mkdtemp(join(tmpdir(), "readroom-results-"));
  organisation = await one(
    "INSERT INTO organisation (kind, code, name, time_zone) VALUES ('hospital', 'STM', 'St Mary', 'America/New_York') RETURNING id",
  );
  site = await one(
    `INSERT INTO site (organisation_id, code, name, time_zone, jurisdiction, patient_id_issuer, hl7_facilities, result_application, result_facility)
     VALUES ($1, 'STM/ED', 'St Mary ED', 'America/New_York', 'US-NY', 'STMARY', '{STMARY}', 'RIS', 'STMARY') RETURNING id`,
    [organisation],
  );
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  clock = testClock(Date.UTC(2026, 10, 24, 9));
  deps = { db, clock, log: pino({ level: "silent" }) };
  his = await FakeHospital.start();
  await db.pool.query("TRUNCATE delivery, delivery_attempt, hl7_message, outbox");
  await db.pool.query(
    "UPDATE site SET result_host = '127.0.0.1', result_port = $1, result_deduplicates = false, result_pdf_folder = false, result_embed_pdf = true",
    [his.port],
  );
  worker = new DeliveryWorker(deps, ports());
});
afterEach(async () => {
  await worker.idle();
  await his.close();
});

const ports = (transport: ResultTransport = mllpSender({ connectMs: 2000, replyMs: 150 })): DeliveryPorts => ({
  transport,
  codec: hl7ResultCodec,
  folder: resultFolder(folder),
});

async function one(sql: string, values: unknown[] = []): Promise<string> {
  const { rows } = await db.pool.query<Record<string, unknown>>(sql, values);
  return String(Object.values(rows[0] ?? {})[0]);
}

let made = 0;
async function study(accession = `A${++made}`): Promise<{ id: string; report: string }> {
  const patient = await one(
    `INSERT INTO patient (organisation_id, issuer, mrn, name, birth_date, sex) VALUES ($1, 'STMARY', $2, '{"alphabetic":"Müller^Anna"}', '19610509', 'F') RETURNING id`,
    [organisation, `M${++made}`],
  );
  const order = await one(
    `INSERT INTO imaging_order (site_id, patient_id, accession_number, placer_order_number, filler_order_number, procedure_code, procedure_text, procedure_coding_system, modality, source, referring_name)
     VALUES ($1, $2, $3, 'P1', 'F1', 'CTHEAD', 'CT Head', 'L', 'CT', 'hl7', 'Dr Raman') RETURNING id`,
    [site, patient, accession],
  );
  const id = await one(
    `INSERT INTO study (organisation_id, site_id, study_instance_uid, patient_id, order_id, accession_number, study_at, match_state) VALUES ($1, $2, $3, $4, $5, $6, '2026-11-24T08:00:00Z', 'matched') RETURNING id`,
    [organisation, site, `1.2.${++made}`, patient, order, accession],
  );
  const report = await one("INSERT INTO report (study_id, document_id) VALUES ($1, 'd') RETURNING id", [id]);
  return { id, report };
}

const content = (text: string, more: Partial<ReportContent> = {}): ReportContent => ({
  sections: [
    { key: "findings", title: "Findings", loinc: "18782-3", text },
    { key: "impression", title: "Impression", loinc: "19005-8", text: "Bleed." },
  ],
  measurements: [],
  communications: [],
  ...more,
});

async function sign(
  of: { id: string; report: string },
  version: number,
  kind: string,
  what = content(`Findings ${version}`),
): Promise<string> {
  const id = await one(
    `INSERT INTO report_version (report_id, study_id, version, kind, content, content_hash, authors, signed_by, signed_by_name, signed_at, signer_fence)
     VALUES ($1, $2, $3, $4, $5, $6, '[]', gen_random_uuid(), 'Dr Julia Lindqvist', $7, 1) RETURNING id`,
    [of.report, of.id, version, kind, JSON.stringify(what), "ab".repeat(32), new Date(clock.now())],
  );
  const event = {
    id,
    stream: "",
    version: 1,
    type: "report.signed",
    payload: { studyId: of.id, kind },
    topics: [],
    actor: { kind: "user", id: "", name: "" },
    at: 0,
    publishedSeq: 0,
  };
  await db.tx((tx) => deliverSigned(ports()).run(deps, tx, event));
  return id;
}

async function round(with_: DeliveryWorker = worker): Promise<void> {
  await with_.sendDue();
  await with_.idle();
}

const deliveries = async () => {
  const { rows } = await db.pool.query<{ id: string }>("SELECT id FROM delivery ORDER BY position");
  const views = await listDeliveries(db.pool, SYSTEM, { limit: 100 });
  return rows.flatMap((row) => views.filter((view) => view.id === row.id));
};
const states = async () => (await deliveries()).map((delivery) => delivery.state);
const act = async (action: "send_again" | "confirm_received" | "give_up", index = 0) =>
  actOnDelivery(deps, SYSTEM, (await deliveries())[index]?.id ?? "", { action, note: "" });

describe("results out", () => {
  test("[DE1] [DE2] a signed report is at the hospital, field by field, and in the message log", async () => {
    const told = {
      findingId: "f",
      category: "red",
      finding: "Subdural haematoma",
      person: "Dr Raman",
      at: "2026-11-24T08:30:00.000Z",
      via: "video",
      readBack: "Subdural left",
      acknowledgedAt: null,
      acknowledgedBy: "",
    };
    const of = await study("ACC1");
    const code = { system: "RadLex", code: "RID4834", display: "pulmonary embolism" };
    const field = { section: "findings", key: "size", label: "Size", value: "12", text: "12 mm", unit: "mm" };
    const fields = [
      { ...field, kind: "number", code },
      { ...field, kind: "number", code: null },
      { ...field, kind: "choice", value: "yes", text: "present", code: null, answers: [{ text: "present", code }] },
      field,
    ] satisfies ReportContent["fields"];
    await sign(of, 1, "final", content("Acute | bleed\nsecond line", { communications: [told], fields }));
    await round();
    expect(await states()).toEqual(["delivered"]);
    const [got] = his.received;
    const oru = got!.message;
    expect([3, 5, 6].map((field) => oru.get(`MSH-${field}`))).toEqual(["READROOM", "RIS", "STMARY"]);
    expect([oru.get("PID-5.1"), oru.get("OBR-18"), oru.get("OBR-2"), oru.get("OBR-25"), oru.get("OBR-24")]).toEqual([
      "Müller",
      "ACC1",
      "P1",
      "F",
      "CT",
    ]);
    expect(oru.get("OBR-32")).toMatch(/&Lindqvist&Julia&&&Dr\^20261124040000-0500$/);
    expect(oru.lines("18782-3")).toEqual(["Acute | bleed", "second line"]);
    expect(oru.lines("73568-8")[1]).toBe("Communicated to Dr Raman at 2026-11-24 03:30 UTC-05:00 by video");
    expect(oru.all("OBX").filter((obx) => ["NM", "CWE", "CE"].includes(obx[2] ?? ""))).toEqual([
      expect.objectContaining({ 3: "RID4834^pulmonary embolism^RADLEX", 5: "12", 6: "mm" }),
      expect.objectContaining({ 3: "size^Size^L", 5: "RID4834^pulmonary embolism^RADLEX" }),
    ]);
    const pdf = Buffer.from(oru.all("OBX").at(-1)![5]!.split("^")[4]!, "base64");
    expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
    expect(await one("SELECT direction || ' ' || state || ' ' || message_type FROM hl7_message")).toBe(
      "out accepted ORU^R01",
    );
    await sign(of, 2, "addendum");
    expect(await states()).toHaveLength(2);
  });

  test("[DE3] [DE6] no reply, a cut line, an answer to another message: a person decides, and a resend has the same bytes", async () => {
    for (const treatment of [{ kind: "never" }, { kind: "cut" }, { kind: "wrong id" }, { kind: "nonsense" }] as const) {
      his.plan(treatment);
      await sign(await study(), 1, "final");
      await round();
      clock.advance(3_600_000);
      await round();
    }
    expect(await states()).toEqual(Array(4).fill("ambiguous"));
    expect(his.received).toHaveLength(4);
    expect(await act("send_again", 0)).toMatchObject({ ok: true, value: { state: "waiting" } });
    expect(await act("confirm_received", 1)).toMatchObject({ ok: true, value: { state: "delivered" } });
    expect(await act("give_up", 2)).toMatchObject({ ok: true, value: { state: "gave_up" } });
    await round();
    expect(await states()).toEqual(["delivered", "delivered", "gave_up", "ambiguous"]);
    expect(his.received[4]?.text).toBe(his.received[0]?.text);
    expect(await act("give_up", 0)).toMatchObject({ ok: false, error: { code: "conflict" } });
  });

  test("[DE3] [DE6] a receiver that deduplicates is sent the same again by itself", async () => {
    await db.pool.query("UPDATE site SET result_deduplicates = true");
    his.plan({ kind: "never" }, { kind: "cut" });
    await sign(await study(), 1, "final");
    for (let i = 0; i < 3; i++) {
      await round();
      clock.advance(10_000);
    }
    expect(await states()).toEqual(["delivered"]);
    expect(new Set(his.received.map((result) => result.text)).size).toBe(1);
  });

  test("[DE4] refusals: permanent ones wait with the receiver's words, passing ones are tried again", async () => {
    his.plan(
      { kind: "answer", code: "AR", condition: 200, text: "no results here" },
      { kind: "answer", code: "AE", condition: 204, text: "unknown patient" },
    );
    await sign(await study(), 1, "final");
    await round();
    await sign(await study(), 1, "final");
    await round();
    clock.advance(3_600_000);
    await round();
    expect((await deliveries()).map(({ state, reason }) => [state, reason])).toEqual([
      ["refused", "AR 200: no results here"],
      ["refused", "AE 204: unknown patient"],
    ]);
    his.plan({ kind: "answer", code: "AE", condition: 207, text: "later" }, { kind: "answer", code: "CE" });
    await sign(await study(), 1, "final");
    for (let i = 0; i < 3; i++) {
      await round();
      clock.advance(10_000);
    }
    expect((await states())[2]).toBe("delivered");
  });

  test("[DE1] nothing listens: tried with growing pauses until it does", async () => {
    const port = his.port;
    await his.close();
    await sign(await study(), 1, "final");
    await round();
    await round();
    expect((await deliveries())[0]).toMatchObject({
      state: "waiting",
      attempts: 1,
      nextAttemptAt: clock.now() + 2000,
      reason: "nothing listens there (connection refused)",
    });
    clock.advance(2000);
    await round();
    expect((await deliveries())[0]).toMatchObject({ attempts: 2, nextAttemptAt: clock.now() + 4000 });
    his = await FakeHospital.start(port);
    clock.advance(4000);
    await round();
    expect(await states()).toEqual(["delivered"]);
  });

  test("[DE5] an addendum waits for its final; another accession does not", async () => {
    const first = await study();
    his.plan({ kind: "never" });
    await sign(first, 1, "final");
    await sign(first, 2, "addendum");
    await sign(await study(), 1, "final");
    await round();
    clock.advance(60_000);
    await round();
    expect((await deliveries()).map(({ state, heldBack }) => [state, heldBack])).toEqual([
      ["ambiguous", false],
      ["waiting", true],
      ["delivered", false],
    ]);
    await act("confirm_received", 0);
    await round();
    expect(await states()).toEqual(["delivered", "delivered", "delivered"]);
    expect(his.received.at(-1)?.message.get("OBR-25")).toBe("F");
    expect(his.received.at(-1)?.message.lines("55107-7")).toEqual(["Findings 2", "Bleed."]);
    expect(his.received.at(-1)?.message.lines("18782-3")).toEqual(["Findings 1"]);
  });

  test("[DE7] a hub that vanishes while sending: the attempt is found at start and taken as unknown; a late answer still settles it", async () => {
    let answer: (reply: Uint8Array) => void = () => undefined;
    const begun = new Promise<void>((started) => {
      const hanging: ResultTransport = {
        send: async (_destination, _message, leaving) => {
          await leaving();
          return new Promise((resolve) => {
            answer = (reply) => resolve({ kind: "replied", reply });
            started();
          });
        },
      };
      worker = new DeliveryWorker(deps, ports(hanging));
    });
    await sign(await study(), 1, "final");
    await worker.sendDue();
    await begun;
    expect(await states()).toEqual(["sending"]);
    const restarted = new DeliveryWorker(deps, ports());
    expect(await restarted.recover()).toBe(1);
    await round(restarted);
    expect(await states()).toEqual(["ambiguous"]);
    expect(his.received).toHaveLength(0);
    answer(
      new TextEncoder().encode(`MSH|^~\\&|A|B|C|D|2026||ACK|1|P|2.5.1\rMSA|AA|${(await deliveries())[0]?.controlId}\r`),
    );
    await worker.idle();
    expect(await states()).toEqual(["delivered"]);
  });

  test("[DE7] a hub that vanishes before its first byte left: the result is sent by the next one, and never by both", async () => {
    let connected: () => void = () => undefined;
    let sent: SendOutcome | undefined;
    const asked = new Promise<void>((started) => {
      const slow: ResultTransport = {
        send: async (destination, message, leaving) => {
          started();
          await new Promise<void>((stands) => {
            connected = stands;
          });
          sent = await mllpSender({ connectMs: 2000, replyMs: 500 }).send(destination, message, leaving);
          return sent;
        },
      };
      worker = new DeliveryWorker(deps, ports(slow));
    });
    await sign(await study(), 1, "final");
    await worker.sendDue();
    await asked;
    const next = new DeliveryWorker(deps, ports());
    expect(await next.recover()).toBe(1);
    expect(await states()).toEqual(["waiting"]);
    connected();
    await worker.idle();
    expect(sent).toMatchObject({ kind: "not_sent" });
    expect(await states()).toEqual(["waiting"]);
    expect(his.received).toHaveLength(0);
    clock.advance(600_000);
    await round(next);
    expect(await states()).toEqual(["delivered"]);
    expect(his.received).toHaveLength(1);
  });

  test("[DE7] 20 seeded runs of vanishing hubs: every result arrives, none is filed twice without a person", async () => {
    for (let seed = 1; seed <= 20; seed++) {
      await db.pool.query("TRUNCATE delivery, delivery_attempt, hl7_message, outbox");
      his.received.length = 0;
      const random = generator(seed);
      const of = await study();
      await sign(of, 1, "final");
      await sign(of, 2, "addendum");
      let byHand = 0;
      for (let turn = 0; turn < 40 && (await states()).some((state) => state !== "delivered"); turn++) {
        const hub = new DeliveryWorker(deps, ports(vanishing(random)));
        await hub.recover();
        await round(hub);
        clock.advance(600_000);
        for (const [index, delivery] of (await deliveries()).entries()) {
          if (delivery.state !== "ambiguous") continue;
          // The person looks at the hospital's chart first.
          const there = his.received.some((result) => result.controlId === delivery.controlId);
          await act(there ? "confirm_received" : "send_again", index);
          byHand++;
        }
      }
      expect(await states(), `seed ${seed}`).toEqual(["delivered", "delivered"]);
      expect(
        his.received.map((result) => result.controlId),
        `seed ${seed}`,
      ).toEqual((await deliveries()).map((delivery) => delivery.controlId));
      expect(byHand).toBeLessThan(40);
    }
  });

  test("[DE10] pages of a list meet without a gap, though several bear one time", async () => {
    const of = await study();
    for (let version = 1; version <= 5; version++) await sign(of, version, "preliminary");
    const seen: string[] = [];
    for (let before: string | undefined; ; ) {
      const page = await listDeliveries(db.pool, SYSTEM, { limit: 2, before });
      seen.push(...page.map((delivery) => delivery.id));
      const last = page.at(-1);
      if (!last) break;
      before = pageEnd(last.createdAt, last.id);
    }
    expect([seen.length, new Set(seen).size]).toEqual([5, 5]);
  });

  test("[DE8] [DE9] [DE10] the PDF lies in the site's folder, whole, and is served to those who may read the report", async () => {
    await db.pool.query("UPDATE site SET result_pdf_folder = true, result_host = NULL");
    const of = await study("../evil");
    await sign(of, 1, "final");
    await round();
    expect(await states()).toEqual(["delivered"]);
    const files = await readdir(join(folder, "STM_ED"));
    expect(files).toEqual([expect.stringMatching(/^[A-Za-z0-9._-]+_v1_final\.pdf$/)]);
    const served = await reportPdf(deps, SYSTEM, of.report, 1);
    expect(served.ok && Buffer.from(served.value).equals(await readFile(join(folder, "STM_ED", files[0]!)))).toBe(true);
    const foreign = {
      kind: "user",
      userId: "u",
      name: "n",
      organisationId: "x",
      organisationKind: "hospital",
      roles: ["coordinator", "operator"],
      siteIds: null,
      hospitalIds: ["x"],
      sessionId: "",
      address: "",
    } as const;
    expect(await reportPdf(deps, foreign, of.report, 1)).toMatchObject({ ok: false, error: { code: "not_found" } });
    expect(
      await actOnDelivery(deps, foreign, (await deliveries())[0]!.id, { action: "send_again", note: "" }),
    ).toMatchObject({ ok: false, error: { code: "not_found" } });
    expect(await listDeliveries(db.pool, foreign, { limit: 10 })).toEqual([]);
  });
});

/** A small generator of our own, so that a seed is a run (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A transport whose hub dies now and then: before sending, after sending, or after the reply and before writing it down. */
function vanishing(random: () => number): ResultTransport {
  const real = mllpSender({ connectMs: 2000, replyMs: 500 });
  return {
    send: async (destination, message, leaving) => {
      const fate = random();
      if (fate < 0.2) throw new Error("died before sending");
      const sent = await real.send(destination, message, leaving);
      if (fate < 0.5) throw new Error("died after sending");
      return sent;
    },
  };
}
