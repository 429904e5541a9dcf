import { chestRadiograph, truthOfRadiograph } from "./chest/radiograph.js";
import { studyUids } from "./dicom/modules.js";
import { echoCine, truthOfEcho } from "./echo/cine.js";
import { ctHead, mrBrain, truthOfHead } from "./head/series.js";
import type { ComputeOptions, PhantomInstance, PhantomSpec, PhantomTruth, StudyHeader } from "./types.js";

export { phantomById, phantomCatalogue } from "./catalogue.js";
export { computePhantomInWorker, type WorkerOptions } from "./worker-client.js";
export type { ComputeOptions, PhantomInstance, PhantomSpec, PhantomTruth, StudyHeader };

/**
 * Computes a phantom's objects one after another, on the calling thread and without input or output. The same spec, header
 * and seeds give the same bytes. Throws RangeError when a header's value does not fit its attribute.
 */
export function* computePhantom(
  spec: PhantomSpec,
  header: StudyHeader,
  options: ComputeOptions,
): Generator<PhantomInstance> {
  let done = 0;
  for (const instance of instances(spec, header, options)) {
    options.onProgress?.(++done, spec.instances);
    yield instance;
  }
}

function instances(
  spec: PhantomSpec,
  header: StudyHeader,
  { seed, anatomySeed }: ComputeOptions,
): Iterable<PhantomInstance> {
  const job = { spec, header, uids: studyUids(spec, header, seed), seeds: { seed, anatomy: anatomySeed ?? seed } };
  const { shape } = spec;
  switch (shape.kind) {
    case "ct-head":
      return ctHead(job, shape.lesion, shape.kernels);
    case "mr-brain":
      return mrBrain(job, shape.lesion);
    case "dx-chest":
      return [chestRadiograph(job, shape.lesion)];
    case "us-echo":
      return [echoCine(job, shape.ejection)];
  }
}

/** Study Instance UID that `computePhantom` will use, without computing anything: to know whether the archive has it already. */
export function phantomStudyUid(spec: PhantomSpec, header: StudyHeader, seed: number): string {
  return studyUids(spec, header, seed).study;
}

/** What is exactly known of the phantom that these options make; `sex` only matters to the chest. */
export function phantomTruth(
  spec: PhantomSpec,
  options: ComputeOptions & { readonly sex?: StudyHeader["patient"]["sex"] },
): PhantomTruth {
  const anatomy = options.anatomySeed ?? options.seed;
  const { shape } = spec;
  switch (shape.kind) {
    case "ct-head":
    case "mr-brain":
      return truthOfHead(shape.lesion, anatomy);
    case "dx-chest":
      return truthOfRadiograph(shape.lesion, anatomy, options.sex ?? "");
    case "us-echo":
      return truthOfEcho(shape.ejection);
  }
}
