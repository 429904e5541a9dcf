/** What became of one file. */
export type FileOutcome =
  | { state: "stored"; warning: string | null }
  | { state: "refused"; reason: string }
  /** Not a DICOM file, left alone. */
  | { state: "skipped" }
  /** No answer came: it may or may not be stored; sending it again does no harm. */
  | { state: "unknown"; reason: string };

export interface UploadProgress {
  total: number;
  done: number;
  stored: number;
  skipped: number;
  /** Files that were not taken, in the order they failed; at most the first 200. */
  failed: ReadonlyArray<{ name: string; reason: string }>;
  finished: boolean;
}

export const nothingYet = (total: number): UploadProgress => ({
  total,
  done: 0,
  stored: 0,
  skipped: 0,
  failed: [],
  finished: total === 0,
});

/** The tally after one more file. Pure. */
export function tally(progress: UploadProgress, name: string, outcome: FileOutcome): UploadProgress {
  const done = progress.done + 1;
  const failed =
    (outcome.state === "refused" || outcome.state === "unknown") && progress.failed.length < 200
      ? [...progress.failed, { name, reason: outcome.reason }]
      : progress.failed;
  return {
    ...progress,
    done,
    stored: progress.stored + (outcome.state === "stored" ? 1 : 0),
    skipped: progress.skipped + (outcome.state === "skipped" ? 1 : 0),
    failed,
    finished: done === progress.total,
  };
}

/** DICOM PS3.10 §7.1: 128 bytes of preamble, then "DICM". Files without it may still be old DICOM, unless their name says otherwise. */
export function looksLikeDicom(name: string, head: Uint8Array): boolean {
  if (head.length >= 132 && String.fromCharCode(...head.subarray(128, 132)) === "DICM")
    return !/(^|\/)DICOMDIR$/i.test(name);
  return /\.(dcm|dic|ima)$/i.test(name);
}

const REASONS: Record<number, string> = {
  // DICOM PS3.18 Table 10.5.3-2 and PS3.4 Table GG.4-1
  42752: "The hub is out of room",
  43264: "Its data do not match what it says it is",
  49152: "It could not be understood",
  272: "The hub failed while storing it",
  290: "This kind of object is not taken",
  292: "Not allowed for this site",
  273: "It is here already, with other contents",
};

interface DicomJson {
  readonly [tag: string]: { readonly Value?: readonly unknown[] } | undefined;
}

/** Reads a STOW-RS answer for one instance (PS3.18 §10.5.3): 00081198 holds what failed, 00081199 what was stored. */
export function readStowAnswer(status: number, answer: unknown): FileOutcome {
  const dataset = (typeof answer === "object" && answer !== null ? answer : {}) as DicomJson;
  const failure = dataset["00081198"]?.Value?.[0] as DicomJson | undefined;
  if (failure) return { state: "refused", reason: reasonOf(failure["00081197"]?.Value?.[0]) };
  const stored = dataset["00081199"]?.Value?.[0] as DicomJson | undefined;
  if (status >= 200 && status < 300) {
    const warning = stored?.["00081196"]?.Value?.[0];
    return { state: "stored", warning: typeof warning === "number" ? `Stored with warning ${hex(warning)}` : null };
  }
  const message = "message" in dataset && typeof dataset.message === "string" ? dataset.message : null;
  if (status >= 500) return { state: "unknown", reason: message ?? `The hub answered ${status}` };
  return { state: "refused", reason: message ?? `The hub answered ${status}` };
}

function reasonOf(code: unknown): string {
  if (typeof code !== "number") return "No reason given";
  const family =
    (code & 0xf000) === 0xc000
      ? 0xc000
      : (code & 0xff00) === 0xa700 || (code & 0xff00) === 0xa900
        ? code & 0xff00
        : code;
  return `${REASONS[family] ?? "Refused"} (${hex(code)})`;
}

const hex = (code: number) => `0x${code.toString(16).toUpperCase().padStart(4, "0")}`;

/** Sends one file as a multipart/related body of one part (PS3.18 §8.6.1, §10.5.1). */
export async function sendFile(file: File): Promise<FileOutcome> {
  const head = new Uint8Array(await file.slice(0, 132).arrayBuffer());
  if (!looksLikeDicom(file.webkitRelativePath || file.name, head)) return { state: "skipped" };
  const boundary = `readroom${crypto.getRandomValues(new Uint32Array(4)).join("")}`;
  const body = new Blob([`--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`, file, `\r\n--${boundary}--\r\n`]);
  try {
    const response = await fetch("/dicomweb/studies", {
      method: "POST",
      credentials: "same-origin",
      headers: {
        accept: "application/dicom+json",
        "content-type": `multipart/related; type="application/dicom"; boundary=${boundary}`,
      },
      body,
    });
    const text = await response.text();
    return readStowAnswer(response.status, parse(text));
  } catch {
    return { state: "unknown", reason: "The connection was lost. Drop it again: nothing is stored twice." };
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // An answer that is no JSON still has its status, which is then all there is to tell.
    return null;
  }
}

/** Sends files, a few at once, and reports after each. Resolves when all were tried. */
export async function sendAll(
  files: readonly File[],
  report: (progress: UploadProgress) => void,
  send: (file: File) => Promise<FileOutcome> = sendFile,
  atOnce = 4,
): Promise<UploadProgress> {
  let progress = nothingYet(files.length);
  const left = [...files];
  report(progress);
  const worker = async () => {
    for (let file = left.shift(); file; file = left.shift()) {
      const outcome = await send(file);
      progress = tally(progress, file.webkitRelativePath || file.name, outcome);
      report(progress);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, files.length) }, worker));
  return progress;
}

/** All files below what was dropped, folders included. */
export async function filesOf(transfer: DataTransfer): Promise<File[]> {
  const entries = [...transfer.items].flatMap((thing) => thing.webkitGetAsEntry() ?? []);
  if (entries.length === 0) return [...transfer.files];
  return (await Promise.all(entries.map(walk))).flat();
}

async function walk(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) return [await new Promise<File>((take, fail) => (entry as FileSystemFileEntry).file(take, fail))];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: File[] = [];
  // readEntries gives at most 100 at a time and an empty list at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((take, fail) => reader.readEntries(take, fail));
    if (some.length === 0) return found;
    found.push(...(await Promise.all(some.map(walk))).flat());
  }
}
