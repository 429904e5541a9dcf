import type { Answer, MessageProblem } from "../../features/orders/ports.js";
import { escapeText, STANDARD_DELIMITERS } from "./escape.js";
import { Hl7Text, parseMessage } from "./message.js";
import { formatTimeStamp } from "./times.js";

/** HL7 table 0357. */
const CONDITION_TEXT: Record<MessageProblem["condition"], string> = {
  0: "Message accepted",
  100: "Segment sequence error",
  101: "Required field missing",
  102: "Data type error",
  103: "Table value not found",
  200: "Unsupported message type",
  201: "Unsupported event code",
  202: "Unsupported processing id",
  203: "Unsupported version id",
  204: "Unknown key identifier",
  205: "Duplicate key identifier",
  206: "Application record locked",
  207: "Application internal error",
};

type Code = "AA" | "AE" | "AR" | "CA" | "CE" | "CR";

/**
 * The reply or replies to one message. Original mode (MSH-15 and MSH-16 empty): one application acknowledgement. Enhanced mode
 * (HL7 v2.5.1 §2.9.3): a commit acknowledgement as MSH-15 asks, then an application one as MSH-16 asks, on the same connection. Where
 * only a commit acknowledgement is asked for, a refusal of the content goes into it (CE): the sender would else never learn of it.
 */
export function acknowledge(raw: Uint8Array, answer: Answer, at: number, replyId: string): Uint8Array[] {
  const parsed = parseMessage(raw);
  const message = parsed.ok ? parsed.value : salvage(raw);
  const asked = {
    accept: message?.msh.text(15).toUpperCase() ?? "",
    application: message?.msh.text(16).toUpperCase() ?? "",
  };
  return codes(answer, asked).map((code, index) =>
    encode(build(message, code, answer, at, index === 0 ? replyId : `${replyId}.${index + 1}`)),
  );
}

function codes(answer: Answer, asked: { accept: string; application: string }): Code[] {
  const application = ({ accept: "AA", error: "AE", reject: "AR" } as const)[answer.verdict];
  const enhanced = asked.accept !== "" || asked.application !== "";
  if (!enhanced) return [application];
  const good = answer.verdict === "accept";
  const wants = (condition: string) => condition === "AL" || condition === (good ? "SU" : "ER");
  const commit = wants(asked.accept);
  const both = wants(asked.application);
  switch (answer.verdict) {
    case "accept":
      return [...(commit ? (["CA"] as const) : []), ...(both ? (["AA"] as const) : [])];
    case "error":
      if (both) return commit ? ["CA", "AE"] : ["AE"];
      return commit ? ["CE"] : [];
    case "reject":
      if (commit) return ["CR"];
      return both ? ["AR"] : [];
  }
}

/** The header of a message whose rest can't be read (cut off, too long, odd separators): enough to echo its control id. */
function salvage(raw: Uint8Array): Hl7Text | undefined {
  const head = Buffer.from(raw.subarray(0, 4096)).toString("latin1");
  const start = head.indexOf("MSH|");
  const line = start === -1 ? "" : (head.slice(start).split(/[\r\n]/, 1)[0] ?? "");
  if (line.split("|").length < 10) return undefined;
  return new Hl7Text([line], STANDARD_DELIMITERS, { charset: "windows-1252", declared: "" }, []);
}

function build(message: Hl7Text | undefined, code: Code, answer: Answer, at: number, replyId: string): string {
  const text = (field: number, component = 1) => message?.msh.text(field, component) ?? "";
  const entity = (field: number) =>
    [1, 2, 3]
      .map((component) => escapeText(text(field, component)))
      .join("^")
      .replace(/\^+$/, "");
  const version = text(12) || "2.5.1";
  const msh = [
    "MSH",
    "^~\\&",
    entity(5) || "READROOM",
    entity(6),
    entity(3),
    entity(4),
    formatTimeStamp(at, "UTC"),
    "",
    messageType(text(9, 2), version),
    replyId,
    text(11) || "P",
    version,
  ];
  const problem = code === "CA" ? null : answer.problem;
  const lines = [
    msh.join("|"),
    msa(code, text(10), problem, version),
    ...(problem ? [err(problem, code, version)] : []),
  ];
  const body = lines.join("\r");
  const nonAscii = /[^\x20-\x7e\r]/.test(body);
  if (nonAscii) lines[0] = [...msh, "", "", "", "", "", "UNICODE UTF-8"].join("|");
  return `${lines.join("\r")}\r`;
}

/** ACK^O01^ACK; the third component exists from v2.3.1 on, the event from v2.2 on (HL7 v2.5.1 §2.15.9.9). */
function messageType(trigger: string, version: string): string {
  if (trigger === "" || atMost(version, [2, 1])) return "ACK";
  return atMost(version, [2, 3]) ? `ACK^${escapeText(trigger)}` : `ACK^${escapeText(trigger)}^ACK`;
}

function msa(code: Code, controlId: string, problem: MessageProblem | null, version: string): string {
  const text = problem ? escapeText(problem.text) : "";
  const fields = ["MSA", code, escapeText(controlId), text];
  // MSA-6 carried the condition until ERR took it over in v2.5.
  if (problem && atMost(version, [2, 4]))
    fields.push("", "", `${problem.condition}^${CONDITION_TEXT[problem.condition]}^HL70357`);
  return fields.join("|").replace(/\|+$/, "");
}

function err(problem: MessageProblem, code: Code, version: string): string {
  const condition = `${problem.condition}^${CONDITION_TEXT[problem.condition]}^HL70357`;
  const severity = code === "AA" ? "W" : "E";
  if (atMost(version, [2, 4])) {
    return `ERR|${problem.location === "" ? "^^" : threeParts(problem.location)}^${condition.replaceAll("^", "&")}`;
  }
  return `ERR||${problem.location}|${condition}|${severity}||||${escapeText(problem.text)}`;
}

/** ELD of v2.4 and before has segment, sequence and field exactly: PID^1^3. */
function threeParts(location: string): string {
  const parts = location.split("^");
  return [0, 1, 2].map((index) => parts[index] ?? "").join("^");
}

function atMost(version: string, [major, minor]: readonly [number, number]): boolean {
  const [a = 2, b = 5, c = 0] = version.split(".").map(Number);
  return a < major || (a === major && (b < minor || (b === minor && c === 0)));
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
