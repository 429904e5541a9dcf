import { createHash } from "node:crypto";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import type { MessageHeader, MessageProblem } from "../../features/orders/ports.js";
import { type Hl7Text, parseMessage } from "./message.js";

/** Reads MSH, or says why the bytes are no HL7 message. */
export function readHeader(raw: Uint8Array): Result<MessageHeader, MessageProblem> {
  const parsed = parseMessage(raw);
  if (!parsed.ok) return err({ condition: 100, location: "MSH^1", text: parsed.problem.text });
  return headerOf(parsed.value);
}

export function headerOf(message: Hl7Text): Result<MessageHeader, MessageProblem> {
  const msh = message.msh;
  const controlId = msh.text(10);
  if (controlId === "")
    return err({ condition: 101, location: "MSH^1^10", text: "MSH-10 (message control id) is missing" });
  if (controlId.length > 199)
    return err({ condition: 102, location: "MSH^1^10", text: "MSH-10 is longer than 199 characters" });
  const code = msh.text(9, 1).toUpperCase();
  if (code === "") return err({ condition: 101, location: "MSH^1^9", text: "MSH-9 (message type) is missing" });
  const names = [4, 3].flatMap((field) => [1, 2].map((component) => msh.text(field, component)));
  return ok({
    sendingApplication: msh.text(3),
    sendingFacility: msh.text(4),
    facilityNames: [...new Set(names.filter((name) => name !== ""))],
    controlId,
    messageType: `${code}^${triggerOf(message)}`,
    version: msh.text(12),
    processingId: msh.text(11),
    acceptAck: msh.text(15).toUpperCase(),
    applicationAck: msh.text(16).toUpperCase(),
    digest: digestOf(message),
  });
}

/** MSH-9.2; where only MSH-9.3 names the structure ("OMI_O23"), its second half. */
function triggerOf(message: Hl7Text): string {
  const trigger = message.msh.text(9, 2).toUpperCase();
  if (trigger !== "") return trigger;
  return message.msh.text(9, 3).toUpperCase().split("_")[1] ?? "";
}

function digestOf(message: Hl7Text): string {
  const hash = createHash("sha256");
  for (const segment of message.segments) {
    for (let field = 0; field <= segment.fieldCount; field++) {
      hash.update(segment.name === "MSH" && field === 7 ? "" : segment.raw(field)).update("\0");
    }
    hash.update("\r");
  }
  return hash.digest("hex");
}
