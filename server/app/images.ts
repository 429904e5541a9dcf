import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION } from "../adapters/dimse/pdu.js";
import { FilesystemStore } from "../adapters/objectstore/filesystem.js";
import { archiveFeature } from "../features/archive/public.js";
import { createPipeline, ingestFeature, type Pipeline } from "../features/ingest/public.js";
import type { Deps } from "../kernel/deps.js";
import type { Feature } from "../kernel/feature.js";
import type { Config } from "./config.js";
import { superviseDimse } from "./dimse-supervisor.js";

export type Images = {
  readonly features: readonly Feature[];
  /** The way in for `--import DIR` and the demo's phantoms. */
  readonly pipeline: Pipeline;
  readonly objects: FilesystemStore;
};

/** Everything about images: uploads, the archive's DICOMweb, and the DICOM listener in its own process. */
export function composeImages(deps: Deps, config: Config, databaseUrl: string, dimseAhead?: ChildProcess): Images {
  const objects = FilesystemStore.at(join(config.dataDir, "archive"));
  const identity = { implementationClassUid: IMPLEMENTATION_CLASS_UID, implementationVersion: IMPLEMENTATION_VERSION };
  const pipeline = createPipeline(deps, objects, identity);
  const dimse = superviseDimse(
    {
      databaseUrl,
      dataDir: config.dataDir,
      host: config.dicom.host,
      port: config.dicom.port,
      ...(config.dicom.tls === undefined ? {} : { tls: config.dicom.tls }),
      aeTitle: config.dicom.aeTitle,
      loopbackIsFirstHospital: config.demo.on,
      logLevel: config.logLevel,
    },
    deps.log,
    { first: dimseAhead },
  );
  const listener: Feature = { name: "dimse", start: async () => void (await dimse.start()), stop: () => dimse.stop() };
  const features = [
    ingestFeature(deps, pipeline, objects),
    archiveFeature({ ...deps, objects, pipeline }),
    ...(config.roles.includes("dimse") ? [listener] : []),
  ];
  return { features, pipeline, objects };
}
