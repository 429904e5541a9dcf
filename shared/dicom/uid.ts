/**
 * Unique identifiers (DICOM PS3.5 §9): 1–64 characters, digits and dots, no empty component. The standard forbids leading zeros
 * in a component, yet real devices send them; `isUid` takes those too (refusing would lose images), `isStrictUid` does not.
 */
export type Uid = string & { readonly __brand: "Uid" };

const LENIENT = /^[0-9]+(\.[0-9]+)*$/;
const STRICT = /^(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))+$/;

/** True for a string that may be stored and searched as a UID. Never accepts a path separator, `..`, or a trailing dot. */
export function isUid(text: unknown): text is Uid {
  return typeof text === "string" && text.length <= 64 && LENIENT.test(text);
}

/** True only for what PS3.5 §9.1 allows: at least two components, none with a leading zero. */
export function isStrictUid(text: unknown): text is Uid {
  return isUid(text) && STRICT.test(text);
}

/** A UID as it arrives on the wire: trailing NUL and (wrongly, but often) space padding removed. Undefined when it is none. */
export function parseUid(text: string | undefined): Uid | undefined {
  if (text === undefined) return undefined;
  let end = text.length;
  while (end > 0 && (text.charCodeAt(end - 1) === 0 || text.charCodeAt(end - 1) === 32)) end--;
  const trimmed = text.slice(0, end).trimStart();
  return isUid(trimmed) ? trimmed : undefined;
}

/** Same as {@link parseUid} for literals of our own; throws on a programming error. */
export function uid(text: string): Uid {
  if (!isUid(text)) throw new Error("not a DICOM UID");
  return text;
}

/** The UID that PS3.5 §B.2 derives from a UUID: `2.25.` and the UUID as one decimal integer. */
export function uidFromUuid(uuid: string): Uid {
  const hex = uuid.replaceAll("-", "");
  if (!/^[0-9a-fA-F]{32}$/.test(hex)) throw new Error("not a UUID");
  return uid(`2.25.${BigInt(`0x${hex}`).toString(10)}`);
}

/** The UUID that such a UID was derived from; null where it is of another kind. */
export function uuidOfUid(text: string): string | null {
  if (!/^2\.25\.(0|[1-9]\d{0,38})$/.test(text)) return null;
  const hex = BigInt(text.slice(5)).toString(16).padStart(32, "0");
  return hex.length > 32 ? null : hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
