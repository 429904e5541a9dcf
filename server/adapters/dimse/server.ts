import { once } from "node:events";
import { createServer, type Server } from "node:net";
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
};

export type DimseServer = {
  readonly port: number;
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
    move: ports.retrieve !== undefined && ports.destination !== undefined,
    get: ports.retrieve !== undefined,
  };
  const server: Server = createServer({ noDelay: true, allowHalfOpen: true, highWaterMark: 262_144 }, (socket) => {
    // Connections that ask for nothing must not keep modalities out until ARTIM ends them: the one that has been silent longest goes.
    if (open.size >= most * 2) [...open].find((one) => !one.established)?.shutDown();
    const association = new Association(socket, { ports, services, limits, aeTitle: options.aeTitle, busy });
    open.add(association);
    socket.once("close", () => open.delete(association));
  });
  server.listen({ port: options.port, ...(options.host === undefined ? {} : { host: options.host }), backlog: 256 });
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : options.port,
    open: () => open.size,
    close: async () => {
      stopping = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const association of open) association.shutDown();
      await closed;
    },
  };
}
