import { promises as fs } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Actor, MachineActor } from "@readroom/shared/domain/access.js";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeImage, newUid } from "../../../e2e/devices/dicom-maker.js";
import { realDicom } from "../../../e2e/devices/test-data.js";
import { type FreshDatabase, freshDatabase } from "../../../e2e/fixtures/database.js";
import { makeHospital } from "../../../e2e/fixtures/hospital.js";
import { FilesystemStore } from "../../adapters/objectstore/filesystem.js";
import { buildHttp } from "../../gateway/http.js";
import { testClock } from "../../kernel/clock.js";
import { type Database, openDatabase } from "../../kernel/database.js";
import { makeLog } from "../../kernel/log.js";
import {
  completeQuiet,
  createPipeline,
  type IngestSource,
  ingestFeature,
  type Pipeline,
  rematchAccession,
} from "../ingest/public.js";
import { archiveFeature } from "./public.js";

let database: FreshDatabase;
let db: Database;
let root = "";
let app: FastifyInstance;
let pipeline: Pipeline;
let actor: Actor;
let own: IngestSource;
let foreign: IngestSource;
const clock = testClock(Date.UTC(2026, 0, 2, 12));
const real = realDicom();

const machine = (organisationId: string): MachineActor => ({
  kind: "machine",
  tokenId: organisationId,
  name: "PACS bridge",
  role: "integration",
  hospitalIds: [organisationId],
  siteIds: null,
  address: "10.0.0.1",
});

beforeAll(async () => {
  root = await fs.mkdtemp(join(tmpdir(), "readroom-archive-"));
  database = await freshDatabase();
  db = openDatabase(database.url, { max: 4 });
  const log = makeLog("silent");
  const deps = { db, clock, log };
  const [a, b] = [await makeHospital(db, "OWN", { quietSeconds: 20 }), await makeHospital(db, "OTHER")];
  own = { ...a, actor: machine(a.organisationId), label: "test" };
  foreign = { ...b, actor: machine(b.organisationId), label: "test" };
  actor = own.actor;
  const objects = FilesystemStore.at(root);
  pipeline = createPipeline(deps, objects, { implementationClassUid: "2.25.1", implementationVersion: "TEST" });
  const features = [ingestFeature(deps, pipeline, objects), archiveFeature({ ...deps, objects, pipeline })];
  app = await buildHttp({
    log,
    authenticate: async () => actor,
    trustProxy: false,
    version: "test",
    register: async (http) => {
      for (const feature of features) await feature.routes?.(http);
    },
  });
  await app.ready();
});

afterAll(async () => {
  await app.close();
  await pipeline.stop();
  await db.close();
  await database.drop();
  await fs.rm(root, { recursive: true });
});

async function* pieces(bytes: Buffer) {
  for (let at = 0; at < bytes.length; at += 10_000) yield bytes.subarray(at, at + 10_000);
}

const take = (bytes: Buffer, source = own) => pipeline.receive(source, pieces(bytes));

type Attribute = { vr: string; Value?: unknown[] };

async function get(url: string, headers: Record<string, string> = {}) {
  return app.inject({ method: "GET", url: `/dicomweb${url}`, headers });
}

async function search(url: string): Promise<Record<string, Attribute>[]> {
  const response = await get(url);
  expect(response.statusCode).toBe(200);
  return response.json();
}

/** Bodies of a multipart answer's parts, with their heads. */
function partsOf(response: { headers: Record<string, unknown>; rawPayload: Buffer }): { head: string; body: Buffer }[] {
  const boundary = /boundary=([^;]+)/.exec(String(response.headers["content-type"]))?.[1] ?? "";
  const text = response.rawPayload.toString("latin1");
  return text
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => {
      const at = part.indexOf("\r\n\r\n");
      return { head: part.slice(0, at), body: Buffer.from(part.slice(at + 4, -2), "latin1") };
    });
}

function stowBody(files: readonly Buffer[], boundary = "b0undary"): Buffer {
  const parts = files.flatMap((file) => [
    Buffer.from(`--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`),
    file,
    Buffer.from("\r\n"),
  ]);
  return Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]);
}

const STOW = { "content-type": 'multipart/related; type="application/dicom"; boundary=b0undary' };

describe("ingest", () => {
  it("[IN7] the same bytes again are a success without a change; other bytes under one UID are kept beside the first and queued", async () => {
    const image = { study: newUid(), series: newUid(), instance: newUid() };
    expect(await take(makeImage(image))).toMatchObject({ kind: "stored" });
    expect(await take(makeImage(image))).toMatchObject({ kind: "duplicate" });
    const second = await take(makeImage({ ...image, number: 9 }));
    expect(second).toMatchObject({ kind: "conflict" });
    const { rows } = await db.pool.query("SELECT kind, path FROM ingest_incident WHERE study_id = $1", [
      second.kind === "conflict" ? second.studyId : "",
    ]);
    expect(rows).toHaveLength(1);
    expect((await fs.stat(join(root, "objects", rows[0].path))).size).toBeGreaterThan(500);
    const [instance] = await search(`/studies/${image.study}/instances`);
    expect(instance?.["00200013"]?.Value).toEqual([1]);
  });

  it("[IN8] a study is matched by accession and patient, tells why when not, and again when the order comes later", async () => {
    const study = newUid();
    const stored = await take(makeImage({ study, accession: "ACC-1", patientId: "MRN-1" }));
    const studyId = stored.kind === "stored" ? stored.studyId : "";
    const state = async () =>
      (await db.pool.query("SELECT match_state AS state, match_reason AS reason FROM study WHERE id = $1", [studyId]))
        .rows[0];
    expect(await state()).toEqual({ state: "unmatched", reason: "no order with accession ACC-1" });
    const { rows } = await db.pool.query(
      "INSERT INTO patient (organisation_id, issuer, mrn, name) VALUES ($1, 'OWN', 'MRN-2', '{}') RETURNING id",
      [own.organisationId],
    );
    await db.pool.query(
      "INSERT INTO imaging_order (site_id, patient_id, accession_number, procedure_text, source) VALUES ($1, $2, 'ACC-1', 'CT head', 'test')",
      [own.siteId, rows[0].id],
    );
    const deps = { db, clock, log: makeLog("silent") };
    expect(await rematchAccession(deps, own.organisationId, "ACC-1")).toBe(0);
    expect((await state()).reason).toBe("patient id differs from the order's");
    await db.pool.query(
      "UPDATE imaging_order SET patient_id = (SELECT id FROM patient WHERE mrn = 'MRN-1' AND organisation_id = $1) WHERE accession_number = 'ACC-1'",
      [own.organisationId],
    );
    expect(await rematchAccession(deps, own.organisationId, "ACC-1")).toBe(1);
    expect(await state()).toEqual({ state: "matched", reason: "" });
  });

  it("[IN9] a study is complete when its site's quiet time has passed, and says so once", async () => {
    const study = newUid();
    await take(makeImage({ study }));
    const deps = { db, clock, log: makeLog("silent") };
    clock.advance(19_000);
    await completeQuiet(deps);
    const state = async () =>
      (await db.pool.query("SELECT state FROM study WHERE study_instance_uid = $1", [study])).rows[0].state;
    expect(await state()).toBe("receiving");
    clock.advance(2_000);
    expect(await completeQuiet(deps)).toBeGreaterThan(0);
    expect(await state()).toBe("complete");
    expect(await completeQuiet(deps)).toBe(0);
    const { rows } = await db.pool.query(
      "SELECT type FROM outbox o JOIN study s ON o.stream = 'study:' || s.id WHERE s.study_instance_uid = $1 ORDER BY o.version",
      [study],
    );
    expect(rows.map((row) => row.type)).toEqual(["study.receiving", "study.complete"]);
  });

  it.runIf(real !== undefined)(
    "[IN10] a folder is imported whole: DICOMDIR skipped, oddities flagged, what is no DICOM refused with its reason",
    async () => {
      const folder = join(real as string, "dicomdir");
      const count = await pipeline.importDirectory(own, folder);
      expect(count).toMatchObject({ found: 33, stored: 31, skipped: 1, refused: 1 });
      const outcomes: Record<string, string> = {};
      for (const name of await fs.readdir(join(real as string, "nonconformant"))) {
        const outcome = await take(await fs.readFile(join(real as string, "nonconformant", name)));
        outcomes[name] =
          outcome.kind === "stored" ? outcome.flags.join("; ") : "reason" in outcome ? outcome.reason : outcome.kind;
      }
      expect(outcomes).toMatchObject({
        "no_meta.dcm": "not a DICOM file",
        "priv_SQ.dcm": "no SOP Class UID",
        "nested_priv_SQ.dcm": "no SOP Class UID",
        "MR_truncated.dcm": "images can't be shown: pixel data has 8130 bytes, 1 frame(s) need 8192",
      });
      expect(outcomes["ExplVR_LitEndNoMeta.dcm"]).toContain("file came without meta information");
      expect(outcomes["zipMR.gz"]).not.toContain("not a DICOM");
    },
  );

  it("[IN11] an object that was stored but not indexed is indexed at the next start", async () => {
    const stored = await take(makeImage({ study: newUid() }));
    const studyId = stored.kind === "stored" ? stored.studyId : "";
    await db.pool.query("DELETE FROM study WHERE id = $1", [studyId]);
    const again = createPipeline({ db, clock, log: makeLog("silent") }, FilesystemStore.at(root), {
      implementationClassUid: "2.25.1",
      implementationVersion: "TEST",
    });
    expect(await again.reconcile()).toBe(1);
    expect(await again.reconcile()).toBe(0);
    await again.stop();
    if (stored.kind === "stored") expect(await search(`/studies/${stored.studyInstanceUid}/instances`)).toHaveLength(1);
  });
});

describe("DICOMweb", () => {
  const image = {
    study: newUid(),
    series: newUid(),
    patientId: "WEB-7",
    patientName: "Web^Anna",
    accession: "WEB-ACC",
  };
  const instances = [newUid(), newUid(), newUid()];
  const base = `/studies/${image.study}/series/${image.series}`;
  const files = instances.map((instance, index) =>
    makeImage({ ...image, instance, number: index + 1, frames: index === 2 ? 3 : 1 }),
  );

  it("[AR1] STOW-RS stores each part and tells of each: 200 all, 202 some, 409 none", async () => {
    const all = await app.inject({ method: "POST", url: "/dicomweb/studies", headers: STOW, payload: stowBody(files) });
    expect(all.statusCode).toBe(200);
    expect(all.json()["00081199"].Value).toHaveLength(3);
    const some = await app.inject({
      method: "POST",
      url: "/dicomweb/studies",
      headers: STOW,
      payload: stowBody([files[0] as Buffer, Buffer.from("no DICOM at all")]),
    });
    expect(some.statusCode).toBe(202);
    expect(some.json()["00081198"].Value[0]["00081197"].Value).toEqual([0xc000]);
    const other = await app.inject({
      method: "POST",
      url: `/dicomweb/studies/${newUid()}`,
      headers: STOW,
      payload: stowBody([makeImage()]),
    });
    expect(other.statusCode).toBe(409);
    expect(other.json()["00081198"].Value[0]["00081197"].Value).toEqual([0xa900]);
  });

  it("[AR2] STOW-RS answers hostile bodies and does not hang: other types 415, no boundary or no parts 400, cut-off part refused", async () => {
    const post = (headers: Record<string, string>, payload: Buffer) =>
      app.inject({ method: "POST", url: "/dicomweb/studies", headers, payload });
    expect((await post({ "content-type": "application/json" }, Buffer.from("{}"))).statusCode).toBe(415);
    expect(
      (await post({ "content-type": 'multipart/related; type="application/dicom"' }, Buffer.from("x"))).statusCode,
    ).toBe(400);
    expect((await post(STOW, Buffer.from("nothing of the kind"))).statusCode).toBe(400);
    const cut = await post(STOW, stowBody([makeImage()]).subarray(0, 700));
    expect([400, 409]).toContain(cut.statusCode);
  });

  it("[AR3] QIDO-RS matches at every level, by keyword or tag, wildcard, range and list", async () => {
    for (const query of [
      "PatientID=WEB-7",
      "00100020=WEB-*",
      "PatientName=web%5Ea*",
      "StudyDate=20260101-20260103&AccessionNumber=WEB-ACC",
      `StudyInstanceUID=${image.study}`,
      "ModalitiesInStudy=CT&PatientID=WEB-7",
    ]) {
      const found = await search(`/studies?${query}`);
      expect(found.map((study) => study["0020000D"]?.Value?.[0])).toContain(image.study);
    }
    expect(await search("/studies?PatientID=WEB-8")).toEqual([]);
    const [study] = await search("/studies?PatientID=WEB-7");
    expect(study?.["00201208"]?.Value).toEqual([3]);
    expect(study?.["00100010"]?.Value).toEqual([{ Alphabetic: "Web^Anna" }]);
    expect(await search(`/studies/${image.study}/series?Modality=CT`)).toHaveLength(1);
    expect(await search(`${base}/instances?limit=2&offset=2`)).toHaveLength(1);
    expect((await get("/studies?StudyDate=soon")).statusCode).toBe(400);
    expect((await get("/studies?PatientID=WEB-7&fuzzymatching=true")).headers.warning).toContain("fuzzymatching");
    expect((await get("/studies", { accept: "text/html" })).statusCode).toBe(406);
  });

  it("[AR4] metadata is the same with and without gzip, in order, without pixels", async () => {
    const plain = await get(`${base}/metadata`);
    const packed = await get(`${base}/metadata`, { "accept-encoding": "gzip" });
    expect(packed.headers["content-encoding"]).toBe("gzip");
    expect(gunzipSync(packed.rawPayload).equals(plain.rawPayload)).toBe(true);
    const all = plain.json() as Record<string, Attribute & { BulkDataURI?: string }>[];
    expect(all.map((one) => one["00200013"]?.Value?.[0])).toEqual([1, 2, 3]);
    expect(all[0]?.["7FE00010"]?.BulkDataURI).toContain(`${base}/instances/`);
  });

  it("[AR5] frames are the stored bytes, their type names the transfer syntax, and another syntax is 406", async () => {
    const url = `${base}/instances/${instances[2]}/frames`;
    const response = await get(`${url}/1,3`, {
      accept: "multipart/related; type=application/octet-stream; transfer-syntax=*",
    });
    const parts = partsOf(response);
    const pixels = (files[2] as Buffer).subarray(-16 * 16 * 2 * 3);
    expect(
      parts.map((part) => part.body.equals(pixels.subarray(0, 512)) || part.body.equals(pixels.subarray(1024))),
    ).toEqual([true, true]);
    expect(parts[0]?.head).toContain("application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1");
    expect(response.headers["cache-control"]).toBe("private, max-age=31536000, immutable");
    expect((await get(`${url}/4`)).statusCode).toBe(404);
    expect((await get(`${url}/0`)).statusCode).toBe(400);
    expect(
      (await get(`${url}/1`, { accept: 'multipart/related; type="image/jls"; transfer-syntax=1.2.840.10008.1.2.4.80' }))
        .statusCode,
    ).toBe(406);
  });

  it("[AR6] instances come back byte for byte", async () => {
    const one = await get(`${base}/instances/${instances[0]}`, { accept: "application/dicom" });
    expect(one.rawPayload.equals(files[0] as Buffer)).toBe(true);
    const study = await get(`/studies/${image.study}`, { accept: 'multipart/related; type="application/dicom"' });
    expect(partsOf(study).map((part, index) => part.body.equals(files[index] as Buffer))).toEqual([true, true, true]);
    expect(Number(study.headers["content-length"])).toBe(study.rawPayload.length);
  });

  it("[AR7] a foreign hospital's UID answers exactly as an unknown one, on every resource", async () => {
    const theirs = { study: newUid(), series: newUid(), instance: newUid() };
    await take(makeImage(theirs), foreign);
    const paths = (uids: typeof theirs) => {
      const at = `/studies/${uids.study}/series/${uids.series}`;
      const instance = `${at}/instances/${uids.instance}`;
      return [
        `/studies/${uids.study}`,
        `/studies/${uids.study}/metadata`,
        at,
        `${at}/metadata`,
        instance,
        `${instance}/metadata`,
        `${instance}/frames/1`,
        `${instance}/rendered`,
        `${instance}/thumbnail`,
        `${instance}/bulkdata/7FE00010`,
      ];
    };
    const unknown = paths({ study: newUid(), series: newUid(), instance: newUid() });
    for (const [index, path] of paths(theirs).entries()) {
      const [a, b] = [await get(path), await get(unknown[index] as string)];
      expect([a.statusCode, a.body]).toEqual([404, b.body]);
      expect(b.statusCode).toBe(404);
    }
    expect(await search(`/studies?StudyInstanceUID=${theirs.study}`)).toEqual([]);
    expect(await search(`/instances?SOPInstanceUID=${theirs.instance}`)).toEqual([]);
    actor = foreign.actor;
    expect(await search(`/studies?StudyInstanceUID=${theirs.study}`)).toHaveLength(1);
    actor = own.actor;
  });

  it("[AR8] every access to images is in the audit trail: once per actor, study and minute", async () => {
    const rows = async () =>
      (
        await db.pool.query(
          "SELECT count(*)::int AS n FROM audit_event a JOIN study s ON s.id = a.study_id WHERE action = 'study.images' AND s.study_instance_uid = $1",
          [image.study],
        )
      ).rows[0].n;
    const before = await rows();
    expect(before).toBeGreaterThan(0);
    clock.advance(61_000);
    for (let n = 0; n < 5; n++) await get(`${base}/instances/${instances[0]}/frames/1`);
    expect(await rows()).toBe(before + 1);
  });

  it("[AR9] a thumbnail is a PNG of the windowed frame", async () => {
    const response = await get(`${base}/instances/${instances[0]}/thumbnail`);
    expect(response.headers["content-type"]).toBe("image/png");
    expect(response.rawPayload.subarray(1, 4).toString()).toBe("PNG");
  });

  it("[AR10] a browser's upload of one file is filed and answered", async () => {
    const file = makeImage({ study: newUid() });
    const first = await app.inject({
      method: "POST",
      url: "/api/uploads",
      headers: { "content-type": "application/octet-stream" },
      payload: file,
    });
    expect([first.statusCode, first.json().kind]).toEqual([201, "stored"]);
    const again = await app.inject({
      method: "POST",
      url: "/api/uploads",
      headers: { "content-type": "application/dicom" },
      payload: file,
    });
    expect([again.statusCode, again.json().kind]).toEqual([200, "duplicate"]);
    const elsewhere = await app.inject({
      method: "POST",
      url: `/api/uploads?siteId=${foreign.siteId}`,
      headers: { "content-type": "application/dicom" },
      payload: file,
    });
    expect(elsewhere.statusCode).toBe(404);
  });

  it.runIf(real !== undefined)(
    "[AR11] one CT image in fifteen transfer syntaxes: each is served in its own, big endian and deflated as little endian",
    async () => {
      const folder = join(real as string, "transfer-syntaxes/ct-image");
      let reference: Buffer | undefined;
      for (const name of (await fs.readdir(folder)).sort((a) => (a.includes("LittleEndianExplicit") ? -1 : 1))) {
        const gone = await db.pool.query<{ path: string }>(
          "SELECT path FROM instance i JOIN study s ON s.id = i.study_id WHERE s.organisation_id = $1",
          [own.organisationId],
        );
        for (const { path } of gone.rows) await fs.rm(join(root, "objects", path));
        await db.pool.query("DELETE FROM study WHERE organisation_id = $1", [own.organisationId]);
        const outcome = await take(await fs.readFile(join(folder, name)));
        if (outcome.kind !== "stored") throw new Error(`${name}: ${outcome.kind}`);
        const response = await get(
          `/studies/${outcome.studyInstanceUid}/series/${outcome.seriesInstanceUid}/instances/${outcome.sopInstanceUid}/frames/1`,
          {
            accept:
              "multipart/related; type=application/octet-stream; transfer-syntax=*, multipart/related; type=image/*; transfer-syntax=*",
          },
        );
        expect([name, response.statusCode]).toEqual([name, 200]);
        const [part] = partsOf(response);
        const uncompressed = /LittleEndian|BigEndian|Deflated/.test(name);
        expect(part?.head).toContain(
          uncompressed ? "1.2.840.10008.1.2.1" : (/_(1\.2\.840[\d.]+)\.dcm$/.exec(name)?.[1] ?? "?"),
        );
        if (!uncompressed) continue;
        reference ??= part?.body;
        expect([name, part?.body.equals(reference as Buffer)]).toEqual([name, true]);
      }
    },
  );
});
