import { decodeHexEscape } from "./charset.js";

/** MSH-1 and MSH-2: the characters that carry structure in this one message (HL7 v2.5.1 §2.5.4). */
export type Delimiters = { field: string; component: string; repetition: string; escape: string; subcomponent: string };

export const STANDARD_DELIMITERS: Delimiters = {
  field: "|",
  component: "^",
  repetition: "~",
  escape: "\\",
  subcomponent: "&",
};

export type Charset = { charset: string; declared: string };

/**
 * Text of one leaf with its escape sequences carried out (HL7 v2.5.1 §2.7): delimiters, \Xhh..\ in the message's character set,
 * formatting commands as line breaks and spaces. Highlighting (\H\ \N\), character set shifts (\C..\ \M..\) and local sequences
 * (\Z..\) carry no text and are dropped. What is no sequence at all ("C:\temp" from a careless sender) stays as it is.
 */
export function unescapeText(text: string, delimiters: Delimiters, charset: Charset): string {
  const mark = delimiters.escape;
  if (mark === "" || !text.includes(mark)) return text;
  let out = "";
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf(mark, at);
    if (open === -1) return out + text.slice(at);
    out += text.slice(at, open);
    const close = text.indexOf(mark, open + 1);
    const meaning = close === -1 ? undefined : sequence(text.slice(open + 1, close), delimiters, charset);
    if (close === -1 || meaning === undefined) {
      out += mark;
      at = open + 1;
      continue;
    }
    const [run, after] = hexRun(text, open, close, mark, charset) ?? [meaning, close + 1];
    out += run;
    at = after;
  }
  return out;
}

/** Adjoining \X..\ sequences are one run of bytes: a multi-byte character may be spread over several. */
function hexRun(
  text: string,
  open: number,
  close: number,
  mark: string,
  charset: Charset,
): [string, number] | undefined {
  let hex = "";
  let start = open;
  let end = close;
  while (end !== -1 && text[start] === mark && /^X(?:[0-9A-Fa-f]{2})+$/.test(text.slice(start + 1, end))) {
    hex += text.slice(start + 2, end);
    start = end + 1;
    end = text[start] === mark ? text.indexOf(mark, start + 1) : -1;
  }
  if (hex === "") return undefined;
  return [hexText(hex, charset), start];
}

/** NUL is dropped: no field means it, and PostgreSQL can't store it as text. */
function hexText(hex: string, charset: Charset): string {
  return decodeHexEscape(Uint8Array.from(Buffer.from(hex, "hex")), charset.charset, charset.declared).replaceAll(
    "\0",
    "",
  );
}

function sequence(body: string, delimiters: Delimiters, charset: Charset): string | undefined {
  switch (body) {
    case "F":
      return delimiters.field;
    case "S":
      return delimiters.component;
    case "T":
      return delimiters.subcomponent;
    case "R":
      return delimiters.repetition;
    case "E":
      return delimiters.escape;
    case "P":
      return "#";
    case "H":
    case "N":
      return "";
    default:
  }
  if (/^X(?:[0-9A-Fa-f]{2})+$/.test(body)) {
    return hexText(body.slice(1), charset);
  }
  if (/^(?:C[0-9A-Fa-f]{4}|M[0-9A-Fa-f]{4,6}|Z[^\r\n]*)$/.test(body)) return "";
  return formatting(body);
}

function formatting(body: string): string | undefined {
  const command = /^\.(br|sp|ce|sk|fi|nf|in|ti)\s*([+-]?\d{1,3})?$/.exec(body);
  if (!command) return undefined;
  const count = Math.min(Math.abs(Number(command[2] ?? 1)), 100);
  switch (command[1]) {
    case "br":
    case "ce":
      return "\n";
    case "sp":
      return "\n".repeat(Math.max(count, 1));
    case "sk":
      return " ".repeat(count);
    default:
      return "";
  }
}

/**
 * Text made safe for one leaf with the standard delimiters. Line breaks become \.br\; every other control character is written
 * as \Xhh\, since VT, FS and CR end frames and segments.
 */
export function escapeText(text: string): string {
  let out = "";
  for (const character of text.replace(/\r\n?/g, "\n")) out += ESCAPES[character] ?? control(character);
  return out;
}

const ESCAPES: Record<string, string> = {
  "|": "\\F\\",
  "^": "\\S\\",
  "&": "\\T\\",
  "~": "\\R\\",
  "\\": "\\E\\",
  "\n": "\\.br\\",
};

function control(character: string): string {
  const code = character.charCodeAt(0);
  if (code >= 0x20 && code !== 0x7f) return character;
  return `\\X${code.toString(16).toUpperCase().padStart(2, "0")}\\`;
}
