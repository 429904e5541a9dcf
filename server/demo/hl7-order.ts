import type { Instant } from "@readroom/shared/kernel/instant.js";
import type { DemoCase } from "./cases-types.js";
import { localStamp } from "./local-time.js";

/** MSH-4 by which each site's system signs. */
const FACILITY = { "STM-ED": "STM_ED", "STM-HILL": "STM_HILLSIDE", NGT: "NGT" } as const;

/** HL7 escapes (v2.5.1 §2.7.1); the demo's texts have no line breaks. */
const text = (value: string): string =>
  value
    .replaceAll("\\", "\\E\\")
    .replaceAll("|", "\\F\\")
    .replaceAll("^", "\\S\\")
    .replaceAll("&", "\\T\\")
    .replaceAll("~", "\\R\\");

/**
 * The order of a case as its hospital's system would send it: ORM^O01, HL7 v2.5.1, UTF-8. The same case at the same time gives the same
 * message with the same control id, so that the hub takes it once however often it is sent.
 */
export function orderMessage(
  order: DemoCase,
  site: { timeZone: string; issuer: string },
  orderedAt: Instant,
): Uint8Array {
  const { patient, procedure, referring } = order;
  const stamp = localStamp(orderedAt, site.timeZone);
  const at = `${stamp.date}${stamp.time}${stamp.offset}`;
  const placer = `P${order.accession}`;
  const doctor = `${referring.number}^${text(referring.family)}^${text(referring.given)}^^^Dr`;
  const segments = [
    `MSH|^~\\&|RIS|${FACILITY[order.site]}|READROOM|HUB|${at}||ORM^O01^ORM_O01|D${order.accession}|P|2.5.1|||||||UNICODE UTF-8`,
    `PID|1||${patient.mrn}^^^${site.issuer}^MR||${personNames(patient.name)}||${patient.birthDate}|${patient.sex}`,
    `PV1|1|${order.patientClass}|${text(order.location)}`,
    `ORC|NW|${placer}|${order.accession}||SC||^^^^^${order.priority}||${at}|||${doctor}||${text(referring.phone)}^WPN^PH`,
    `OBR|1|${placer}|${order.accession}|${procedure.code}^${text(procedure.text)}^L||||||||||||||${order.accession}||||||${modalityOf(order.phantom)}|||||||^${text(order.question)}`,
  ];
  return new TextEncoder().encode(`${segments.join("\r")}\r`);
}

/** The groups of a DICOM person name as repetitions of PID-5, told apart by XPN.8 (HL7 table 4000). */
function personNames(name: string): string {
  return name
    .split("=")
    .map((group, index) => {
      const [family = "", given = ""] = group.split("^");
      return `${text(family)}^${text(given)}^^^^^L^${["A", "I", "P"][index]}`;
    })
    .join("~");
}

const MODALITY: Readonly<Record<string, string>> = { ct: "CT", dx: "DX", us: "US", mr: "MR" };
const modalityOf = (phantom: string): string => MODALITY[phantom.slice(0, 2)] ?? "OT";
