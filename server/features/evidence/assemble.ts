import type { EvidenceInput, EvidenceObject, LeftOut } from "./facts.js";
import { measurementReport } from "./measurements.js";
import { presentationStates } from "./presentation.js";
import { reportText } from "./report-text.js";

/**
 * The objects of a signed version: its text, its marks as measurements, and as presentation states. The same input gives the same bytes.
 * A mark that an object can't hold is told in `leftOut` and never stops the others.
 */
export function evidenceOf(input: EvidenceInput): { objects: EvidenceObject[]; leftOut: LeftOut[] } {
  const measurements = measurementReport(input);
  const presentation = presentationStates(input);
  return {
    objects: [reportText(input), ...(measurements.object ? [measurements.object] : []), ...presentation.objects],
    leftOut: [...measurements.leftOut, ...presentation.leftOut],
  };
}
