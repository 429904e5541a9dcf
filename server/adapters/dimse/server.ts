import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { Association, type AssociationLimits, DEFAULT_LIMITS } from "./association.js";
import { Reject, type Rejection } from "./pdu.js";
import type { DimsePorts } from "./ports.js";

export type DimseOptions = {
  readonly host?: string;
  readonly port: number;
  readonly aeTitle: string;
  /** Associations held at once; as many connections again may be about to ask for one. */
  readonly maxAssociations?: number;
  readonly limits?: Partial<AssociationLimits>;
  /** A second, encrypted listener (PS3.15 B.9). `clientCa`: only peers with a certificate of this authority. PEM texts. */
  readonly tls?: { readonly port: number; readonly cert: string; readonly key: string; readonly clientCa?: string };
};

export type DimseServer = {
  readonly port: number;
  readonly tlsPort?: number;
  /** Associations open now. */
  readonly open: () => number;
  /** Stops listening, aborts what is open, resolves when all connections are gone. */
  close(): Promise<void>;
};

/** Listens for associations (DICOM PS3.8). Storage and Verification always; query and retrieve where the ports have them. */
export async function startDimseServer<Source>(options: DimseOptions, ports: DimsePorts<Source>): Promise<DimseServer> {
  const open = new Set<Association<Source>>();
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const most = options.maxAssociations ?? 64;
  let stopping = false;
  const associated = (): number => [...open].filter((one) => one.established).length;
  const busy = (): Rejection | undefined => (stopping || associated() >= most ? Reject.localLimit : undefined);
  const services = {
    find: ports.find !== undefined,
    worklist: ports.worklist !== undefined,
    move: ports.retrieve !== undefined && ports.destination !== undefined,
    get: ports.retrieve !== undefined,
    step: ports.performed !== undefined,
    commitment: ports.commit !== undefined,
  };
  const take = (socket: Socket): void => {
    // Connections that ask for nothing must not keep modalities out until ARTIM ends them: the one that has been silent longest goes.
    if (open.size >= most * 2) [...open].find((one) => !one.established)?.shutDown();
    const association = new Association(socket, { ports, services, limits, aeTitle: options.aeTitle, busy });
    open.add(association);
    socket.once("close", () => open.delete(association));
  };
  const transport = { noDelay: true, allowHalfOpen: true, highWaterMark: 262_144 };
  const plain = createServer(transport, take);
  const port = await listening(plain, options.port, options.host);
  const encrypted = options.tls === undefined ? undefined : tlsServer(options.tls, transport, take);
  const tlsPort =
    encrypted === undefined ? undefined : await listening(encrypted, options.tls?.port ?? 0, options.host);
  return {
    port,
    ...(tlsPort === undefined ? {} : { tlsPort }),
    open: () => open.size,
    close: async () => {
      stopping = true;
      const closed = [plain, encrypted].map(
        (server) => new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve()))),
      );
      for (const association of open) association.shutDown();
      await Promise.all(closed);
    },
  };
}

function tlsServer(
  tls: NonNullable<DimseOptions["tls"]>,
  transport: { noDelay: boolean; allowHalfOpen: boolean; highWaterMark: number },
  take: (socket: Socket) => void,
): Server {
  const client = tls.clientCa === undefined ? {} : { ca: tls.clientCa, requestCert: true, rejectUnauthorized: true };
  const server = createTlsServer({ ...transport, cert: tls.cert, key: tls.key, ...client }, take);
  // A handshake that fails is the peer's affair; without a listener it would be an error of the process.
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  return server;
}

async function listening(server: Server, port: number, host: string | undefined): Promise<number> {
  server.listen({ port, ...(host === undefined ? {} : { host }), backlog: 256 });
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}
