import { digest } from "lib0/hash/sha256";
import { encodeUtf8 } from "lib0/string";

/** JSON with the keys of every object in code unit order and no white space: one text for one value, on every side (as RFC 8785). */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    fields.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`).join(",")}}`;
  }
  return JSON.stringify(value);
}

/**
 * SHA-256 of the value's canonical JSON in UTF-8, as 64 hex digits. In plain JavaScript, since the browser's own is only there on
 * secure origins and asynchronous, and a signer's screen must know the hash of what it shows at that very moment.
 */
export function canonicalHash(value: unknown): string {
  return [...digest(encodeUtf8(canonicalJson(value)))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
