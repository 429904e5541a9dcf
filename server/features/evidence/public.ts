import type { Feature } from "../../kernel/feature.js";
import type { Pipeline } from "../ingest/public.js";
import { evidenceOfSigned } from "./reactions.js";

/** Signed reports and their marks as DICOM objects of the study. `pipeline`: ingest's way in. */
export function evidenceFeature(pipeline: Pipeline): Feature {
  return { name: "evidence", reactions: [evidenceOfSigned(pipeline)] };
}
