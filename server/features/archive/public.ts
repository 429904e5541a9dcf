import type { Feature } from "../../kernel/feature.js";
import { type ArchiveDeps, dicomwebRoutes } from "./routes.js";

export { encodeIdentifier, type Identifier } from "./identifier.js";
export { instanceJson, seriesJson, studyJson } from "./qido-json.js";
export { type InstanceQuery, setKey } from "./query.js";
export type { ArchiveDeps } from "./routes.js";
export { instancesAt, searchInstances, searchSeries, searchStudies } from "./store.js";

/** DICOMweb at /dicomweb over the index and the object store that ingest fills. */
export function archiveFeature(deps: ArchiveDeps): Feature {
  return { name: "archive", routes: (app) => dicomwebRoutes(app, deps) };
}
export { DimseQueries, IdentifierProblem, type QueryRequest, wholeIdentifier } from "./dimse-queries.js";
