import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Log } from "../kernel/log.js";
import type { DimseProcessConfig, DimseProcessMessage } from "./dimse-process.js";

export type DimseSupervisor = {
  /** Resolves with the port once the process listens; rejects with one clear line where it can't. */
  start(): Promise<number>;
  stop(): Promise<void>;
  readonly pid: () => number | undefined;
};

const RESTART_MS = 500;
const STOP_MS = 10_000;

/** Runs the DICOM listener in its own process and starts it again when it dies. `execArgv`: for running from sources in tests. */
export function superviseDimse(
  config: DimseProcessConfig,
  log: Log,
  options: { entry?: string; execArgv?: string[] } = {},
): DimseSupervisor {
  const entry = options.entry ?? fileURLToPath(new URL("./dimse-process.js", import.meta.url));
  let child: ChildProcess | undefined;
  let stopping = false;
  let restart: NodeJS.Timeout | undefined;

  const launch = (): Promise<number> =>
    new Promise((resolve, reject) => {
      // More I/O threads than Node's four: each association keeps one or two syncs in flight.
      const env = { ...process.env, READROOM_DIMSE: JSON.stringify(config), UV_THREADPOOL_SIZE: "16" };
      const started = fork(entry, {
        env,
        stdio: ["ignore", "inherit", "inherit", "ipc"],
        execArgv: options.execArgv ?? process.execArgv,
      });
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
