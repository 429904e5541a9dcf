import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { OrderList } from "@readroom/shared/contract/http/orders.js";
import { hashesOf, readReportSpec, renderReport } from "@readroom/shared/crdt/report.js";
import { RoomProvider } from "../../client/kernel/room/provider";
import { makeDataset, makeFile, makeImage, newUid } from "../devices/dicom-maker";
import { framed, OrderSender } from "../devices/hospital";
import { dcmsend, echo, modalityKind, storescu } from "../devices/modality";
import { rawPeer } from "../devices/raw-peer";
import { realDicom } from "../devices/test-data";
import { type RunningHub, startHub } from "../fixtures/hub";
import { inDatabaseOf } from "../fixtures/hub-database";
import { orderMessage } from "../fixtures/order-message";
import { eventually, logIn, type Person } from "../fixtures/person";

/**
 * What a hospital's engineer, a broken modality or somebody hostile sends: each is answered clearly, and nothing is harmed. After
 * every test the hub is ready; after all of them it takes a good order and a good image.
 */
let hub: RunningHub;
let scratch: string;
let tokens: { stMary: string; northgate: string };

test.describe.configure({ mode: "serial" });

test.beforeAll(async () => {
  hub = await startHub();
  scratch = mkdtempSync(join(tmpdir(), "readroom-bad-"));
  const token = (site: string): Promise<string> => hub.cli("token", "create", "--role", "integration", "--site", site);
  tokens = { stMary: await token("STM-ED"), northgate: await token("NGT") };
});

test.afterEach(async () => {
  expect((await fetch(`${hub.url}/readyz`)).status).toBe(200);
});

test.afterAll(async () => {
  await hub?.stop();
  if (scratch) rmSync(scratch, { recursive: true, force: true });
});

test("nonconformant files: stored whole or refused in words, by STOW-RS and by C-STORE", async () => {
  const said: Record<string, string> = {};
  for (const [name, bytes] of nonconformant()) {
    const { status, body } = await stow(bytes, tokens.stMary);
    const stored = body["00081199"]?.Value?.[0]?.["00081190"]?.Value?.[0];
    const reason = body["00081198"]?.Value?.[0]?.["00000902"]?.Value?.[0];
    if (typeof stored === "string") {
      const metadata = await ask(`${stored}/metadata`, tokens.stMary);
      expect(metadata.status, `${name} is stored, so it can be fetched`).toBe(200);
      said[name] = `stored ${status}`;
    } else said[name] = `${status} ${reason}`;
  }
  if (existsSync(nonconformantFolder())) {
    expect(said).toEqual({
      "ExplVR_LitEndNoMeta.dcm": "stored 200",
      "MR_truncated.dcm": "stored 200",
      "badVR.dcm": "stored 200",
      "nested_priv_SQ.dcm": "409 no SOP Class UID",
      "no-pixel-data.dcm": "stored 200",
      "no-pixel-spacing.dcm": "stored 200",
      "no_meta.dcm": expect.stringMatching(/^(stored 20[02]|409 .+)$/),
      "priv_SQ.dcm": "409 no SOP Class UID",
      // The whole image of the file that was cut off above: it takes its place, and both are kept.
      "zipMR.gz": "stored 200",
    });
    const run = await dcmsend({ port: hub.ports.dicom }, [nonconformantFolder()], ["-nh"]);
    if (modalityKind() === "dcmtk") expect(run.output).not.toContain("Refused");
  } else for (const what of Object.values(said)) expect(what).toMatch(/^(stored 20[02]|409 .+)$/);
});

test("a wrong called AE title, and bytes that are no DICOM, are turned away; the listener goes on", async () => {
  const wrong = await echo({ port: hub.ports.dicom, calledAe: "SOMEBODY" });
  expect(wrong.code).not.toBe(0);
  if (modalityKind() === "dcmtk") expect(wrong.output).toContain("Called AE Title Not Recognized");
  const abort = /^0700000000040000/;
  const http = await rawPeer(hub.ports.dicom, Buffer.from("GET / HTTP/1.1\r\nHost: hub\r\n\r\n"));
  expect(http.bytes.toString("hex")).toMatch(abort);
  const huge = await rawPeer(hub.ports.dicom, Buffer.from([1, 0, 0xff, 0xff, 0xff, 0xff, 0, 1]));
  expect(huge.bytes.toString("hex")).toMatch(abort);
  for (let round = 0; round < 20; round += 1)
    await rawPeer(hub.ports.dicom, Buffer.concat([Buffer.from([1 + (round % 7), 0, 0, 0, 1, 0]), randomBytes(256)]));
  const half = await rawPeer(hub.ports.dicom, Buffer.from([1, 0, 0, 0, 0, 200, 0, 1]), { shut: true });
  expect(half.end).toBe("closed");
  expect((await echo({ port: hub.ports.dicom })).code).toBe(0);
});

test("truncated, oversized and foreign HL7 is answered or hung up on, and kept", async () => {
  const good = orderMessage({ accession: "BAD1", mrn: "BAD1", name: "Bad^Input" });
  const answer = async (bytes: Uint8Array): Promise<string> =>
    (await rawPeer(hub.ports.mllp, bytes, { shut: true })).bytes.toString("latin1");
  expect(await answer(framed(good.slice(0, 150)))).toMatch(/\rMSA\|A[ER]\|CBAD1\|/);
  expect(await answer(framed("MSH|^~\\&"))).toMatch(/\rMSA\|AR\|/);
  expect(await answer(framed("not a message"))).toMatch(/\rMSA\|AR\|/);
  expect(await answer(Buffer.from(`\x0b${good}`))).toMatch(/\rMSA\|AR\|CBAD1\|the message was cut off/);
  expect(await answer(Buffer.concat([Buffer.from(`\x0b${good}`), Buffer.alloc(20_000_000, 65)]))).toMatch(
    /\rMSA\|AR\|CBAD1\|the message is longer than 16 MB/,
  );
  expect(await answer(framed(good.replace("|2.5.1", "|9.9")))).toMatch(/\rMSA\|AR\|CBAD1\|version 9\.9/);
  expect(await answer(Buffer.from("GET / HTTP/1.1\r\nHost: hub\r\n\r\n"))).toBe("");
  expect(await answer(framed(good)), "a sender that shuts its side is answered too").toMatch(/\rMSA\|AA\|CBAD1/);
  const operator = await logIn(hub.url, "hall@stmary.example");
  const { orders } = OrderList.parse(await operator.get("/api/orders?limit=200"));
  expect(orders.filter((order) => order.accessionNumber === "BAD1")).toHaveLength(1);
});

test("a stale fencing token changes nothing, by http and by socket", async () => {
  const studyId = await orderedStudy("FENCE1");
  const reader = await logIn(hub.url, "lindqvist@nightline.example");
  const path = `/api/studies/${studyId}`;
  const claim = async (): Promise<number> => {
    const claimed = await reader.send<{ claim: { fence: number } }>("POST", `${path}/claim`, {});
    expect(claimed.status, JSON.stringify(claimed.body)).toBe(200);
    return claimed.body.claim.fence;
  };
  const stale = await claim();
  expect((await reader.send("POST", `${path}/release`, { fence: stale })).status).toBe(200);
  const fence = await claim();
  expect(fence).toBeGreaterThan(stale);
  const { user } = await (await logIn(hub.url, "ortiz@nightline.example")).get<{ user: { id: string } }>(
    "/api/session",
  );
  const socket = reader.socket();
  const signing = await emptyReport(reader, socket, studyId);
  for (const [what, body] of [
    ["release", { fence: stale }],
    ["hand-over", { fence: stale, toUserId: user.id }],
    ["report/sign", { kind: "final", ...signing, fence: stale }],
  ] as const) {
    const answer = await reader.send<{ code: string }>("POST", `${path}/${what}`, body);
    expect(answer, what).toMatchObject({ status: 409, body: { code: "stale_fence" } });
  }
  const renewed: unknown = await socket.timeout(10_000).emitWithAck("claim.renew", { studyId, fence: stale });
  expect(renewed).toMatchObject({ ok: false, error: { code: "stale_fence" } });
  const kept: unknown = await socket.timeout(10_000).emitWithAck("claim.renew", { studyId, fence });
  expect(kept).toMatchObject({ ok: true });
  socket.disconnect();
  expect((await reader.send("POST", `${path}/release`, { fence })).status).toBe(200);
});

test("an expired, a used, a revoked and an invented join link open nothing", async () => {
  const studyId = await orderedStudy("LINK1");
  const reader = await logIn(hub.url, "lindqvist@nightline.example");
  const link = async (): Promise<{ linkId: string; token: string }> => {
    const made = await reader.send<{ linkId: string; url: string }>("POST", `/api/studies/${studyId}/links`, {
      name: "Dr Guest",
    });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    return { linkId: made.body.linkId, token: made.body.url.split("#")[1] ?? "" };
  };
  const enter = async (token: string): Promise<{ status: number; code?: string; action?: string; cookie: string }> => {
    const answer = await post("/api/join", { token, name: "Dr Guest" });
    const body = (await answer.json()) as { code?: string; action?: string };
    return { ...body, status: answer.status, cookie: answer.headers.getSetCookie()[0]?.split(";")[0] ?? "" };
  };
  const used = await link();
  const guest = await enter(used.token);
  expect(guest.status).toBe(200);
  expect(await enter(used.token)).toMatchObject({ status: 410, code: "expired" });
  const expired = await link();
  await inDatabaseOf(hub.dataDir, "UPDATE join_link SET expires_at = now() - interval '1 minute' WHERE id = $1", [
    expired.linkId,
  ]);
  expect(await enter(expired.token)).toMatchObject({ status: 410, code: "expired", action: expect.any(String) });
  const revoked = await link();
  expect((await reader.send("DELETE", `/api/links/${revoked.linkId}`)).status).toBe(204);
  expect(await enter(revoked.token)).toMatchObject({ status: 410, code: "expired" });
  expect(await enter("A".repeat(43))).toMatchObject({ status: 410, code: "expired" });
  // Who came in stays out once the link is taken back.
  expect((await fetch(`${hub.url}/api/join`, { headers: { cookie: guest.cookie } })).status).toBe(200);
  expect((await reader.send("DELETE", `/api/links/${used.linkId}`)).status).toBe(204);
  expect((await fetch(`${hub.url}/api/join`, { headers: { cookie: guest.cookie } })).status).toBe(401);
});

test("a foreign tenant's UID in a DICOMweb address answers exactly as one that nobody has", async () => {
  const study = newUid();
  const sent = await stow(image({ study, accession: "TENANT1" }), tokens.stMary);
  expect(sent.status).toBe(200);
  const physician = await logIn(hub.url, "becker@northgate.example");
  const unknown = newUid();
  const paths = [
    "",
    "/metadata",
    "/series",
    "/instances",
    "/series/1.2.3/metadata",
    "/series/1.2/instances/1.2/frames/1",
  ];
  for (const path of paths) {
    const credentials: Record<string, string>[] = [
      { cookie: physician.cookie },
      { authorization: `Bearer ${tokens.northgate}` },
    ];
    for (const headers of credentials) {
      const answerTo = async (uid: string): Promise<unknown> => {
        const answer = await fetch(`${hub.url}/dicomweb/studies/${uid}${path}`, { headers });
        return { status: answer.status, type: answer.headers.get("content-type"), body: await answer.text() };
      };
      expect(await answerTo(study), path).toEqual(await answerTo(unknown));
    }
  }
  expect((await ask(`/dicomweb/studies/${study}/metadata`, tokens.stMary)).status).toBe(200);
});

test("http: broken JSON, odd addresses, huge bodies, strangers and other sites' pages get the error format and no more", async () => {
  const reader = await logIn(hub.url, "lindqvist@nightline.example");
  const refusedWith = async (answer: Response): Promise<string> =>
    `${answer.status} ${((await answer.json()) as { code: string }).code}`;
  expect(await refusedWith(await post("/api/session", "{broken"))).toBe("400 invalid");
  expect(await refusedWith(await post("/api/session", "[".repeat(50_000)))).toBe("400 invalid");
  for (const uid of ["..%2f..%2fetc%2fpasswd", "%00", "1..2", "01.2", "9".repeat(65), "1.2.3;ls"])
    expect(await refusedWith(await ask(`/dicomweb/studies/${uid}/metadata`, tokens.stMary))).toBe("404 not_found");
  expect(await refusedWith(await ask("/dicomweb/studies/%ff/metadata", tokens.stMary))).toBe("400 invalid");
  expect(await refusedWith(await ask("/dicomweb/studies?limit=-1", tokens.stMary))).toBe("400 invalid");
  expect(await refusedWith(await ask("/dicomweb/studies", "an-invented-token-of-some-length"))).toBe(
    "401 unauthenticated",
  );
  const garbage = await fetch(`${hub.url}/dicomweb/studies`, stowRequest(Buffer.alloc(30_000_000, 7), tokens.stMary));
  expect(await refusedWith(garbage)).toBe("400 invalid");
  for (const origin of ["https://evil.example", "null"]) {
    const forged = await post("/api/worklist/break", { onBreak: true }, { cookie: reader.cookie, origin });
    expect(await refusedWith(forged)).toBe("403 forbidden");
  }
});

test("sockets: nobody without a session, no page of another site, no garbage", async () => {
  const refused = (extraHeaders: Record<string, string>, person: Person): Promise<string> =>
    new Promise((resolve) => {
      const socket = person.socket();
      socket.io.opts.extraHeaders = extraHeaders;
      socket.io.opts.reconnection = false;
      socket.disconnect();
      socket.once("connect_error", (error) => resolve(error.message));
      socket.once("connect", () => resolve("connected"));
      socket.connect();
    });
  const reader = await logIn(hub.url, "lindqvist@nightline.example");
  expect(await refused({}, reader)).toBe("unauthenticated");
  expect(await refused({ cookie: reader.cookie, origin: "https://evil.example" }, reader)).not.toBe("connected");
  const socket = reader.socket();
  const say = (name: string, body: unknown): Promise<unknown> => socket.timeout(10_000).emitWithAck(name, body);
  for (const [name, body] of [
    ["room.join", { document: "reading:../../etc" }],
    ["room.update", { document: `reading:${"0".repeat(36)}`, update: new Uint8Array([1, 2, 3]) }],
    ["claim.renew", null],
    ["topics.subscribe", { topics: Array.from({ length: 1_000 }, () => "x") }],
  ] as const)
    expect(await say(name, body), name).toMatchObject({ ok: false, error: { message: expect.any(String) } });
  const foreign = await say("topics.subscribe", { topics: ["hospital:00000000-0000-4000-8000-000000000000", "*"] });
  expect(foreign).toMatchObject({ ok: true, value: { granted: [] } });
  socket.disconnect();
});

test("without the demo, a peer and a sender that nobody registered are refused until somebody does", async () => {
  const bare = await startHub({ READROOM_DEMO: "off" });
  try {
    await bare.cli(
      "org",
      "add",
      "--code",
      "H1",
      "--name",
      "Hospital",
      "--kind",
      "hospital",
      "--time-zone",
      "Europe/Berlin",
    );
    const site = ["--org", "H1", "--code", "S1", "--name", "Site", "--time-zone", "Europe/Berlin"];
    await bare.cli("site", "add", ...site, "--jurisdiction", "DE-BE", "--issuer", "H1", "--facility", "STMARY");
    const results = await bare.cli("site", "results", "--host", "127.0.0.1", "--port", "2576");
    expect(results).toBe("results go to 127.0.0.1:2576");
    const path = join(scratch, "peer.dcm");
    writeFileSync(path, image({ study: newUid() }));
    const stranger = await storescu({ port: bare.ports.dicom, callingAe: "CT1" }, [path]);
    expect(stranger.code).not.toBe(0);
    if (modalityKind() === "dcmtk") expect(stranger.output).toContain("Calling AE Title Not Recognized");
    await bare.cli("peer", "add", "--ae", "CT1", "--host", "127.0.0.1");
    const known = await storescu({ port: bare.ports.dicom, callingAe: "CT1" }, [path]);
    expect(known.code, known.output).toBe(0);
    const sender = await OrderSender.connect(bare.ports.mllp);
    const order = orderMessage({ accession: "A1", mrn: "M1", name: "Bad^Input" });
    expect(await sender.send(order.replace("|STMARY|", "|NOBODY|"))).toMatch(/\rMSA\|AR\|/);
    expect(await sender.send(order)).toMatch(/\rMSA\|AA\|/);
    await sender.close();
  } finally {
    await bare.stop();
  }
});

test("after all of it, a good order and a good image become a study to read", async () => {
  expect(await orderedStudy("GOOD1")).toMatch(/^[0-9a-f-]{36}$/);
});

/** Sends an order and its image, and waits until the study stands on the worklist, matched and readable. */
async function orderedStudy(accession: string): Promise<string> {
  const sender = await OrderSender.connect(hub.ports.mllp);
  const reply = await sender.send(orderMessage({ accession, mrn: accession, name: "Bad^Input" }));
  expect(reply).toMatch(/\rMSA\|AA\|/);
  await sender.close();
  const path = join(scratch, `${accession}.dcm`);
  writeFileSync(path, image({ study: newUid(), accession, patientId: accession, patientName: "Bad^Input" }));
  const run = await storescu({ port: hub.ports.dicom }, [path]);
  expect(run.code, run.output).toBe(0);
  const reader = await logIn(hub.url, "lindqvist@nightline.example");
  return eventually("the study is on the worklist", async () => {
    type Row = { studyId: string; accessionNumber: string; routable: boolean };
    const { rows } = await reader.get<{ rows: Row[] }>("/api/worklist");
    return rows.find((row) => row.accessionNumber === accession && row.routable)?.studyId;
  });
}

/** Begins the report and leaves it empty: the hash of what one would sign, and the points that one would have to confirm. */
async function emptyReport(
  person: Person,
  socket: ReturnType<Person["socket"]>,
  studyId: string,
): Promise<{ hash: string; confirm: string[]; patient: string }> {
  const begun = await person.send<{ draft: { documentId: string }; facts: { patient: { identity: string } } }>(
    "POST",
    `/api/studies/${studyId}/report`,
    {},
  );
  expect(begun.status, JSON.stringify(begun.body)).toBe(200);
  const room = new RoomProvider({ socket, documentId: begun.body.draft.documentId });
  await eventually("joined the report", async () => room.snapshot().saved.state === "saved");
  const spec = readReportSpec(room.doc);
  if (!spec) throw new Error("the report has no sections");
  const { hash } = hashesOf(renderReport(room.doc, spec, () => null).content);
  room.destroy();
  const patient = begun.body.facts.patient.identity;
  return { hash, patient, confirm: ["images_arriving", ...spec.sections.map((section) => `empty:${section.key}`)] };
}

const image = (facts: Parameters<typeof makeImage>[0]): Buffer => makeImage(facts);

const nonconformantFolder = (): string => join(realDicom() ?? scratch, "nonconformant");

/** The real files; in a clone without them, made ones with the same faults. */
function nonconformant(): [name: string, bytes: Buffer][] {
  const folder = nonconformantFolder();
  if (existsSync(folder)) return readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]);
  const instance = newUid();
  const dataset = makeDataset({ instance });
  const whole = makeFile(dataset, { instance });
  return [
    ["no-meta", dataset],
    ["truncated", whole.subarray(0, whole.length - 100)],
    ["cut in its header", whole.subarray(0, 200)],
    ["no identifiers", makeFile(Buffer.alloc(0), { instance: newUid() })],
    ["garbage", randomBytes(40_000)],
    ["empty", Buffer.alloc(0)],
  ];
}

type DicomJson = Record<string, { Value?: { [tag: string]: { Value?: unknown[] } }[] } | undefined>;

function stowRequest(body: Buffer, token: string): RequestInit {
  const type = 'multipart/related; type="application/dicom"; boundary=part';
  const headers = { authorization: `Bearer ${token}`, "content-type": type, accept: "application/dicom+json" };
  return { method: "POST", headers, body: new Uint8Array(body) };
}

async function stow(file: Buffer, token: string): Promise<{ status: number; body: DicomJson }> {
  const head = Buffer.from("--part\r\nContent-Type: application/dicom\r\n\r\n");
  const body = Buffer.concat([head, file, Buffer.from("\r\n--part--\r\n")]);
  const answer = await fetch(`${hub.url}/dicomweb/studies`, stowRequest(body, token));
  return { status: answer.status, body: (await answer.json()) as DicomJson };
}

const ask = (path: string, token: string): Promise<Response> =>
  fetch(hub.url + path, { headers: { authorization: `Bearer ${token}` } });

const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(hub.url + path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
