import { Worker } from "node:worker_threads";
import { type Job, type ResultOf, runJob } from "./job.js";

export interface ThreadOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: (share: number) => void;
}

/** How a job is done; the hub does it on a thread of its own, tests on theirs. */
export type Runner = <J extends Job>(job: J, options: ThreadOptions) => Promise<ResultOf<J>>;

type Message =
  | { readonly kind: "progress"; readonly share: number }
  | { readonly kind: "result"; readonly result: unknown };

/** Heap of the thread: 50,000 studies take about 60 MB, so what needs more is not what was asked for. */
const MOST_MEMORY_MB = 768;

/** Runs a job on a thread at low priority. Rejects with the signal's reason when it is aborted, and with the job's own error. */
const runBuilt: Runner = (job, { signal, onProgress }) =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const worker = new Worker(new URL("./worker.js", import.meta.url), {
      workerData: job,
      resourceLimits: { maxOldGenerationSizeMb: MOST_MEMORY_MB },
    });
    const end = (act: () => void) => {
      signal.removeEventListener("abort", onAbort);
      worker.removeAllListeners();
      // A listener must stay: an error of a thread that is being ended has nobody else to hear it.
      worker.on("error", () => undefined);
      void worker.terminate();
      act();
    };
    const onAbort = () => end(() => reject(signal.reason));
    signal.addEventListener("abort", onAbort, { once: true });
    worker.on("message", (message: Message) => {
      if (message.kind === "progress") onProgress?.(message.share);
      else end(() => resolve(message.result as ResultOf<typeof job>));
    });
    worker.on("error", (error) => end(() => reject(error)));
    worker.on("exit", (code) => end(() => reject(new Error(`the simulation ended early with status ${code}`))));
  });

const runHere: Runner = async (job, { signal, onProgress }) => {
  signal.throwIfAborted();
  return runJob(job, (share) => onProgress?.(share));
};

/** A thread needs the built worker: a hub run from its sources, as in tests, does the job where it stands. */
export const runInThread: Runner = import.meta.url.endsWith(".ts") ? runHere : runBuilt;
