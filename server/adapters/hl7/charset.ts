/**
 * HL7 table 0211 (alternate character sets) to the labels of the WHATWG encoding standard, which Node's TextDecoder reads with
 * its full ICU. Latin-1 decodes as windows-1252, its superset: senders that say 8859/1 do send curly quotes.
 */
const LABELS: Record<string, string> = {
  "": "windows-1252",
  ASCII: "windows-1252",
  "ISO IR6": "windows-1252",
  "8859/1": "windows-1252",
  "8859/2": "iso-8859-2",
  "8859/3": "iso-8859-3",
  "8859/4": "iso-8859-4",
  "8859/5": "iso-8859-5",
  "8859/6": "iso-8859-6",
  "8859/7": "iso-8859-7",
  "8859/8": "iso-8859-8",
  "8859/9": "windows-1254",
  "8859/15": "iso-8859-15",
  "ISO IR14": "shift_jis",
  "ISO IR87": "iso-2022-jp",
  "ISO IR159": "iso-2022-jp",
  "GB 18030-2000": "gb18030",
  "BIG-5": "big5",
  "KS X 1001": "euc-kr",
  UNICODE: "utf-8",
  "UNICODE UTF-8": "utf-8",
};

const TWO_BYTES = new Set(["big5", "gb18030", "gbk", "shift_jis"]);

export type DecodedText = { text: string; charset: string; declared: string; warning?: string };

/** What senders write who mean the same: the names of the encoding standard, or the table's without its dash. */
const OTHER_WORDS =
  /^(?:BIG5|GB18030|GB2312|GBK|UTF-?8|ISO[-_ ]?8859-\d{1,2}|8859-\d{1,2}|(?:WINDOWS-|CP)125\d|EUC-(?:KR|JP)|SHIFT_?JIS|KOI8-[RU])$/;

/** The label for MSH-18 (first repetition: HL7 v2.5.1 §2.15.9.18), or undefined when nobody knows it. */
export function charsetLabel(msh18: string): string | undefined {
  const said = msh18.trim().toUpperCase();
  const label = LABELS[said] ?? LABELS[said.replace(/^(?:ISO[-_ ]?)?8859-/, "8859/")];
  if (label !== undefined || !OTHER_WORDS.test(said)) return label;
  return new TextDecoder(said.replace(/^CP/, "WINDOWS-")).encoding;
}

/**
 * Decodes a message's bytes. Bytes that are valid UTF-8 and hold a multi-byte sequence are UTF-8 whatever MSH-18 says: senders
 * leave "8859/1" in the header long after they moved to UTF-8, and real Latin-1 text that happens to be valid UTF-8 would have
 * to consist of pairs such as "Ã©". A UTF-8 byte order mark is removed. Never fails: undecodable bytes become U+FFFD with a warning.
 */
export function decodeMessage(bytes: Uint8Array): DecodedText {
  const declared = peekCharset(bytes);
  const label = charsetLabel(declared);
  if (isPlainAscii(bytes) && label !== "iso-2022-jp") return { text: latin1(bytes), charset: "ascii", declared };
  const utf8 = strictUtf8(bytes);
  if (utf8 !== undefined && label !== "iso-2022-jp") {
    if (label === "utf-8" || label === undefined || declared === "") return { text: utf8, charset: "utf-8", declared };
    return { text: utf8, charset: "utf-8", declared, warning: `MSH-18 says ${declared} but the bytes are UTF-8` };
  }
  const used = label ?? "windows-1252";
  const text = decodeAs(used, bytes);
  if (label === undefined)
    return { text, charset: used, declared, warning: `unknown character set in MSH-18, read as ${used}` };
  if (text.includes("�")) {
    return { text, charset: used, declared, warning: `some bytes are not valid ${used} and were replaced` };
  }
  return { text, charset: used, declared };
}

/** The bytes of a \Xhh..\ escape, in the message's own character set (HL7 v2.5.1 §2.7.6). */
export function decodeHexEscape(bytes: Uint8Array, charset: string, declared: string): string {
  if (isPlainAscii(bytes)) return latin1(bytes);
  const utf8 = bytes.length > 1 ? strictUtf8(bytes) : undefined;
  if (utf8 !== undefined) return utf8;
  const label = charsetLabel(declared);
  const used =
    charset === "ascii" || charset === "utf-8"
      ? label === undefined || label === "utf-8"
        ? "windows-1252"
        : label
      : charset;
  return decodeAs(used, bytes);
}

/** Node 20 reads windows-1252 as Latin-1, which has control characters where that has dashes, quotes and the euro (0x80 to 0x9F). */
const WINDOWS_1252 = "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ";

function decodeAs(label: string, bytes: Uint8Array): string {
  if (label !== "windows-1252") return new TextDecoder(label).decode(bytes);
  return latin1(bytes).replace(/[\x80-\x9f]/g, (c) => WINDOWS_1252[c.charCodeAt(0) - 0x80] ?? c);
}

/**
 * MSH-18 read before anything is decoded. A name before it in a set of two bytes may hold what looks like a separator (Big5, Shift JIS and
 * GB 18030 have "|" as a second byte), and the field is then found further on, by what it says.
 */
function peekCharset(bytes: Uint8Array): string {
  const head = latin1(bytes.subarray(0, 2048))
    .replace(/^\u00ef\u00bb\u00bf/, "")
    .trimStart();
  const separator = head[3];
  if (!head.startsWith("MSH") || separator === undefined) return "";
  const firstLine = head.split(/[\r\n]/, 1)[0] ?? "";
  const repetition = head[5] ?? "~";
  const fields = firstLine.split(separator).map((field) => field.split(repetition)[0]?.trim() ?? "");
  const declared = fields[17] ?? "";
  if (charsetLabel(declared) !== undefined && declared !== "") return declared;
  return fields.slice(18).find((field) => TWO_BYTES.has(charsetLabel(field || "?") ?? "")) ?? declared;
}

function strictUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    // Not UTF-8: an ordinary outcome of the question, not an error.
    return undefined;
  }
}

function isPlainAscii(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte < 0x80);
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}
