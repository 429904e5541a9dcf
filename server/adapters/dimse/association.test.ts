import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { encodeCommand, parseCommand } from "./command.js";
import { encodeAssociateRequest, encodeData, encodeRelease, PduType } from "./pdu.js";
import { PduReader } from "./pdu-reader.js";
import type { DimsePorts, StoreSink } from "./ports.js";
import { type DimseServer, startDimseServer } from "./server.js";

const CT = "1.2.840.10008.5.1.4.1.1.2";
const JPEG = "1.2.840.10008.1.2.4.70";
const IMPLICIT = "1.2.840.10008.1.2";

type Kept = { bytes: Buffer; aborted: boolean; finished: boolean };

function ports(kept: Kept[]): DimsePorts<string> {
  const silent = () => undefined;
  return {
    log: { info: silent, warn: silent },
    resolvePeer: async ({ calledAe, callingAe }) => {
      if (calledAe !== "READROOM") return { ok: false, refusal: "called AE title not recognized" };
      if (callingAe !== "CT1") return { ok: false, refusal: "calling AE title not recognized" };
      return { ok: true, peer: { source: "hospital", label: "CT1" } };
    },
    store: (): StoreSink => {
      const entry: Kept = { bytes: Buffer.alloc(0), aborted: false, finished: false };
      kept.push(entry);
      return {
        queuedBytes: 0,
        whenBelow: (_level, callback) => callback(),
        write: (piece) => {
          entry.bytes = Buffer.concat([entry.bytes, piece]);
        },
        abort: () => {
          entry.aborted = true;
        },
        finish: async () => {
          entry.finished = true;
          return entry.bytes.length === 0 ? { status: 0xc000, comment: "empty dataset" } : { status: 0 };
        },
      };
    },
  };
}

const open: { server?: DimseServer; sockets: Socket[] } = { sockets: [] };

afterEach(async () => {
  for (const socket of open.sockets) socket.destroy();
  open.sockets = [];
  await open.server?.close();
});

async function start(kept: Kept[], options: { artimMs?: number; maxAssociations?: number } = {}): Promise<number> {
  open.server = await startDimseServer<string>(
    {
      port: 0,
      host: "127.0.0.1",
      aeTitle: "READROOM",
      maxAssociations: options.maxAssociations ?? 8,
      limits: { artimMs: options.artimMs ?? 2_000 },
    },
    ports(kept),
  );
  return open.server.port;
}

type Message = { type: number; body: Buffer };

/** A raw peer: what comes back, one PDU or command at a time. */
async function dial(port: number) {
  const socket = connect(port, "127.0.0.1");
  open.sockets.push(socket);
  const inbox: Message[] = [];
  let wake: (() => void) | undefined;
  const put = (message: Message) => {
    inbox.push(message);
    wake?.();
  };
  const reader = new PduReader(
    {
      pdu: (type, body) => put({ type, body: Buffer.from(body) }),
      fragment: (_c, _p, piece) => put({ type: PduType.data, body: Buffer.from(piece) }),
    },
    { maxControlLength: 65_536, maxDataLength: 131_072 },
  );
  socket.on("data", (chunk: Buffer) => reader.push(chunk));
  socket.on("close", () => put({ type: -1, body: Buffer.alloc(0) }));
  socket.on("error", () => undefined);
  await once(socket, "connect");
  const next = async (): Promise<Message> => {
    while (inbox.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    return inbox.shift() as Message;
  };
  return { socket, next };
}

const request = (over: Partial<Parameters<typeof encodeAssociateRequest>[0]> = {}) =>
  encodeAssociateRequest({
    calledAe: "READROOM",
    callingAe: "CT1",
    contexts: [
      { id: 1, abstractSyntax: CT, transferSyntaxes: [JPEG, IMPLICIT] },
      { id: 3, abstractSyntax: "1.2.840.10008.5.1.1.9", transferSyntaxes: [IMPLICIT] },
      { id: 5, abstractSyntax: "1.2.840.113619.4.26", transferSyntaxes: ["1.2.840.113619.5.2"] },
    ],
    ...over,
  });

const store = (messageId: number, dataset: Buffer) => [
  ...encodeData(
    1,
    "command",
    encodeCommand(
      { commandField: 1, messageId, affectedSopClassUid: CT, affectedSopInstanceUid: "1.2.3", priority: 0 },
      true,
    ),
    16_384,
  ),
  ...encodeData(1, "dataset", dataset, 16_384),
];

describe("associations", () => {
  it("[DI5] takes the first proposed transfer syntax, refuses services and syntaxes it doesn't have, one context at a time", async () => {
    const peer = await dial(await start([]));
    peer.socket.write(request());
    const accept = await peer.next();
    expect(accept.type).toBe(PduType.associateAc);
    const text = accept.body.toString("latin1");
    expect(text).toContain(JPEG);
    const results = [...accept.body.toString("hex").matchAll(/2100....(0[135])00(0[0-4])00/g)].map(([, id, result]) => [
      id,
      result,
    ]);
    expect(results).toEqual([
      ["01", "00"],
      ["03", "03"],
      ["05", "04"],
    ]);
  });

  it("[DI6] rejects a wrong called and an unknown calling AE title with the standard's reasons", async () => {
    const port = await start([]);
    const wrong = await dial(port);
    wrong.socket.write(request({ calledAe: "OTHER" }));
    expect(await wrong.next()).toMatchObject({ type: PduType.associateRj, body: Buffer.from([0, 1, 1, 7]) });
    const stranger = await dial(port);
    stranger.socket.write(request({ callingAe: "STRANGER" }));
    expect(await stranger.next()).toMatchObject({ type: PduType.associateRj, body: Buffer.from([0, 1, 1, 3]) });
  });

  it("[DI7] stores, answers with the message id and the comment of a refusal, and releases", async () => {
    const kept: Kept[] = [];
    const peer = await dial(await start(kept));
    peer.socket.write(request());
    await peer.next();
    const body = Buffer.alloc(300_000, 5);
    peer.socket.write(Buffer.concat(store(11, body)));
    expect(parseCommand((await peer.next()).body)).toMatchObject({
      commandField: 0x8001,
      messageIdBeingRespondedTo: 11,
      status: 0,
      affectedSopInstanceUid: "1.2.3",
    });
    expect(kept[0]?.bytes.equals(body)).toBe(true);
    peer.socket.write(Buffer.concat(store(12, Buffer.alloc(0))));
    expect(parseCommand((await peer.next()).body)).toMatchObject({ status: 0xc000, errorComment: "empty dataset" });
    peer.socket.write(encodeRelease("request"));
    expect((await peer.next()).type).toBe(PduType.releaseRp);
    expect((await peer.next()).type).toBe(-1);
  });

  it("[DI8] an association cut in the middle of a dataset drops what it began and answers nothing", async () => {
    const kept: Kept[] = [];
    const peer = await dial(await start(kept));
    peer.socket.write(request());
    await peer.next();
    const whole = Buffer.concat(store(1, Buffer.alloc(50_000, 1)));
    peer.socket.write(whole.subarray(0, 30_000));
    peer.socket.end();
    expect((await peer.next()).type).toBe(-1);
    expect(kept).toMatchObject([{ aborted: true, finished: false }]);
  });

  it("[DI9] aborts on protocol errors: data before the association, oversized PDU, dataset without command", async () => {
    const port = await start([]);
    for (const bytes of [Buffer.concat(store(1, Buffer.alloc(4))), Buffer.from([4, 0, 0x7f, 0, 0, 0])]) {
      const peer = await dial(port);
      peer.socket.write(bytes);
      expect((await peer.next()).type).toBe(PduType.abort);
    }
    const peer = await dial(port);
    peer.socket.write(request());
    await peer.next();
    peer.socket.write(Buffer.concat([...encodeData(1, "dataset", Buffer.alloc(10), 16_384)]));
    expect(await peer.next()).toMatchObject({ type: PduType.abort });
  });

  it("[DI10] closes a connection that never asks for an association, and turns away what is above the limit", async () => {
    const port = await start([], { artimMs: 150, maxAssociations: 2 });
    const silent = await dial(port);
    const answers: Message[] = [];
    for (let number = 0; number < 3; number += 1) {
      const peer = await dial(port);
      peer.socket.write(request());
      answers.push(await peer.next());
    }
    expect(answers.map((answer) => answer.type)).toEqual([
      PduType.associateAc,
      PduType.associateAc,
      PduType.associateRj,
    ]);
    expect(answers[2]?.body).toEqual(Buffer.from([0, 2, 3, 2]));
    expect((await silent.next()).type).toBe(-1);
  });

  it("[DI10] connections that say nothing keep no modality out: the oldest of them goes", async () => {
    const port = await start([], { artimMs: 60_000, maxAssociations: 2 });
    const silent = [];
    for (let number = 0; number < 4; number += 1) silent.push(await dial(port));
    const modality = await dial(port);
    modality.socket.write(request());
    expect(await modality.next()).toMatchObject({ type: PduType.associateAc });
    expect(await silent[0]?.next()).toMatchObject({ type: PduType.abort });
  });

  it("[DI11] answers operations that it has not negotiated instead of going silent", async () => {
    const peer = await dial(await start([]));
    peer.socket.write(request());
    await peer.next();
    peer.socket.write(
      Buffer.concat([...encodeData(1, "command", encodeCommand({ commandField: 0x30, messageId: 5 }), 16_384)]),
    );
    expect(parseCommand((await peer.next()).body)).toMatchObject({ commandField: 0x8030, status: 0x0211 });
  });
});
