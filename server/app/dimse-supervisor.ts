import type { ChildProcess } from "node:child_process";
import type { Log } from "../kernel/log.js";
import { type ForkOptions, forkDimse } from "./dimse-fork.js";
import type { DimseProcessConfig, DimseProcessMessage } from "./dimse-process.js";

export type DimseSupervisor = {
  /** Resolves with the port once the process listens; rejects with one clear line where it can't. */
  start(): Promise<number>;
  stop(): Promise<void>;
  readonly pid: () => number | undefined;
};

const RESTART_MS = 500;
const STOP_MS = 10_000;

/** Runs the DICOM listener in its own process and starts it again when it dies. `first`: a process that was begun ahead. */
export function superviseDimse(
  config: DimseProcessConfig,
  log: Log,
  options: ForkOptions & { readonly first?: ChildProcess | undefined } = {},
): DimseSupervisor {
  let ahead = options.first;
  let child: ChildProcess | undefined;
  let stopping = false;
  let restart: NodeJS.Timeout | undefined;

  const launch = (): Promise<number> =>
    new Promise((resolve, reject) => {
      const started = ahead?.connected ? ahead : forkDimse(options);
      ahead = undefined;
      child = started;
      started.on("message", (message: DimseProcessMessage) => {
        if (message.type === "listening") resolve(message.port);
        else reject(new Error(`DICOM listener on port ${config.port}: ${message.reason}`));
      });
      started.once("exit", (code, signal) => {
        reject(new Error(`DICOM listener ended with ${signal ?? code}`));
        if (stopping || child !== started) return;
        log.error({ code, signal }, "DICOM listener died, starting it again");
        restart = setTimeout(
          () => launch().catch((error: Error) => log.error({ problem: error.message }, "DICOM listener")),
          RESTART_MS,
        );
      });
      // A process that ended before it heard of it says so by its exit.
      started.send(config, () => undefined);
    });

  return {
    start: launch,
    pid: () => child?.pid,
    stop: async () => {
      stopping = true;
      clearTimeout(restart);
      const running = child;
      if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
      const exited = new Promise<void>((resolve) => running.once("exit", () => resolve()));
      running.kill("SIGTERM");
      const kill = setTimeout(() => running.kill("SIGKILL"), STOP_MS);
      await exited;
      clearTimeout(kill);
    },
  };
}
