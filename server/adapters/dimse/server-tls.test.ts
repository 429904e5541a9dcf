import { connect, type TLSSocket } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import { type Certificate, makeAuthority } from "../../../e2e/devices/authority.js";
import { encodeAssociateRequest, PduType } from "./pdu.js";
import { type DimseServer, startDimseServer } from "./server.js";

const open: DimseServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

const silent = () => undefined;

async function start(tls: Certificate & { clientCa?: string }): Promise<number> {
  const server = await startDimseServer<string>(
    { port: 0, host: "127.0.0.1", aeTitle: "READROOM", tls: { port: 0, ...tls } },
    {
      log: { info: silent, warn: silent },
      resolvePeer: async () => ({ ok: true, peer: { source: "hospital", label: "CT1" } }),
      store: () => ({
        queuedBytes: 0,
        whenBelow: (_level, callback) => callback(),
        write: silent,
        abort: silent,
        finish: async () => ({ status: 0 }),
      }),
    },
  );
  open.push(server);
  return server.tlsPort ?? 0;
}

/** Type of the PDU that answers an association request, -1 where the connection ended without one. */
function ask(port: number, ca: string, own?: Certificate): Promise<number> {
  const contexts = [{ id: 1, abstractSyntax: "1.2.840.10008.1.1", transferSyntaxes: ["1.2.840.10008.1.2"] }];
  return new Promise((resolve) => {
    const socket: TLSSocket = connect({ port, host: "127.0.0.1", ca, ...own }, () =>
      socket.write(encodeAssociateRequest({ calledAe: "READROOM", callingAe: "CT1", contexts })),
    );
    socket.once("data", (bytes: Buffer) => {
      resolve(bytes[0] ?? -1);
      socket.destroy();
    });
    socket.once("error", () => resolve(-1));
    socket.once("close", () => resolve(-1));
  });
}

describe("associations over TLS", () => {
  it("[DI12] are accepted on a port of their own, and with an authority set only from peers who hold its certificate", async () => {
    const { ca, hub, sender, stranger } = await makeAuthority();
    expect(await ask(await start(hub), ca)).toBe(PduType.associateAc);
    const closed = await start({ ...hub, clientCa: ca });
    expect(await ask(closed, ca)).toBe(-1);
    expect(await ask(closed, ca, stranger)).toBe(-1);
    expect(await ask(closed, ca, sender)).toBe(PduType.associateAc);
  });
});
