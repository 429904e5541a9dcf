import { decodeMessage } from "./charset.js";
import { type Charset, type Delimiters, unescapeText } from "./escape.js";

/** Bounds on shape, so that a message of sixteen megabytes of separators costs memory in proportion and no more. */
const MAX_SEGMENTS = 20_000;

/** One repetition of a field. Components and subcomponents count from 1, as in the standard's names (PID-3.4.2). */
export class Repetition {
  readonly raw: string;
  readonly #message: Hl7Text;

  constructor(raw: string, message: Hl7Text) {
    this.raw = raw;
    this.#message = message;
  }

  /** Text of a component's subcomponent (the first by default), unescaped; "" where it is absent or an explicit null (""). */
  text(component = 1, subcomponent = 1): string {
    const { delimiters, charset } = this.#message;
    const part = this.#split(delimiters.component)[component - 1] ?? "";
    const leaf = delimiters.subcomponent === "" ? part : (part.split(delimiters.subcomponent)[subcomponent - 1] ?? "");
    return leaf === '""' ? "" : unescapeText(leaf, delimiters, charset).trim();
  }

  /** HL7 null: the sender says that the value is to be deleted (HL7 v2.5.1 §2.7 "delete indicator"). */
  get isNull(): boolean {
    return this.raw === '""';
  }

  get isEmpty(): boolean {
    return this.raw === "";
  }

  /** The whole repetition as text: for ST/TX/FT fields, whose text may hold unescaped component separators by careless senders. */
  get whole(): string {
    if (this.isNull) return "";
    return unescapeText(this.raw, this.#message.delimiters, this.#message.charset).trim();
  }

  #split(separator: string): string[] {
    return separator === "" ? [this.raw] : this.raw.split(separator);
  }
}

export class Segment {
  readonly name: string;
  /** Position among the segments of this name, from 1: ERR-2.2. */
  readonly sequence: number;
  readonly #fields: string[];
  readonly #message: Hl7Text;

  constructor(line: string, sequence: number, message: Hl7Text) {
    this.#message = message;
    const fields = line.split(message.delimiters.field);
    this.name = fields[0] ?? "";
    // MSH-1 is the separator itself and so is no field of the split.
    this.#fields = this.name === "MSH" ? ["MSH", message.delimiters.field, ...fields.slice(1)] : fields;
    this.sequence = sequence;
  }

  /** How many fields there are, MSH-1 counted for MSH. */
  get fieldCount(): number {
    return this.#fields.length - 1;
  }

  /** The field as it was sent: escapes, repetitions and all. */
  raw(field: number): string {
    return this.#fields[field] ?? "";
  }

  repetitions(field: number): Repetition[] {
    const raw = this.raw(field);
    if (raw === "") return [];
    const { repetition } = this.#message.delimiters;
    const parts = repetition === "" || (this.name === "MSH" && field <= 2) ? [raw] : raw.split(repetition);
    return parts.map((part) => new Repetition(part, this.#message));
  }

  /** First repetition of a field; an empty one where the field is absent. */
  field(field: number): Repetition {
    return this.repetitions(field)[0] ?? new Repetition("", this.#message);
  }

  text(field: number, component = 1, subcomponent = 1): string {
    return this.field(field).text(component, subcomponent);
  }
}

/** A message in its structure: what the separators say, nothing more. Reading it never fails; what is not there reads as "". */
export class Hl7Text {
  readonly delimiters: Delimiters;
  readonly charset: Charset;
  readonly warnings: string[];
  readonly segments: Segment[];

  constructor(lines: string[], delimiters: Delimiters, charset: Charset, warnings: string[]) {
    this.delimiters = delimiters;
    this.charset = charset;
    this.warnings = warnings;
    const seen = new Map<string, number>();
    this.segments = lines.map((line) => {
      const name = line.slice(0, 3);
      const sequence = (seen.get(name) ?? 0) + 1;
      seen.set(name, sequence);
      return new Segment(line, sequence, this);
    });
  }

  get msh(): Segment {
    return this.segments[0]!;
  }

  first(name: string): Segment | undefined {
    return this.segments.find((segment) => segment.name === name);
  }
}

export type ParseProblem = { text: string };

/**
 * Bytes of one message (without the MLLP frame) to its structure. Takes CR, LF and CRLF as segment ends, a byte order mark, blank
 * lines, line breaks inside fields, any five separators, the v2.7 truncation character, and every version alike.
 *
 * Own code: no library at hand holds up on the real messages (docs/decisions/hl7-reader.md).
 */
export function parseMessage(bytes: Uint8Array): { ok: true; value: Hl7Text } | { ok: false; problem: ParseProblem } {
  const decoded = decodeMessage(bytes);
  // NUL means nothing in HL7 and can't be stored as text by PostgreSQL.
  const text = decoded.text
    .replaceAll("\0", "")
    .replace(/^\ufeff/, "")
    .trimStart();
  if (!text.startsWith("MSH"))
    return { ok: false, problem: { text: "the message does not begin with an MSH segment" } };
  const field = text[3] ?? "";
  const lines = segmentLines(text, field);
  if (lines.length > MAX_SEGMENTS) {
    return { ok: false, problem: { text: `more than ${MAX_SEGMENTS} segments` } };
  }
  const encoding = (lines[0] ?? "").slice(4).split(field)[0] ?? "";
  if (!isSeparator(field)) return { ok: false, problem: { text: "MSH-1 names no field separator" } };
  const [component = "", repetition = "", escapeMark = "", subcomponent = ""] = encoding;
  const named = [field, ...encoding];
  if (component === "" || encoding.length > 5) {
    return { ok: false, problem: { text: "MSH-2 does not name the encoding characters" } };
  }
  if (new Set(named).size !== named.length || !named.every(isSeparator)) {
    return { ok: false, problem: { text: "MSH-1 and MSH-2 name one character twice, or one that cannot separate" } };
  }
  const delimiters = { field, component, repetition, escape: escapeMark, subcomponent };
  const charset = { charset: decoded.charset, declared: decoded.declared };
  return { ok: true, value: new Hl7Text(lines, delimiters, charset, decoded.warning ? [decoded.warning] : []) };
}

/**
 * The segments' lines. A line that does not begin as a segment does is the rest of the one before: careless senders leave raw line
 * breaks in base64 and in report text, and dropping or refusing them would lose what follows. Others indent their segments.
 */
function segmentLines(text: string, field: string): string[] {
  const lines: string[] = [];
  for (const line of text.split(/[\r\n]+/)) {
    if (line.trim() === "") continue;
    const bare = line.trimStart();
    const begins = /^[A-Z][A-Z0-9]{2}$/.test(bare.slice(0, 3)) && (bare.length === 3 || bare[3] === field);
    if (begins || lines.length === 0) lines.push(bare);
    else lines.push(`${lines.pop() ?? ""}\n${line}`);
  }
  return lines;
}

function isSeparator(character: string): boolean {
  return character.length === 1 && /^[!-/:-@[-`{-~]$/.test(character);
}
