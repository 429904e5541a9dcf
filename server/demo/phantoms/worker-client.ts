import { Worker } from "node:worker_threads";
import type { PhantomInstance, PhantomSpec, StudyHeader } from "./types.js";

export interface WorkerOptions {
  readonly seed: number;
  readonly anatomySeed?: number;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
  /** Where the compiled worker lies; beside this file by default. */
  readonly workerUrl?: URL;
}

export interface WorkerRequest {
  readonly spec: PhantomSpec;
  readonly header: StudyHeader;
  readonly seed: number;
  readonly anatomySeed?: number;
}

export type WorkerMessage =
  | { readonly kind: "instance"; readonly instance: PhantomInstance }
  | { readonly kind: "end" };

/**
 * Computes a phantom on a thread of its own at the lowest priority the system grants. The worker waits for each object to be
 * taken before it computes the next, so a slow archive holds two slices in memory, not a study. Rejects with the worker's
 * error, or with the signal's reason when aborted; leaving the loop early ends the thread.
 */
export async function* computePhantomInWorker(
  spec: PhantomSpec,
  header: StudyHeader,
  options: WorkerOptions,
): AsyncGenerator<PhantomInstance> {
  const { signal, onProgress, workerUrl = new URL("./worker.js", import.meta.url) } = options;
  signal?.throwIfAborted();
  const { seed, anatomySeed } = options;
  const request: WorkerRequest = { spec, header, seed, ...(anatomySeed === undefined ? {} : { anatomySeed }) };
  const worker = new Worker(workerUrl, { workerData: request });
  try {
    for (let done = 0; ; done++) {
      // An abort while the reader held an object has no listener to wake.
      signal?.throwIfAborted();
      const message = await nextMessage(worker, signal);
      if (message.kind === "end") return;
      onProgress?.(done + 1, spec.instances);
      yield message.instance;
    }
  } finally {
    await worker.terminate();
  }
}

function nextMessage(worker: Worker, signal: AbortSignal | undefined): Promise<WorkerMessage> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      worker.off("message", onMessage).off("error", onError).off("exit", onExit);
      signal?.removeEventListener("abort", onAbort);
      act();
    };
    const onMessage = (message: WorkerMessage) => settle(() => resolve(message));
    const onError = (error: Error) => settle(() => reject(error));
    const onExit = (code: number) => settle(() => reject(new Error(`phantom worker ended early with status ${code}`)));
    const onAbort = () => settle(() => reject(signal?.reason));
    worker.on("message", onMessage).on("error", onError).on("exit", onExit);
    signal?.addEventListener("abort", onAbort, { once: true });
    worker.postMessage("next");
  });
}
