import type { MessageProblem } from "../../features/orders/ports.js";
import type { Hl7Text } from "./message.js";

/** Characters of one field, all repetitions together. The standard's own lengths are shorter; senders go over those, but not without end. */
const FIELD = 4_000;
const NARRATIVE = 64_000;
const NARRATIVES: Readonly<Record<string, readonly number[]>> = { OBR: [13, 31], NTE: [3] };
const READ = ["MSH", "PID", "PV1", "MRG", "ORC", "OBR", "TQ1", "IPC", "ZDS", "NTE", "DG1"];

/** The first field of a segment that is read which is too long to be what it says it is: it would be cut somewhere, silently. OBX-5 may carry documents and is not looked at. */
export function tooLong(message: Hl7Text): MessageProblem | undefined {
  for (const segment of message.segments) {
    if (!READ.includes(segment.name)) continue;
    for (let field = 1; field <= segment.fieldCount; field += 1) {
      const limit = NARRATIVES[segment.name]?.includes(field) ? NARRATIVE : FIELD;
      if (segment.raw(field).length > limit)
        return {
          condition: 102,
          location: `${segment.name}^${segment.sequence}^${field}`,
          text: `${segment.name}-${field} is longer than ${limit} characters`,
        };
    }
  }
  return undefined;
}
