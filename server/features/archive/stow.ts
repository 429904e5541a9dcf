import type { Readable } from "node:stream";
import { Dicer } from "@fastify/busboy";
import { Tag } from "@readroom/shared/dicom/tags.js";
import type { IngestSource, IntakeOutcome, Pipeline, ReceiveLimits } from "../ingest/public.js";
import { parseAccept } from "./accept.js";

export type StowResult = { readonly status: 200 | 202 | 409; readonly body: Record<string, unknown> };
export type StowProblem = { readonly status: 400 | 415; readonly message: string };

/** Objects being filed while further parts come in. */
const IN_FLIGHT = 8;
const MAX_PARTS = 100_000;

/** Boundary of a STOW-RS request, or why there is none. Only binary instances are taken (PS3.18 §10.5: DICOM JSON and XML need not be). */
export function stowBoundary(contentType: string | undefined): string | StowProblem {
  const [range] = parseAccept(contentType ?? "application/none");
  if (range === undefined || range.type !== "multipart/related")
    return { status: 415, message: 'Send multipart/related; type="application/dicom".' };
  if ((range.parameters.type ?? "application/dicom").toLowerCase() !== "application/dicom")
    return { status: 415, message: 'Only type="application/dicom" is taken.' };
  const boundary = range.parameters.boundary ?? "";
  if (!/^[\x20-\x7e]{1,200}$/.test(boundary)) return { status: 400, message: "The boundary is missing." };
  return boundary;
}

/** Reads the parts of a STOW-RS request and files each; one bad part does not touch its neighbours. */
export async function storeParts(
  pipeline: Pipeline,
  source: IngestSource,
  body: Readable,
  boundary: string,
  limits: ReceiveLimits,
): Promise<IntakeOutcome[] | StowProblem> {
  const outcomes: Promise<IntakeOutcome>[] = [];
  let broken: string | undefined;
  const dicer = new Dicer({ boundary });
  let free = IN_FLIGHT;
  let waiting: (() => void) | undefined;
  dicer.on("part", (part: Readable) => {
    if (outcomes.length >= MAX_PARTS) {
      part.resume();
      broken = "too many parts";
      return;
    }
    free -= 1;
    const outcome = pipeline.receive(source, part, limits).catch((error: unknown): IntakeOutcome => {
      // A part that was cut is the sender's fault and told below; anything else is ours.
      if (!/terminated early/.test(String(error))) throw error;
      return { kind: "refused", status: 0xc000, reason: "part is cut off" };
    });
    outcomes.push(outcome);
    const done = () => {
      free += 1;
      waiting?.();
      waiting = undefined;
    };
    outcome.then(done, done);
  });
  let ended = false;
  const finished = new Promise<void>((resolve) => {
    const end = (): void => {
      ended = true;
      resolve();
    };
    dicer.on("finish", end);
    dicer.on("error", (error: Error) => {
      broken = error.message;
      end();
    });
  });
  for await (const chunk of body as AsyncIterable<Buffer>) {
    // Bytes after the closing boundary mean nothing (RFC 2046 §5.1.1); they are read, so that the sender hears the answer.
    if (ended && broken === undefined) continue;
    // Where a chunk holds the closing boundary, the parser ends without ever taking more: "drain" alone would be awaited for ever.
    if (!dicer.write(chunk))
      await Promise.race([new Promise<void>((resolve) => dicer.once("drain", resolve)), finished]);
    if (free <= 0)
      await new Promise<void>((resolve) => {
        waiting = resolve;
      });
    if (broken !== undefined) break;
  }
  dicer.end();
  await finished;
  const settled = await Promise.all(outcomes);
  return settled.length === 0
    ? { status: 400, message: broken === undefined ? "The request has no parts." : `Not a multipart body: ${broken}.` }
    : settled;
}

const reference = (outcome: { sopClassUid?: string; sopInstanceUid?: string }) => ({
  ...(outcome.sopClassUid ? { [Tag.ReferencedSOPClassUID]: { vr: "UI", Value: [outcome.sopClassUid] } } : {}),
  ...(outcome.sopInstanceUid ? { [Tag.ReferencedSOPInstanceUID]: { vr: "UI", Value: [outcome.sopInstanceUid] } } : {}),
});

/** Store Instances Response (PS3.18 §10.5.3): 200 all stored, 202 some with trouble, 409 none. */
export function stowResult(
  outcomes: readonly IntakeOutcome[],
  expectedStudy: string | undefined,
  base: string,
): StowResult {
  const stored: unknown[] = [];
  const failed: unknown[] = [];
  let warned = false;
  const studies = new Set<string>();
  for (const outcome of outcomes) {
    if (outcome.kind === "skipped" || outcome.kind === "refused") {
      const status = outcome.kind === "refused" ? outcome.status : 0xa900;
      failed.push({
        ...(outcome.kind === "refused" ? reference(outcome) : {}),
        [Tag.FailureReason]: { vr: "US", Value: [status] },
        // Error Comment: what a person needs to mend it.
        "00000902": { vr: "LO", Value: [outcome.reason.slice(0, 64)] },
      });
      continue;
    }
    studies.add(outcome.studyInstanceUid);
    const conflict = outcome.kind === "conflict";
    warned ||= conflict;
    stored.push({
      ...reference(outcome),
      [Tag.RetrieveURL]: {
        vr: "UR",
        Value: [
          `${base}/studies/${outcome.studyInstanceUid}/series/${outcome.seriesInstanceUid}/instances/${outcome.sopInstanceUid}`,
        ],
      },
      // B000: kept beside the instance that had this UID first.
      ...(conflict ? { "00081196": { vr: "US", Value: [0xb000] } } : {}),
    });
  }
  const study = expectedStudy ?? (studies.size === 1 ? [...studies][0] : undefined);
  const body = {
    ...(study === undefined ? {} : { [Tag.RetrieveURL]: { vr: "UR", Value: [`${base}/studies/${study}`] } }),
    ...(stored.length === 0 ? {} : { [Tag.ReferencedSOPSequence]: { vr: "SQ", Value: stored } }),
    ...(failed.length === 0 ? {} : { [Tag.FailedSOPSequence]: { vr: "SQ", Value: failed } }),
  };
  return { status: stored.length === 0 ? 409 : failed.length > 0 || warned ? 202 : 200, body };
}
