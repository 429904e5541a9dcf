import { constants, setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { type Job, runJob } from "./job.js";

const port = parentPort;
if (!port) throw new Error("the simulation worker runs as a worker thread");
// On Linux a priority belongs to the thread; elsewhere it would slow the whole hub.
if (process.platform === "linux") setPriority(0, constants.priority.PRIORITY_LOW);
const result = runJob(workerData as Job, (share) => port.postMessage({ kind: "progress", share }));
port.postMessage({ kind: "result", result });
