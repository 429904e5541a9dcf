import type {
  ResultCommunication,
  ResultConcept,
  ResultField,
  ResultMessage,
  ResultObservation,
} from "../../features/delivery/ports.js";
import { escapeText } from "./escape.js";
import { formatTimeStamp } from "./times.js";

/** LOINC of what is not a report section of the template: DICOM PS3.16 CID 7001, and the codes of IHE RAD TF-2 §4.28. */
const COMMUNICATION = "73568-8^Communication of critical results^LN";
const ADDENDUM = "55107-7^Addendum Document^LN";
const WHOLE_REPORT = "18748-4^Diagnostic imaging study^LN";

const RESULT_STATUS = { preliminary: "P", final: "F", addendum: "F", corrected: "C" } as const;

/**
 * ORU^R01 of one report version (HL7 v2.5.1 §7.3.1; IHE RAD TF-2 §4.28), always in UTF-8.
 *
 * Text goes as one TX per line, numbered by section in OBX-4: receivers show a line as a line whether or not they know \.br\ (which
 * the standard allows in FT alone) or the repetition separator. An addendum is sent with the report that it adds to, all F: HL7 has
 * no status for it (table 0123), and a receiver that replaces by accession number must not be left with the addendum alone. A
 * corrected report is C. Coded fields of a structured template follow the text as observations of their own (CWE, NM, DT, ST): their
 * words are in the text too, so a receiver that reads text alone misses nothing.
 */
export function renderOru(message: ResultMessage): Uint8Array {
  const lines = [msh(message), pid(message), pv1(message), orc(message), obr(message), ...observations(message)];
  return new TextEncoder().encode(`${lines.join("\r")}\r`);
}

function segment(name: string, fields: Record<number, string>): string {
  const last = Math.max(
    0,
    ...Object.keys(fields)
      .map(Number)
      .filter((field) => fields[field] !== ""),
  );
  return [name, ...Array.from({ length: last }, (_, index) => fields[index + 1] ?? "")].join("|");
}

function components(...parts: string[]): string {
  return parts.map(escapeText).join("^").replace(/\^+$/, "");
}

function msh(m: ResultMessage): string {
  const structured = !/^2\.[1-3]$/.test(m.hl7Version);
  // MSH-1 is the separator that joins: its fields are one to the left here.
  return segment("MSH", {
    1: "^~\\&",
    2: "READROOM",
    3: escapeText(m.sendingFacility),
    4: escapeText(m.receivingApplication),
    5: escapeText(m.receivingFacility),
    6: formatTimeStamp(m.createdAt, m.timeZone),
    8: structured ? "ORU^R01^ORU_R01" : "ORU^R01",
    9: escapeText(m.controlId),
    10: m.processingId,
    11: m.hl7Version,
    17: "UNICODE UTF-8",
  });
}

function pid(m: ResultMessage): string {
  const { patient } = m;
  const names = [
    xpn(patient.name.alphabetic, "A"),
    ...(patient.name.ideographic ? [xpn(patient.name.ideographic, "I")] : []),
    ...(patient.name.phonetic ? [xpn(patient.name.phonetic, "P")] : []),
  ];
  return segment("PID", {
    1: "1",
    3: components(patient.mrn, "", "", patient.issuer, "MR"),
    5: names.join("~"),
    7: patient.birthDate ?? "",
    8: patient.sex ?? "U",
  });
}

/** DICOM PN Family^Given^Middle^Prefix^Suffix to XPN, which has suffix before prefix. */
function xpn(name: string, representation: "A" | "I" | "P"): string {
  const [family = "", given = "", middle = "", prefix = "", suffix = ""] = name.split("^");
  return components(family, given, middle, suffix, prefix, "", "L", representation);
}

function pv1(m: ResultMessage): string {
  return segment("PV1", {
    1: "1",
    2: escapeText(m.visit.patientClass) || "U",
    3: escapeText(m.visit.location),
    8: m.visit.referring === "" ? "" : components("", m.visit.referring),
    19: escapeText(m.visit.number),
  });
}

function orc(m: ResultMessage): string {
  return segment("ORC", {
    1: "RE",
    2: escapeText(m.order.placer),
    3: escapeText(m.order.filler || m.order.accession),
    5: m.report.kind === "preliminary" ? "A" : "CM",
  });
}

function obr(m: ResultMessage): string {
  const status = RESULT_STATUS[m.report.kind];
  return segment("OBR", {
    1: "1",
    2: escapeText(m.order.placer),
    3: escapeText(m.order.filler || m.order.accession),
    4: components(m.order.procedureCode, m.order.procedureText, m.order.procedureCodingSystem),
    7: m.study.at === null ? "" : formatTimeStamp(m.study.at, m.timeZone),
    16: m.visit.referring === "" ? "" : components("", m.visit.referring),
    18: escapeText(m.order.accession),
    22: formatTimeStamp(m.report.signedAt, m.timeZone),
    24: escapeText(m.order.modality),
    25: status,
    31: m.order.reason === "" ? "" : components("", m.order.reason),
    32: interpreter(m),
  });
}

/** NDL.1 is a name of subcomponents: id & family & given & middle & suffix & prefix (HL7 v2.5.1 §2.A.47). */
function interpreter(m: ResultMessage): string {
  const [family = "", given = "", middle = "", prefix = "", suffix = ""] = m.report.signer.name.split("^");
  const name = [m.report.signer.id, family, given, middle, suffix, prefix].map(escapeText).join("&").replace(/&+$/, "");
  return `${name}^${formatTimeStamp(m.report.signedAt, m.timeZone)}`;
}

function observations(m: ResultMessage): string[] {
  const rows: { type: string; code: string; group: number; value: string; unit?: string; flag?: string }[] = [];
  rows.push({ type: "ST", code: "113014^DICOM Study^DCM", group: 0, value: escapeText(m.study.uid) });
  let group = 0;
  const add = (section: ResultObservation, code: string) => {
    group++;
    for (const line of lines(section.text)) rows.push({ type: "TX", code, group, value: escapeText(line) });
  };
  for (const section of m.report.previousSections) add(section, sectionCode(section));
  for (const section of m.report.sections) add(section, m.report.kind === "addendum" ? ADDENDUM : sectionCode(section));
  for (const field of m.report.fields) {
    group++;
    rows.push({ group, ...fieldObservation(field, m.hl7Version) });
  }
  for (const communication of m.report.communications) {
    group++;
    for (const line of communicationLines(communication, m.timeZone)) {
      rows.push({ type: "TX", code: COMMUNICATION, group, value: escapeText(line), flag: "AA" });
    }
  }
  if (m.pdf)
    rows.push({ type: "ED", code: WHOLE_REPORT, group: 0, value: `READROOM^Application^PDF^Base64^${base64(m.pdf)}` });
  const status = RESULT_STATUS[m.report.kind];
  return rows.map((row, index) =>
    segment("OBX", {
      1: String(index + 1),
      2: row.type,
      3: row.code,
      4: row.group === 0 ? "" : String(row.group),
      5: row.value,
      6: row.unit ?? "",
      8: row.flag ?? "",
      11: status,
      14: formatTimeStamp(m.report.signedAt, m.timeZone),
    }),
  );
}

function sectionCode(section: ResultObservation): string {
  return section.loinc === ""
    ? components(section.key, section.title, "L")
    : components(section.loinc, section.title, "LN");
}

/** NM (HL7 v2.5.1 §2.A.47) takes a sign, digits and a point; what else a reader typed goes as a string. */
const NUMBER = /^[+-]?\d+(\.\d+)?$/;
const ISO_DATE = /^\d{4}-\d{2}-\d{2}$/;

function fieldObservation({ key, label, code, value }: ResultField, hl7Version: string) {
  const observation = code ? concept(code) : components(key, label, "L");
  if (value.kind === "choices") {
    const answers = value.answers.map((answer) => (answer.code ? concept(answer.code) : components("", answer.text)));
    // CE until v2.5, which brought CWE.
    return { type: /^2\.[1-4]/.test(hl7Version) ? "CE" : "CWE", code: observation, value: answers.join("~") };
  }
  const text = { type: "ST", code: observation, value: escapeText(value.text) };
  if (value.kind === "number") {
    // Without a coding system: it is UCUM only where the template's author wrote UCUM.
    const unit = escapeText(value.unit);
    return NUMBER.test(value.text) ? { ...text, type: "NM", unit } : { ...text, unit };
  }
  return value.kind === "date" && ISO_DATE.test(value.text)
    ? { ...text, type: "DT", value: value.text.replaceAll("-", "") }
    : text;
}

/** Names of coding systems as table 0396 has them. */
const SYSTEMS: Readonly<Record<string, string>> = {
  radlex: "RADLEX",
  loinc: "LN",
  ln: "LN",
  snomed: "SCT",
  "snomed-ct": "SCT",
  sct: "SCT",
  ucum: "UCUM",
  dcm: "DCM",
};

const concept = ({ system, code, display }: ResultConcept): string =>
  components(code, display, SYSTEMS[system.toLowerCase()] ?? (system || "L"));

/** Who was told what, when and how, and what they read back: one line each, as a reader of the chart needs them. */
function communicationLines(communication: ResultCommunication, timeZone: string): string[] {
  const found = [
    `${communication.finding} (${communication.category})`,
    `Communicated to ${communication.person} at ${readable(communication.at, timeZone)}${communication.via ? ` by ${communication.via}` : ""}`,
    communication.readBack === "" ? "" : `Read back: ${communication.readBack}`,
    communication.acknowledgedAt === null
      ? "Not acknowledged yet"
      : `Acknowledged at ${readable(communication.acknowledgedAt, timeZone)}`,
  ];
  return found.filter((line) => line !== "").flatMap(lines);
}

function readable(at: number, timeZone: string): string {
  const stamp = formatTimeStamp(at, timeZone);
  const date = `${stamp.slice(0, 4)}-${stamp.slice(4, 6)}-${stamp.slice(6, 8)}`;
  return `${date} ${stamp.slice(8, 10)}:${stamp.slice(10, 12)} UTC${stamp.slice(14, 17)}:${stamp.slice(17, 19)}`;
}

function lines(text: string): string[] {
  return text.replace(/\r\n?/g, "\n").split("\n");
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
