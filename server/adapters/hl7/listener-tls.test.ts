import { connect, type TLSSocket } from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import { type Certificate, makeAuthority } from "../../../e2e/devices/authority.js";
import { framed } from "../../../e2e/devices/hospital.js";
import { listenMllp } from "./listener.js";
import { bytesOf } from "./test-data.js";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

/** The first answer, or how the connection ended without one. */
function ask(port: number, ca: string, own?: Certificate): Promise<string> {
  return new Promise((resolve) => {
    const socket: TLSSocket = connect({ port, host: "127.0.0.1", ca, ...own }, () => socket.write(framed("hello")));
    socket.once("data", (bytes: Buffer) => {
      resolve(bytes.subarray(1, -2).toString("utf8")); // without the frame
      socket.destroy();
    });
    socket.once("error", () => resolve("refused"));
    socket.once("close", () => resolve("refused"));
  });
}

describe("MLLP over TLS", () => {
  test("[HL12] answers an encrypted sender, and with an authority set only those who have its certificate", async () => {
    const { ca, hub, sender, stranger } = await makeAuthority();
    const start = async (clientCa?: string) => {
      const listener = await listenMllp({
        port: 0,
        host: "127.0.0.1",
        tls: { ...hub, ...(clientCa === undefined ? {} : { clientCa }) },
        note: () => undefined,
        receiver: { receive: async () => [bytesOf("ack")], broken: async () => [] },
      });
      open.push(listener);
      return listener.port;
    };
    expect(await ask(await start(), ca)).toBe("ack");
    const closed = await start(ca);
    expect(await ask(closed, ca)).toBe("refused");
    expect(await ask(closed, ca, stranger)).toBe("refused");
    expect(await ask(closed, ca, sender)).toBe("ack");
  });
});
