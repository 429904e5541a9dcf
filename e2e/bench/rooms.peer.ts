import http from "node:http";
import type { AddressInfo } from "node:net";
import { Server } from "@hocuspocus/server";
import { WebSocketServer } from "ws";

/** A server that somebody else would take, in a process of its own: in memory, without log-in, without checks. */
const which = process.argv[2];
const port = which === "hocuspocus" ? await hocuspocus() : await yWebsocket();

async function hocuspocus(): Promise<number> {
  const server = new Server({ port: 0, address: "127.0.0.1", quiet: true, stopOnSignals: false });
  await server.listen();
  return (server.httpServer.address() as AddressInfo).port;
}

async function yWebsocket(): Promise<number> {
  // It has no types.
  const { setupWSConnection } = (await import("@y/websocket-server/utils" as string)) as {
    setupWSConnection(socket: unknown, request: unknown): void;
  };
  const server = http.createServer();
  new WebSocketServer({ server }).on("connection", setupWSConnection);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

process.on("message", (ask) => {
  if (ask === "time") process.send?.({ time: process.cpuUsage() });
  if (ask === "stop") process.exit(0);
});
process.send?.({ port, document: "room" });
