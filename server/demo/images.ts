import { type Instant, MINUTE } from "@readroom/shared/kernel/instant.js";
import type { IngestSource, Pipeline } from "../features/ingest/public.js";
import type { Deps } from "../kernel/deps.js";
import type { DemoCase } from "./cases-types.js";
import { orderMessage } from "./hl7-order.js";
import { localStamp } from "./local-time.js";
import {
  computePhantomInWorker,
  type PhantomInstance,
  type PhantomSpec,
  phantomById,
  phantomStudyUid,
  type StudyHeader,
} from "./phantoms/public.js";
import { type DemoSiteRow, instancesOf } from "./store-night.js";

/** Computes a study's objects one by one; tests give a short one. */
export type PhantomSource = typeof computePhantomInWorker;

export interface ImagePorts {
  readonly pipeline: Pick<Pipeline, "receive">;
  /** The hospital's order message, handed to the same receiver that the MLLP listener feeds. */
  readonly receiveOrder: (raw: Uint8Array) => Promise<unknown>;
  readonly compute?: PhantomSource;
}

export interface ImageJob {
  readonly order: DemoCase;
  readonly site: DemoSiteRow;
  /** When the scanner began; the order came ten minutes before. */
  readonly at: Instant;
  readonly signal: AbortSignal;
  readonly progress: (spec: PhantomSpec, done: number) => void;
}

/** Sends a case's order, if it has one. A second time changes nothing. */
export async function sendOrder(
  ports: ImagePorts,
  { order, site, at }: Pick<ImageJob, "order" | "site" | "at">,
): Promise<void> {
  if (order.ordered) await ports.receiveOrder(orderMessage(order, site, at - 10 * MINUTE));
}

/**
 * Computes a case's images and sends them in through the archive's own door. What the archive already has whole is not computed
 * again; a study that was cut off is, and the objects that arrived are recognised as the same. Returns false when all was there.
 */
export async function sendImages(deps: Deps, ports: ImagePorts, job: ImageJob): Promise<boolean> {
  const { order, site, signal } = job;
  const spec = phantomById(order.phantom);
  const header = headerOf(order, site, job.at);
  const uid = phantomStudyUid(spec, header, order.seed);
  if ((await instancesOf(deps, site.organisationId, uid)) >= spec.instances) return false;
  const source = sourceOf(site, spec);
  const compute = ports.compute ?? computePhantomInWorker;
  const { seed, anatomySeed } = order;
  let done = 0;
  for await (const instance of compute(spec, header, {
    seed,
    ...(anatomySeed === undefined ? {} : { anatomySeed }),
    signal,
  })) {
    const outcome = await ports.pipeline.receive(source, bytesOf(instance));
    if (outcome.kind !== "stored" && outcome.kind !== "duplicate")
      throw new Error(`the archive did not take an object of the demo: ${outcome.kind}`);
    done += 1;
    job.progress(spec, done);
  }
  return true;
}

async function* bytesOf({ dataset }: PhantomInstance): AsyncGenerator<Buffer> {
  yield Buffer.from(dataset.buffer, dataset.byteOffset, dataset.byteLength);
}

/** The modality that took the images, as ingest and audit trail know it. */
function sourceOf(site: DemoSiteRow, spec: PhantomSpec): IngestSource {
  const callingAe = `${site.code.replace("-", "")}_${spec.modality}1`;
  const actor = {
    kind: "device",
    name: callingAe,
    siteId: site.id,
    hospitalIds: [site.organisationId],
    address: "127.0.0.1",
  } as const;
  return {
    organisationId: site.organisationId,
    siteId: site.id,
    actor,
    label: `${callingAe} (demo)`,
    callingAe,
    isDemo: true,
  };
}

export function headerOf(order: DemoCase, site: DemoSiteRow, at: Instant): StudyHeader {
  const { date, time, offset } = localStamp(at, site.timeZone);
  return {
    patient: {
      name: order.patient.name,
      id: order.patient.mrn,
      issuer: site.issuer,
      birthDate: order.patient.birthDate,
      sex: order.patient.sex,
    },
    accessionNumber: order.accession,
    studyId: order.accession,
    studyDate: date,
    studyTime: time,
    timezoneOffset: offset,
    institution: site.hospital,
    stationName: `${site.code.replace("-", "")}${order.phantom.slice(0, 2).toUpperCase()}1`,
    referringPhysician: `${order.referring.family}^${order.referring.given}`,
    studyDescription: order.procedure.text,
  };
}
