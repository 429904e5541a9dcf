import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";

/** How a modality's run ended. `output`: what the tool printed, for a failing test's message. */
export type ModalityRun = { readonly code: number | null; readonly output: string };

export type Called = {
  readonly host?: string;
  readonly port: number;
  readonly calledAe?: string;
  readonly callingAe?: string;
};

/** "dcmtk" where its tools are installed; else dcmjs-dimse, which re-encodes what it sends, so byte equality can't be tested with it. */
export type ModalityKind = "dcmtk" | "dcmjs-dimse";

let kind: ModalityKind | undefined;

/** Which modality this machine has. CI always has dcmtk (.ci/run installs it); says so once on standard error where it is not. */
export function modalityKind(): ModalityKind {
  if (kind !== undefined) return kind;
  kind = spawnSync("storescu", ["--version"]).status === 0 ? "dcmtk" : "dcmjs-dimse";
  if (kind === "dcmjs-dimse") process.stderr.write("modality: dcmtk is not installed, sending with dcmjs-dimse\n");
  return kind;
}

/** TCP_NODELAY, as modalities set it: with Nagle's algorithm each message waits 40 ms for a delayed acknowledgement. */
const ENV = { ...process.env, TCP_NODELAY: "1" };

/** Starts a dcmtk tool and hands the process over, e.g. to kill it in the middle. */
export function launchTool(
  tool: string,
  args: readonly string[],
): { process: ChildProcess; done: Promise<ModalityRun> } {
  const child = spawn(tool, args, { env: ENV, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (text: Buffer) => {
    output += text.toString();
  });
  child.stderr.on("data", (text: Buffer) => {
    output += text.toString();
  });
  const done = once(child, "close").then(([code]) => ({ code: code as number | null, output }));
  return { process: child, done };
}

function titles(called: Called): string[] {
  return ["-aet", called.callingAe ?? "MODALITY", "-aec", called.calledAe ?? "READROOM"];
}

function address(called: Called): string[] {
  return [called.host ?? "127.0.0.1", String(called.port)];
}

/** C-ECHO. */
export async function echo(called: Called): Promise<ModalityRun> {
  if (modalityKind() === "dcmtk")
    return launchTool("echoscu", ["-to", "10", ...titles(called), ...address(called)]).done;
  const { echoWithDcmjs } = await import("./modality-dcmjs.js");
  return echoWithDcmjs(called);
}

/** `options`: dcmtk's, e.g. "-xs" to propose JPEG lossless, "-R" to propose only needed classes, "+sd" to scan directories. */
export function launchStorescu(called: Called, paths: readonly string[], options: readonly string[] = []) {
  return launchTool("storescu", [...titles(called), ...options, ...address(called), ...paths]);
}

/** Sends files with storescu, each in the transfer syntax that the options propose. */
export async function storescu(
  called: Called,
  paths: readonly string[],
  options: readonly string[] = [],
): Promise<ModalityRun> {
  if (modalityKind() === "dcmtk") return launchStorescu(called, paths, options).done;
  const { storeWithDcmjs } = await import("./modality-dcmjs.js");
  return storeWithDcmjs(called, paths);
}

/** dcmsend proposes each file's own transfer syntax and so sends everything unchanged; directories are scanned recursively. */
export function launchDcmsend(called: Called, paths: readonly string[], options: readonly string[] = []) {
  return launchTool("dcmsend", [...titles(called), "+sd", "+r", ...options, ...address(called), ...paths]);
}

export async function dcmsend(
  called: Called,
  paths: readonly string[],
  options: readonly string[] = [],
): Promise<ModalityRun> {
  if (modalityKind() === "dcmtk") return launchDcmsend(called, paths, options).done;
  const { storeWithDcmjs } = await import("./modality-dcmjs.js");
  return storeWithDcmjs(called, paths);
}

/** C-FIND with dcmtk's findscu; `keys` as "0010,0020=123" or "QueryRetrieveLevel=STUDY". */
export function findscu(called: Called, model: "-S" | "-P" | "-W", keys: readonly string[]): Promise<ModalityRun> {
  return launchTool("findscu", [...titles(called), model, ...keys.flatMap((key) => ["-k", key]), ...address(called)])
    .done;
}

/** C-GET into a directory, with dcmtk's getscu. */
export function getscu(called: Called, keys: readonly string[], directory: string): Promise<ModalityRun> {
  return launchTool("getscu", [
    ...titles(called),
    "-S",
    "-od",
    directory,
    ...keys.flatMap((key) => ["-k", key]),
    ...address(called),
  ]).done;
}

/** C-MOVE to another application entity, with dcmtk's movescu. */
export function movescu(called: Called, destination: string, keys: readonly string[]): Promise<ModalityRun> {
  return launchTool("movescu", [
    ...titles(called),
    "-S",
    "-aem",
    destination,
    ...keys.flatMap((key) => ["-k", key]),
    ...address(called),
  ]).done;
}
