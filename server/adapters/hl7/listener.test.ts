import { connect } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { FakeHospital, framed, OrderSender } from "../../../e2e/devices/hospital.js";
import { listenMllp, type MllpLimits, type MllpListener, type MllpReceiver } from "./listener.js";
import { mllpSender } from "./sender.js";
import { bytesOf } from "./test-data.js";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

async function listener(receiver: Partial<MllpReceiver>, limits: Partial<MllpLimits> = {}): Promise<MllpListener> {
  const started = await listenMllp({
    port: 0,
    host: "127.0.0.1",
    limits,
    note: () => undefined,
    receiver: {
      receive: async (raw) => [bytesOf(`ack ${text(raw)}`)],
      broken: async (head, why) => [bytesOf(`${why} ${text(head).slice(0, 8)}`)],
      ...receiver,
    },
  });
  open.push(started);
  return started;
}

async function sender(port: number): Promise<OrderSender> {
  const connected = await OrderSender.connect(port);
  open.push(connected);
  return connected;
}

/** Sends, shuts the sending side and gives the frames that came until the listener closed too. */
function sendAndShut(port: number, bytes: Uint8Array): Promise<string[]> {
  return new Promise((resolve) => {
    const received: Buffer[] = [];
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true }, () => socket.end(bytes));
    socket.on("data", (chunk: Buffer) => received.push(chunk));
    // A listener that drops a stranger may reset the connection; what counts is what it said before.
    socket.on("error", () => undefined);
    socket.on("close", () => {
      const frames = Buffer.concat(received).toString("utf8").split("\x1c\r");
      resolve(frames.filter((one) => one !== "").map((one) => one.replace("\x0b", "")));
    });
  });
}

function gate(): { opened: Promise<void>; release: () => void } {
  let release: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { opened, release };
}

describe("MLLP listener", () => {
  test("[HL5] several messages in one packet are answered in order, one at a time", async () => {
    const seen: string[] = [];
    const first = gate();
    const { port } = await listener({
      receive: async (raw) => {
        seen.push(`begin ${text(raw)}`);
        if (text(raw) === "1") await first.opened;
        seen.push(`end ${text(raw)}`);
        return [bytesOf(`ack ${text(raw)}`)];
      },
    });
    const client = await sender(port);
    client.write(Buffer.concat(["1", "2", "3"].map(framed)));
    const other = await sender(port);
    expect(await other.send("other")).toBe("ack other");
    expect(seen).toEqual(["begin 1", "begin other", "end other"]);
    first.release();
    expect([await client.reply(), await client.reply(), await client.reply()]).toEqual(["ack 1", "ack 2", "ack 3"]);
  });

  test("[HL2] a sender that shuts its side is answered, also for a message that it cut off", async () => {
    const work = gate();
    const { port } = await listener({
      receive: async (raw) => {
        await work.opened;
        return [bytesOf(`ack ${text(raw)}`)];
      },
    });
    const answered = sendAndShut(port, Buffer.concat([framed("whole"), Buffer.from([0x0b]), bytesOf("half")]));
    work.release();
    expect(await answered).toEqual(["ack whole", "unfinished half"]);
    expect(await sendAndShut(port, Buffer.alloc(0))).toEqual([]);
  });

  test("[HL4] a peer that speaks HTTP is dropped at once, an engine's keep-alive bytes are not", async () => {
    const { port } = await listener({});
    const browser = sendAndShut(port, Buffer.from("GET / HTTP/1.1\r\nHost: hub\r\n\r\n"));
    await expect(browser).resolves.toEqual([]);
    const engine = await sender(port);
    engine.write(Buffer.alloc(8, 0));
    expect(await engine.send("1")).toBe("ack 1");
  });

  test("[HL6] a receiver that fails answers nothing and the connection is closed", async () => {
    const { port } = await listener({ receive: () => Promise.reject(new Error("no database")) });
    await expect((await sender(port)).send("1")).rejects.toThrow("closed without a reply");
  });

  test("[HL2] [HL3] unfinished and oversize messages are answered; only oversize closes", async () => {
    const { port } = await listener({}, { messageBytes: 64 });
    const client = await sender(port);
    client.write(Buffer.concat([Buffer.from([0x0b]), bytesOf("half"), framed("whole")]));
    expect(await client.reply()).toBe("unfinished half");
    expect(await client.reply()).toBe("ack whole");
    client.write(Buffer.concat([Buffer.from([0x0b]), Buffer.alloc(100, 65)]));
    expect(await client.reply()).toBe("oversize AAAAAAAA");
    await expect(client.reply()).rejects.toThrow("closed");
  });

  test("[HL4] a message that drips is cut off, and so is a peer that speaks another protocol", async () => {
    const { port } = await listener({}, { messageMs: 60, garbageBytes: 20 });
    const slow = await sender(port);
    slow.write(Buffer.concat([Buffer.from([0x0b]), bytesOf("MSH|")]));
    expect(await slow.reply()).toMatch(/^timeout/);
    await expect(slow.reply()).rejects.toThrow("closed");
    const web = await sender(port);
    web.write(bytesOf("GET / HTTP/1.1\r\nHost: hub\r\n\r\n"));
    await expect(web.reply()).rejects.toThrow("closed");
  });

  test("[HL5] closing answers the message under way first", async () => {
    const under = gate();
    const begun = gate();
    const started = await listener({
      receive: async () => {
        begun.release();
        await under.opened;
        return [bytesOf("done")];
      },
    });
    const client = await sender(started.port);
    const reply = client.send("1");
    await begun.opened;
    const closed = started.close();
    under.release();
    expect(await reply).toBe("done");
    await closed;
    open.splice(open.indexOf(started), 1);
  });
});

describe("MLLP sender", () => {
  const message = bytesOf("MSH|^~\\&|A|B|C|D|2026||ORU^R01|7|P|2.5.1\r");
  const send = (port: number, leaving: () => Promise<void> = async () => undefined) =>
    mllpSender({ connectMs: 2000, replyMs: 80 }).send({ host: "127.0.0.1", port }, message, leaving);

  test("[HL42] replied, ambiguous, not sent", async () => {
    const hospital = await FakeHospital.start();
    open.push(hospital);
    const accepted = await send(hospital.port);
    expect(accepted.kind === "replied" && text(accepted.reply)).toContain("MSA|AA|7");
    hospital.plan({ kind: "never" }, { kind: "cut" }, { kind: "hang up" }, { kind: "twice" });
    expect(await send(hospital.port)).toEqual({ kind: "ambiguous", reason: "no reply within 0.08 s" });
    expect((await send(hospital.port)).kind).toBe("ambiguous");
    expect((await send(hospital.port)).kind).toBe("ambiguous");
    expect((await send(hospital.port)).kind).toBe("replied");
    const { port } = hospital;
    await hospital.close();
    open.pop();
    expect(await send(port)).toEqual({ kind: "not_sent", reason: "nothing listens there (connection refused)" });
  });

  test("[HL42] a host that never answers the connection is not sent", async () => {
    // An address for documentation, routed nowhere (RFC 5737).
    const outcome = await mllpSender({ connectMs: 100, replyMs: 100 }).send(
      { host: "192.0.2.1", port: 2575 },
      bytesOf("x"),
      async () => undefined,
    );
    expect(outcome.kind).toBe("not_sent");
  });

  test("[HL42] no byte leaves before it is written down that it does, and none where it can't be", async () => {
    const hospital = await FakeHospital.start();
    open.push(hospital);
    const seen: number[] = [];
    expect((await send(hospital.port, async () => void seen.push(hospital.received.length))).kind).toBe("replied");
    expect(seen).toEqual([0]);
    const refused = await send(hospital.port, () => Promise.reject(new Error("no database")));
    expect(refused.kind).toBe("not_sent");
    expect(hospital.received).toHaveLength(1);
  });
});
