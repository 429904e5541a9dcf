import {
  EXPLICIT_VR_BIG_ENDIAN,
  EXPLICIT_VR_LITTLE_ENDIAN,
  transferSyntax,
} from "@readroom/shared/dicom/transfer-syntaxes.js";

/** One range of an Accept header (RFC 9110 §12.5.1). */
export type AcceptRange = {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly q: number;
};

const MAX_HEADER = 4096;
const MAX_RANGES = 64;

/** Ranges, best first; ["*​/*"] for a missing header. Unreadable ranges are passed over. */
export function parseAccept(header: string | undefined): AcceptRange[] {
  const text = (header ?? "*/*").slice(0, MAX_HEADER);
  const ranges: AcceptRange[] = [];
  for (const part of splitOutsideQuotes(text, ",").slice(0, MAX_RANGES)) {
    const [type, ...rest] = splitOutsideQuotes(part, ";");
    if (type === undefined || !/^[\w*.+-]+\/[\w*.+-]+$/.test(type.trim())) continue;
    const parameters: Record<string, string> = {};
    for (const parameter of rest) {
      const at = parameter.indexOf("=");
      if (at > 0)
        parameters[parameter.slice(0, at).trim().toLowerCase()] = parameter
          .slice(at + 1)
          .trim()
          .replace(/^"(.*)"$/, "$1");
    }
    const q = Number(parameters.q ?? "1");
    if (q > 0) ranges.push({ type: type.trim().toLowerCase(), parameters, q: Number.isFinite(q) ? q : 1 });
  }
  return ranges.sort((a, b) => b.q - a.q);
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = [];
  let quoted = false;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') quoted = !quoted;
    else if (text[at] === separator && !quoted) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

/** True where DICOM JSON may be sent. */
export function acceptsJson(ranges: readonly AcceptRange[]): boolean {
  return ranges.some(({ type }) =>
    ["application/dicom+json", "application/json", "application/*", "*/*"].includes(type),
  );
}

/** The transfer syntax that a stored frame's bytes have on the wire: native frames go out as explicit little endian. */
export function wireSyntax(stored: string): string {
  const syntax = transferSyntax(stored);
  return syntax?.encapsulated === true ? stored : EXPLICIT_VR_LITTLE_ENDIAN;
}

export type Packaging = "multipart" | "single";

/**
 * How frames (or bulk data) of this stored syntax may be sent (PS3.18 §8.7.3), or undefined: 406. They go out as stored; a request that
 * names another transfer syntax is refused. No transfer-syntax parameter is read as "any": the standard's default would be uncompressed,
 * but viewers leave it out and decode what the part's content type names.
 */
export function frameAcceptable(ranges: readonly AcceptRange[], stored: string, many: boolean): Packaging | undefined {
  const wire = wireSyntax(stored);
  const media = transferSyntax(stored)?.mediaType ?? "application/octet-stream";
  for (const range of ranges) {
    const wanted = range.parameters["transfer-syntax"];
    if (
      wanted !== undefined &&
      wanted !== "*" &&
      wanted !== wire &&
      !(wanted === stored && stored !== EXPLICIT_VR_BIG_ENDIAN)
    )
      continue;
    if (range.type === "*/*" || range.type === "multipart/*") return "multipart";
    const inner =
      range.type === "multipart/related"
        ? (range.parameters.type ?? "application/octet-stream").toLowerCase()
        : range.type;
    if (![media, "application/octet-stream", "*/*", `${media.split("/")[0]}/*`].includes(inner)) continue;
    if (range.type === "multipart/related") return "multipart";
    if (!many) return "single";
  }
  return undefined;
}

/** Whether instances of these stored syntaxes may be sent as application/dicom, and how. */
export function dicomAcceptable(ranges: readonly AcceptRange[], stored: readonly string[]): Packaging | undefined {
  for (const range of ranges) {
    const wanted = range.parameters["transfer-syntax"];
    if (wanted !== undefined && wanted !== "*" && !stored.every((syntax) => syntax === wanted)) continue;
    if (range.type === "*/*" || range.type === "multipart/*") return "multipart";
    if (
      range.type === "multipart/related" &&
      ["application/dicom", "*/*", "application/octet-stream"].includes(
        (range.parameters.type ?? "application/dicom").toLowerCase(),
      )
    )
      return "multipart";
    if ((range.type === "application/dicom" || range.type === "application/*") && stored.length === 1) return "single";
  }
  return undefined;
}
