import { constants, setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { computePhantom } from "./public.js";
import type { WorkerMessage, WorkerRequest } from "./worker-client.js";

const port = parentPort;
if (!port) throw new Error("the phantom worker runs as a worker thread");
lowerPriority();
const { spec, header, ...options } = workerData as WorkerRequest;
const objects = computePhantom(spec, header, options);

// One object per request; the bytes are moved, not copied.
port.on("message", () => {
  const next = objects.next();
  if (next.done) {
    port.postMessage({ kind: "end" } satisfies WorkerMessage);
    return;
  }
  const dataset = new Uint8Array(next.value.dataset);
  const message: WorkerMessage = { kind: "instance", instance: { ...next.value, dataset } };
  port.postMessage(message, [dataset.buffer]);
});

/** On Linux a priority belongs to the thread (pid 0: the calling one); elsewhere it would slow the whole hub, so it is left. */
function lowerPriority(): void {
  if (process.platform === "linux") setPriority(0, constants.priority.PRIORITY_LOW);
}
