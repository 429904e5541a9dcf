import { promises as fs } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Called, ModalityRun } from "./modality.js";

/** The part of dcmjs-dimse that is used; it ships CommonJS. */
type Dimse = {
  Client: new () => {
    addRequest(request: unknown): void;
    on(event: string, listener: (argument: unknown) => void): void;
    send(host: string, port: number, callingAe: string, calledAe: string): void;
  };
  requests: { CEchoRequest: new () => Request; CStoreRequest: new (path: string) => Request };
};
type Request = { on(event: "response", listener: (response: { getStatus(): number }) => void): void };

const dimse = createRequire(import.meta.url)("dcmjs-dimse") as Dimse;

async function filesBelow(path: string): Promise<string[]> {
  const stat = await fs.stat(path);
  if (!stat.isDirectory()) return [path];
  const names = await fs.readdir(path);
  return (await Promise.all(names.map((name) => filesBelow(join(path, name))))).flat();
}

function run(called: Called, requests: Request[]): Promise<ModalityRun> {
  return new Promise((resolve) => {
    const client = new dimse.Client();
    const lines: string[] = [];
    let failed = 0;
    for (const request of requests) {
      request.on("response", (response) => {
        const status = response.getStatus();
        lines.push(`status ${status.toString(16)}`);
        if (status !== 0) failed += 1;
      });
      client.addRequest(request);
    }
    const end = (code: number, line?: string) =>
      resolve({ code, output: [...lines, ...(line === undefined ? [] : [line])].join("\n") });
    client.on("networkError", (error) => end(1, String(error)));
    client.on("associationRejected", (result) => end(1, `Association rejected: ${JSON.stringify(result)}`));
    client.on("closed", () => end(failed > 0 || lines.length < requests.length ? 1 : 0));
    client.send(called.host ?? "127.0.0.1", called.port, called.callingAe ?? "MODALITY", called.calledAe ?? "READROOM");
  });
}

export function echoWithDcmjs(called: Called): Promise<ModalityRun> {
  return run(called, [new dimse.requests.CEchoRequest()]);
}

export async function storeWithDcmjs(called: Called, paths: readonly string[]): Promise<ModalityRun> {
  const files = (await Promise.all(paths.map(filesBelow))).flat();
  return run(
    called,
    files.map((file) => new dimse.requests.CStoreRequest(file)),
  );
}
