import { createHmac, timingSafeEqual } from "node:crypto";

const SEAL_BYTES = 16;

/**
 * The hub's word that it took these edits, from the people whose they are. Edits are shown to everybody before they are committed;
 * if the hub dies in between, those who saw them bring them back under this seal: without it nobody can bring the words of another.
 * Any process of the hub knows it again.
 */
export function sealOf(secret: Uint8Array, documentId: string, updates: readonly Uint8Array[]): Uint8Array {
  const mac = createHmac("sha256", secret).update(`${documentId}\n`);
  for (const update of updates) mac.update(`${update.byteLength}:`).update(update);
  return new Uint8Array(mac.digest().subarray(0, SEAL_BYTES));
}

export function isSealed(
  secret: Uint8Array,
  documentId: string,
  updates: readonly Uint8Array[],
  seal: Uint8Array,
): boolean {
  return seal.byteLength === SEAL_BYTES && timingSafeEqual(sealOf(secret, documentId, updates), seal);
}
