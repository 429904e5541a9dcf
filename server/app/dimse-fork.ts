import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface ForkOptions {
  readonly entry?: string;
  /** For running from sources in tests. */
  readonly execArgv?: string[];
}

/**
 * The process of the DICOM listener. It loads its code and then waits for its configuration as the first message, so that it can be
 * begun while the database is still starting.
 */
export function forkDimse(options: ForkOptions = {}): ChildProcess {
  const entry = options.entry ?? fileURLToPath(new URL("./dimse-process.js", import.meta.url));
  // More I/O threads than Node's four: each association keeps one or two syncs in flight.
  return fork(entry, {
    env: { ...process.env, UV_THREADPOOL_SIZE: "16" },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    execArgv: options.execArgv ?? process.execArgv,
  });
}
