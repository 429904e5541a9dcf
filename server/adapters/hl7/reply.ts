import type { Acknowledgement } from "../../features/delivery/ports.js";
import { parseMessage } from "./message.js";

const CODES = new Set(["AA", "AE", "AR", "CA", "CE", "CR"]);
type Code = Extract<Acknowledgement, { kind: "acknowledgement" }>["code"];

/** Reads MSA and the first ERR of a reply: v2.5 and later say the condition in ERR-3, before it stood in MSA-6 or in ERR-1.4. */
export function readAcknowledgement(reply: Uint8Array): Acknowledgement {
  const parsed = parseMessage(reply);
  if (!parsed.ok) return { kind: "unreadable", text: parsed.problem.text };
  const msa = parsed.value.first("MSA");
  const code = msa?.text(1).toUpperCase() ?? "";
  if (!msa || !CODES.has(code))
    return { kind: "unreadable", text: "the reply has no MSA segment with a code of table 0008" };
  const err = parsed.value.first("ERR");
  const condition = err?.text(3) || err?.text(1, 4) || msa.text(6);
  const said = [err?.text(8), err?.text(7), msa.text(3), err?.text(3, 2), err?.text(1, 4, 2), msa.text(6, 2)];
  return {
    kind: "acknowledgement",
    code: code as Code,
    controlId: msa.text(2),
    condition: /^\d{1,3}$/.test(condition) ? Number(condition) : null,
    text: (said.find((text) => text !== undefined && text !== "") ?? "").slice(0, 500),
  };
}
