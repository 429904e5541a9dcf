import pino from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { OrderSender, PlainMessage } from "../../../e2e/devices/hospital.js";
import { freshDatabase } from "../../../e2e/fixtures/database.js";
import { hl7Engine } from "../../adapters/hl7/engine.js";
import { listenMllp, type MllpListener } from "../../adapters/hl7/listener.js";
import { madeOrder, realMessage, realMessages } from "../../adapters/hl7/test-data.js";
import { testClock } from "../../kernel/clock.js";
import { type Database, openDatabase } from "../../kernel/database.js";
import type { Deps } from "../../kernel/deps.js";
import type { PublishedEvent } from "../../kernel/reactions.js";
import { rematchAccession } from "../ingest/public.js";
import { enterOrder } from "./commands.js";
import { followStudies } from "./follow-studies.js";
import { replayMessage } from "./inbound.js";
import { orderReceiver } from "./public.js";

const SYSTEM = { kind: "system", name: "test" } as const;
let database: Awaited<ReturnType<typeof freshDatabase>>;
let db: Database;
let deps: Deps;
let listener: MllpListener;
let hospital: string;
let site: string;

beforeAll(async () => {
  database = await freshDatabase();
  db = openDatabase(database.url, { max: 8 });
  deps = { db, clock: testClock(Date.UTC(2026, 10, 24, 9)), log: pino({ level: "silent" }) };
  hospital = await one(
    "INSERT INTO organisation (kind, code, name, time_zone) VALUES ('hospital', 'GEN', 'General', 'Europe/Berlin') RETURNING id",
  );
  site = await addSite(hospital, "GEN", ["GENERAL", "XYZ_RADIOLOGY", "GHHSFacility"]);
  listener = await listenMllp({
    port: 0,
    host: "127.0.0.1",
    receiver: orderReceiver(deps, { hl7: hl7Engine, demo: false }),
    note: () => undefined,
  });
});

afterAll(async () => {
  await listener?.close();
  await db?.close();
  await database?.drop();
});

beforeEach(async () => {
  await db.pool.query("TRUNCATE hl7_message, imaging_order, patient, study, outbox CASCADE");
});

async function one(sql: string, values: unknown[] = []): Promise<string> {
  const { rows } = await db.pool.query<Record<string, unknown>>(sql, values);
  return String(Object.values(rows[0] ?? {})[0]);
}

function addSite(organisation: string, code: string, facilities: string[]): Promise<string> {
  return one(
    `INSERT INTO site (organisation_id, code, name, time_zone, jurisdiction, patient_id_issuer, hl7_facilities)
     VALUES ($1, $2, $2, 'Europe/Berlin', 'DE-BE', 'GENERAL', $3) RETURNING id`,
    [organisation, code, facilities],
  );
}

async function send(...messages: (string | Uint8Array)[]): Promise<PlainMessage[]> {
  const sender = await OrderSender.connect(listener.port);
  const replies: PlainMessage[] = [];
  for (const message of messages) replies.push(new PlainMessage(await sender.send(message)));
  await sender.close();
  return replies;
}

const verdict = (reply: PlainMessage | undefined) => `${reply?.get("MSA-1")} ${reply?.get("ERR-3.1")}`.trim();
const count = async (sql: string) => Number(await one(`SELECT count(*) FROM ${sql}`));
const events = async () =>
  (await db.pool.query<{ type: string }>("SELECT type FROM outbox ORDER BY seq")).rows.map((row) => row.type);
const variant = (controlId: string, orc: string, obr?: string) =>
  madeOrder({ controlId, segments: { ORC: `ORC|${orc}`, ...(obr === undefined ? {} : { OBR: obr }) } });

describe("orders over MLLP", () => {
  test("[OR1] an order that is answered AA is committed with its audit and event", async () => {
    const [reply] = await send(madeOrder());
    expect(verdict(reply)).toBe("AA");
    const { rows } = await db.pool.query(
      "SELECT accession_number, placer_order_number, priority, modality, state, study_instance_uid, source FROM imaging_order",
    );
    expect(rows).toEqual([
      {
        accession_number: "A100",
        placer_order_number: "P100",
        priority: "stat",
        modality: "CT",
        state: "scheduled",
        study_instance_uid: "1.2.3.4.5",
        source: "hl7",
      },
    ]);
    expect(await events()).toEqual(["patient.updated", "order.created"]);
    expect(await count("audit_event WHERE action = 'order.created'")).toBe(1);
    expect(await count("hl7_message WHERE state = 'accepted'")).toBe(1);
  });

  test("[OR1] a connection that is cut after sending leaves all or nothing, and the resend is answered AA with one order", async () => {
    for (let run = 0; run < 10; run++) {
      const message = madeOrder({
        controlId: `CUT${run}`,
        segments: { ORC: `ORC|NW|CP${run}`, OBR: `OBR|1|CP${run}|CF${run}|CT^CT Head^L` },
      });
      const sender = await OrderSender.connect(listener.port);
      const reply = sender.send(message).then(
        () => "answered",
        () => "cut",
      );
      if (run % 2 === 0) sender.cut();
      await reply;
      await sender.close();
      expect(verdict((await send(message))[0])).toBe("AA");
      expect(await count(`imaging_order WHERE placer_order_number = 'CP${run}'`)).toBe(1);
    }
  });

  test("[OR3] [OR4] the same message again makes no second order, in turn and at once; a used control id with other content does", async () => {
    const original = madeOrder();
    const later = original.replace("20261124091400", "20261124091459");
    const all = (await Promise.all([send(original), send(original), send(later), send(original, later)])).flat();
    expect(all.map(verdict)).toEqual(["AA", "AA", "AA", "AA", "AA"]);
    expect(new Set(all.map((reply) => reply.get("MSH-10"))).size).toBe(1);
    expect(await count("imaging_order")).toBe(1);
    expect(await count("hl7_message")).toBe(1);
    const [other] = await send(variant("MSG1", "NW|P2|F2", "OBR|1|P2|F2|MR^MR Brain^L"));
    expect(verdict(other)).toBe("AA");
    expect(await count("imaging_order")).toBe(2);
    expect(await one("SELECT reason FROM hl7_message ORDER BY at DESC, reason DESC LIMIT 1")).toContain(
      "control id came before",
    );
  });

  test("[OR20] an order without an accession number takes its placer number, and gives it up for a real one", async () => {
    const order = (id: string, orc: string, obr: string) => send(variant(id, orc, `OBR|1|P9${obr}`));
    expect(verdict((await order("1", "NW|P9", "||CT^CT Head^L"))[0])).toBe("AA");
    const accession = () => one("SELECT accession_number FROM imaging_order WHERE placer_order_number = 'P9'");
    expect(await accession()).toBe("P9");
    expect(verdict((await order("2", "XO|P9|F9", "|F9|CT^CT Head^L"))[0])).toBe("AA");
    expect(await accession()).toBe("F9");
    expect(verdict((await order("3", "XO|P9", "||CT^CT Head^L"))[0])).toBe("AA");
    expect(await accession()).toBe("F9");
    const other = madeOrder({
      controlId: "4",
      segments: { PID: "PID|1||0815^^^GENERAL^MR||Other^Olga", ORC: "ORC|NW|F9", OBR: "OBR|1|F9||CT^CT Head^L" },
    });
    expect(verdict((await send(other))[0])).toBe("AE 205");
    expect(verdict((await order("5", "CA|P9", "||CT^CT Head^L"))[0])).toBe("AA");
    expect(await count("imaging_order")).toBe(1);
  });

  test("[OR2] several orders in one message: all or nothing", async () => {
    const two = (second: string) => `${madeOrder()}ORC|${second}|P200|F200\rOBR|2|P200|F200|MR^MR Brain^L\r`;
    expect(verdict((await send(two("NW")))[0])).toBe("AA");
    expect(await count("imaging_order")).toBe(2);
    await db.pool.query("TRUNCATE hl7_message, imaging_order, patient, outbox CASCADE");
    const [reply] = await send(two("CA"));
    expect(verdict(reply)).toBe("AE 204");
    expect(reply?.get("ERR-2")).toBe("ORC^2^2");
    expect([
      await count("imaging_order"),
      await count("patient"),
      await count("hl7_message WHERE state = 'failed'"),
    ]).toEqual([0, 0, 1]);
    expect(await events()).toEqual(["message.failed"]);
  });

  test("[OR19] the ordering physician's number goes with the name: kept by an empty field, gone with another name that has none", async () => {
    const ordering = async (): Promise<unknown[]> =>
      (await db.pool.query("SELECT referring_name, referring_number FROM imaging_order")).rows.flatMap(Object.values);
    await send(madeOrder());
    expect(await ordering()).toEqual(["Dr Lisa Cuddy", "77"]);
    const silent = { ORC: "ORC|XO|P100|F100||SC||^^^20261124093000^^S||20261124091000", PV1: "PV1|1|E" };
    await send(madeOrder({ controlId: "CH1", segments: silent }));
    expect(await ordering()).toEqual(["Dr Lisa Cuddy", "77"]);
    await send(variant("CH2", "XO|P100|F100||SC||^^^20261124093000^^S||20261124091000|||^House^Gregory^^^Dr"));
    expect(await ordering()).toEqual(["Dr Gregory House", ""]);
  });

  test("[OR5] a sender that no site claims is answered AR and kept; the demo world takes it from this machine", async () => {
    const stranger = madeOrder().replace("RIS|GENERAL", "RIS|NOWHERE");
    expect(verdict((await send(stranger))[0])).toBe("AR 204");
    expect(await count("hl7_message WHERE state = 'rejected' AND site_id IS NULL")).toBe(1);
    const demo = orderReceiver(deps, { hl7: hl7Engine, demo: true });
    const [local] = await demo.receive(new TextEncoder().encode(stranger), { address: "127.0.0.1" });
    expect(verdict(new PlainMessage(new TextDecoder().decode(local)))).toBe("AA");
    const [far] = await demo.receive(new TextEncoder().encode(stranger.replace("MSG1", "MSG2")), {
      address: "10.0.0.1",
    });
    expect(verdict(new PlainMessage(new TextDecoder().decode(far)))).toBe("AR 204");
  });

  test("[OR17] MSH-4 is believed only from the addresses that its site names", async () => {
    await db.pool.query("UPDATE site SET hl7_addresses = $1 WHERE 'GENERAL' = ANY(hl7_facilities)", [["10.1.0.0/16"]]);
    const receiver = orderReceiver(deps, { hl7: hl7Engine, demo: false });
    const from = async (address: string, controlId: string) => {
      const raw = new TextEncoder().encode(madeOrder().replace("MSG1", controlId));
      const [reply] = await receiver.receive(raw, { address });
      return verdict(new PlainMessage(new TextDecoder().decode(reply)));
    };
    expect(await from("10.2.0.9", "A1")).toBe("AR 204");
    expect(await count("hl7_message WHERE site_id IS NULL AND organisation_id IS NULL")).toBe(1);
    expect(await from("10.1.0.9", "A2")).toBe("AA");
    await db.pool.query("UPDATE site SET hl7_addresses = '{}'");
  });

  test("[OR6] [OR8] change, hold, status, cancel, and what is unknown", async () => {
    const unknown = await send(
      ...["CA", "DC", "RP", "HD", "RL"].map((code) => variant(code, `${code}|P100|F100`)),
      variant("SC", "SC|P100|F100||IP"),
    );
    expect(unknown.map(verdict)).toEqual(Array(6).fill("AE 204"));
    expect(verdict((await send(variant("XO1", "XO|P100|F100")))[0])).toBe("AA");
    expect(await count("imaging_order WHERE priority = 'stat' OR priority = 'routine'")).toBe(1);
    const known = await send(
      variant("XO2", "XO|P100|F100||||^^^^^S"),
      variant("HD2", "HD|P100|F100"),
      variant("SC2", "SC|P100|F100||IP"),
      variant("CA2", "CA|P100|F100"),
      variant("CA3", "CA|P100|F100"),
      variant("NW9", "NW|P100|F100"),
      variant("ZZ", "ZZ|P100|F100"),
    );
    expect(known.map(verdict)).toEqual(["AA", "AA", "AA", "AA", "AA", "AE 205", "AE 103"]);
    const { rows } = await db.pool.query(
      "SELECT state, priority, detail->'held' AS held, detail->>'cancelled' AS cancelled FROM imaging_order",
    );
    expect(rows).toEqual([{ state: "cancelled", priority: "stat", held: true, cancelled: "cancelled" }]);
    expect((await events()).filter((type) => type === "order.cancelled")).toHaveLength(1);
  });

  test("[OR7] an empty field keeps, a null empties, a resend is silent", async () => {
    await send(madeOrder());
    const bare = `OBR|1|P100|F100|CTHEAD^CT Head without contrast^L${"|".repeat(14)}A100`;
    await send(variant("2", "XO|P100|F100|||||||||77^Cuddy^Lisa^^^Dr", bare));
    const question = () =>
      one("SELECT clinical_question || '/' || referring_phone || '/' || body_part FROM imaging_order");
    expect(await question()).toBe("Exclude haemorrhage\nSudden headache\nGCS 14/+1 555 1234567/Head");
    await send(variant("3", 'XO|P100|F100|||||||||77^Cuddy^Lisa^^^Dr||""', `${bare}${"|".repeat(13)}""`));
    expect(await question()).toBe("//Head");
    expect(await events()).toEqual(["patient.updated", "order.created", "order.changed"]);
  });

  test("[OR8] [OR9] images forbid a cancel; a number of another patient is refused", async () => {
    await send(madeOrder());
    await study("A100", "4711", "");
    await matchNow();
    expect(verdict((await send(variant("2", "CA|P100|F100")))[0])).toBe("AE 206");
    const [other] = await send(
      madeOrder({ controlId: "3", segments: { PID: "PID|1||9999^^^GENERAL^MR||Else^Someone" } }),
    );
    expect(verdict(other)).toBe("AE 205");
    expect(await count("patient")).toBe(1);
  });

  test("[OR16] cut off, oversize and unreadable messages are answered AR and kept; the next one on another connection is taken", async () => {
    const sender = await OrderSender.connect(listener.port);
    sender.write(
      Buffer.concat([
        Buffer.from([0x0b]),
        Buffer.from(madeOrder().slice(0, 200)),
        Buffer.from([0x0b]),
        Buffer.from("nonsense"),
        Buffer.from([0x1c, 0x0d]),
      ]),
    );
    const cut = new PlainMessage(await sender.reply());
    expect([cut.get("MSA-1"), cut.get("MSA-2")]).toEqual(["AR", "MSG1"]);
    expect(verdict(new PlainMessage(await sender.reply()))).toBe("AR 100");
    sender.write(Buffer.concat([Buffer.from([0x0b]), Buffer.from(madeOrder()), Buffer.alloc(17 * 1024 * 1024, 65)]));
    const long = new PlainMessage(await sender.reply());
    expect([long.get("MSA-1"), long.get("MSA-2"), long.get("MSA-3")]).toEqual([
      "AR",
      "MSG1",
      "the message is longer than 16 MB",
    ]);
    await expect(sender.reply()).rejects.toThrow("closed");
    expect(await count("hl7_message WHERE state = 'rejected'")).toBe(3);
    expect(verdict((await send(madeOrder()))[0])).toBe("AA");
  });

  test("[OR11] a refused message can be carried out later, once", async () => {
    const cancel = variant("2", "CA|P100|F100");
    expect(verdict((await send(cancel))[0])).toBe("AE 204");
    await send(madeOrder());
    const id = await one("SELECT id FROM hl7_message WHERE state = 'failed'");
    const inbound = { ...deps, hl7: hl7Engine, demo: false };
    expect(await replayMessage(inbound, SYSTEM, id)).toMatchObject({ ok: true, value: { state: "accepted" } });
    expect(await one("SELECT state FROM imaging_order")).toBe("cancelled");
    expect(await replayMessage(inbound, SYSTEM, id)).toEqual({ ok: false, error: "settled" });
  });

  test("[OR14] a merge moves orders and studies, and the old number leads to the survivor", async () => {
    await send(madeOrder({ segments: { PID: "PID|1||OLD^^^GENERAL^MR||Smith^Lucy" } }));
    const merge =
      "MSH|^~\\&|RIS|GENERAL|R|H|2026||ADT^A40^ADT_A39|M1|P|2.5.1\rPID|1||NEW^^^GENERAL^MR||Smith^Lucy\rMRG|OLD^^^GENERAL^MR\r";
    const update =
      "MSH|^~\\&|RIS|GENERAL|R|H|2026||ADT^A08|U1|P|2.3\rPID|1||NEW^^^GENERAL^MR||Jones^Lucy||19800101|F\r";
    const again = madeOrder({
      controlId: "5",
      segments: { PID: "PID|1||OLD^^^GENERAL^MR||Smith^Lucy", ORC: "ORC|NW|P5|F5", OBR: "OBR|1|P5|F5|CT^CT Chest^L" },
    });
    expect((await send(merge, update, again)).map(verdict)).toEqual(["AA", "AA", "AA"]);
    const { rows } = await db.pool.query(
      "SELECT p.mrn, p.name->>'alphabetic' AS name, count(*)::int AS orders FROM imaging_order o JOIN patient p ON p.id = o.patient_id GROUP BY 1, 2",
    );
    expect(rows).toEqual([{ mrn: "NEW", name: "Jones^Lucy", orders: 2 }]);
    expect(await events()).toContain("patient.merged");
  });

  test.runIf(realMessages().length > 0)(
    "[OR1] [OR2] every real message is answered, and those that are imaging orders are there",
    async () => {
      const sender = await OrderSender.connect(listener.port);
      const verdicts: Record<string, string> = {};
      for (const { name, bytes } of realMessages()) {
        sender.write(Buffer.concat([Buffer.from([0x0b]), Buffer.from(bytes), Buffer.from([0x1c, 0x0d])]));
        const accepts = new TextDecoder()
          .decode(bytes)
          .split(/[\r\n]/)[0]
          ?.split("|")
          .slice(14, 16)
          .join();
        if (accepts !== "NE,NE") verdicts[name] = verdict(new PlainMessage(await sender.reply()));
      }
      await sender.close();
      expect(
        Object.entries(verdicts)
          .filter(([, said]) => said === "AA")
          .map(([name]) => name),
      ).toEqual([
        "ADT_A31-UpdatePersonInfo.hl7",
        "ADT_A40-PatientMerge.hl7",
        "OMI_O23-ImagingOrder.hl7",
        "ORM_O01-GeneralOrder.hl7",
        "ADT-A08-01.hl7",
        "ORM-O01-01.hl7",
        "ORM-O01-03.hl7",
      ]);
      expect(verdicts["OMG-O19-01.hl7"]).toBe("AE 103");
      const { rows } = await db.pool.query(
        "SELECT accession_number AS a, procedure_text AS p, modality AS m FROM imaging_order ORDER BY 1, 2",
      );
      expect(rows).toEqual([
        { a: "1201", p: "CT Head", m: "CT" },
        { a: "2301", p: "MR Brain", m: "MR" },
        { a: "AccessionNumber", p: "Microscopic Observation", m: "CT" },
      ]);
      expect((await send(realMessage("OMI_O23-ImagingOrder.hl7"))).map(verdict)).toEqual(["AA"]);
    },
  );
});

describe("orders by form and matching", () => {
  test("[OR12] a form makes one order however often it is sent", async () => {
    const entered = {
      siteId: site,
      patient: { mrn: "4711", family: "Mül^ler", given: "Anna", birthDate: "19610509", sex: "F" as const },
      procedureText: "CT Head",
      modality: "CT",
      bodyPart: "HEAD",
      laterality: "" as const,
      priority: "urgent" as const,
      patientClass: "E" as const,
      patientLocation: "ED",
      clinicalQuestion: "Bleed?",
      referringName: "Dr Cuddy",
      referringPhone: "1",
      scheduledAt: null,
      requestId: "0b8f5c9e-3a1e-4d52-9a39-000000000001",
    };
    const taken = await Promise.all([enterOrder(deps, SYSTEM, entered), enterOrder(deps, SYSTEM, entered)]);
    expect(taken[0]).toEqual(taken[1]);
    expect(taken[0]).toMatchObject({ ok: true, value: { accessionNumber: expect.stringMatching(/^RR\d{8}$/) } });
    expect(await one("SELECT name->>'alphabetic' FROM patient")).toBe("Mül ler^Anna");
    const foreign = {
      kind: "user",
      userId: "u",
      name: "n",
      organisationId: "x",
      organisationKind: "hospital",
      roles: ["coordinator"],
      siteIds: null,
      hospitalIds: ["x"],
      sessionId: "",
      address: "",
    } as const;
    expect(await enterOrder(deps, foreign, entered)).toMatchObject({ ok: false, error: { code: "not_found" } });
  });

  test("[OR19] a physician who orders in their own name is named by their number, in a colleague's name is not", async () => {
    const userId = await one(
      `INSERT INTO user_account (organisation_id, email, display_name, short_name, password_hash, physician_number)
       VALUES ($1, 'cuddy@test.example', 'Dr Lisa Cuddy', 'LC', '', '77') RETURNING id`,
      [hospital],
    );
    const physician = {
      kind: "user",
      userId,
      name: "Dr Lisa Cuddy",
      organisationId: hospital,
      organisationKind: "hospital",
      roles: ["referrer"],
      siteIds: null,
      hospitalIds: [hospital],
      sessionId: "",
      address: "",
    } as const;
    const ordered = async (referringName: string, mrn: string): Promise<string> => {
      const entered = {
        ...{ siteId: site, patient: { mrn, family: "Own", given: "", birthDate: "", sex: "O" as const } },
        ...{
          procedureText: "CT Head",
          modality: "CT",
          bodyPart: "",
          laterality: "" as const,
          priority: "urgent" as const,
        },
        ...{ patientClass: "E" as const, patientLocation: "", clinicalQuestion: "", scheduledAt: null },
        ...{ referringName, referringPhone: "" },
      };
      const taken = await enterOrder(deps, physician, entered);
      return one("SELECT referring_number FROM imaging_order WHERE id = $1", [taken.ok ? taken.value.orderId : null]);
    };
    expect(await ordered("Dr Lisa Cuddy", "O1")).toBe("77");
    expect(await ordered("Dr Gregory House", "O2")).toBe("");
  });

  test("[OR13] studies that waited become the order's; another patient's or issuer's do not", async () => {
    const right = await study("A100", "4711", "");
    const named = await study("A100", "4711", "GENERAL", "1.2.3.4.5");
    const otherPatient = await study("A100", "4712", "");
    const otherIssuer = await study("A100", "4711", "ELSEWHERE");
    await send(madeOrder());
    await matchNow();
    const { rows } = await db.pool.query<{ id: string; match_state: string }>("SELECT id, match_state FROM study");
    const state = (id: string) => rows.find((row) => row.id === id)?.match_state;
    expect([right, named, otherPatient, otherIssuer].map(state)).toEqual([
      "matched",
      "matched",
      "unmatched",
      "unmatched",
    ]);
    expect(await one("SELECT state FROM imaging_order")).toBe("in_progress");
  });
});

let uid = 0;
function study(accession: string, patientId: string, issuer: string, studyUid = `1.9.${++uid}`): Promise<string> {
  return one(
    `INSERT INTO study (organisation_id, site_id, study_instance_uid, accession_number, dicom_patient_id, dicom_issuer) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
    [hospital, site, studyUid, accession, patientId, issuer],
  );
}

/** What the relay does with order events: ingest matches, and the orders follow their studies. */
async function matchNow(): Promise<void> {
  await react("order.created", async ({ payload }) => {
    await rematchAccession(deps, String(payload.organisationId), String(payload.accessionNumber));
  });
  await react("study.matched", (event) => db.tx((tx) => followStudies.run(deps, tx, event)));
}

async function react(type: string, run: (event: PublishedEvent) => Promise<void>): Promise<void> {
  const { rows } = await db.pool.query<{ id: string; type: string; payload: Record<string, unknown> }>(
    "SELECT id, type, payload FROM outbox WHERE type = $1 ORDER BY seq",
    [type],
  );
  for (const row of rows) {
    await run({
      ...row,
      stream: "",
      version: 1,
      topics: [],
      actor: { kind: "system", id: "", name: "" },
      at: 0,
      publishedSeq: 0,
    });
  }
}
