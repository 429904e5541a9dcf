import { createHash } from "node:crypto";

/**
 * A UID under 2.25 (PS3.5 B.2: a UUID as one decimal number) that follows from its parts, so that computing a phantom twice
 * gives the same objects and an archive that has them already sees duplicates, not new studies. The UUID is a version 8
 * (RFC 9562: vendor specific, here from SHA-256).
 */
export function derivedUid(...parts: readonly (string | number)[]): string {
  const digest = createHash("sha256").update(JSON.stringify(parts)).digest().subarray(0, 16);
  digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x80, 6);
  digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8);
  return `2.25.${BigInt(`0x${digest.toString("hex")}`)}`;
}
