export { completeQuiet, ingestFeature, rematchAccession } from "./feature.js";
export { implicitVr } from "./parse/dictionary.js";
export { parseIdentifier } from "./parse/identifier.js";
export { moveDestination, resolvePeer, storeAnswer } from "./peers.js";
export type { ImportCount, Pipeline, ReceiveLimits } from "./pipeline.js";
export { createPipeline } from "./pipeline.js";
export type { IngestSource, Intake, IntakeOutcome, ObjectStore, StoredObject } from "./ports.js";
export { sourceFor } from "./routes.js";
export { sitesOf as sitesWithin } from "./store.js";
