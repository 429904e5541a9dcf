import type {
  Interpreted,
  MessageHeader,
  MessageProblem,
  OrderContent,
  OrderGroup,
  PatientFacts,
  SenderProfile,
} from "../../features/orders/ports.js";
import { tooLong } from "./bounds.js";
import { headerOf } from "./header.js";
import { type Hl7Text, parseMessage, type Segment } from "./message.js";
import { findModality } from "./modality.js";
import { patientFacts } from "./names.js";
import {
  accessionNumber,
  clinicalQuestion,
  type OrderSegments,
  orderControl,
  orderPriority,
  printable,
  referring,
  remarksOf,
  scheduledAt,
  studyInstanceUid,
} from "./order-fields.js";
import { parseTimeStamp } from "./times.js";

const ORDER_TYPES = new Set(["ORM^O01", "OMI^O23", "OMG^O19"]);
const UPDATE_TYPES = new Set(["ADT^A08", "ADT^A31"]);
const MAX_ORDERS = 200;

type Refused = Extract<Interpreted, { problem: MessageProblem }>;
const refuse = (problem: MessageProblem): Refused => ({ kind: "unacceptable", problem });
const unsupported = (problem: MessageProblem): Refused => ({ kind: "unsupported", problem });

/** What a message asks the hub to do, or why that can't be done. Total: any bytes give an answer. */
export function interpret(raw: Uint8Array, profile: SenderProfile): Interpreted {
  const parsed = parseMessage(raw);
  if (!parsed.ok) return unsupported({ condition: 100, location: "MSH^1", text: parsed.problem.text });
  const message = parsed.value;
  const header = headerOf(message);
  if (!header.ok) return unsupported(header.error);
  const refusedHeader = checkHeader(header.value);
  if (refusedHeader) return unsupported(refusedHeader);
  const pid = message.first("PID");
  if (!pid) return refuse({ condition: 100, location: "PID", text: "the message has no PID segment" });
  const long = tooLong(message);
  if (long) return refuse(long);
  const patient = patientFacts(pid, profile.patientIdIssuer);
  if (!patient) return refuse({ condition: 101, location: "PID^1^3", text: "PID-3 names no patient identifier" });
  if (header.value.messageType === "ADT^A40") return merge(message, patient, profile);
  if (UPDATE_TYPES.has(header.value.messageType))
    return { kind: "patient_update", patient, warnings: message.warnings };
  return orders(message, header.value, patient, profile);
}

function checkHeader(header: MessageHeader): MessageProblem | undefined {
  const type = header.messageType;
  const [code = "", trigger = ""] = type.split("^");
  if (!["ORM", "OMI", "OMG", "ADT"].includes(code)) {
    return { condition: 200, location: "MSH^1^9^1", text: `message type ${printable(code)} is not taken here` };
  }
  if (!ORDER_TYPES.has(type) && !UPDATE_TYPES.has(type) && type !== "ADT^A40") {
    return {
      condition: 201,
      location: "MSH^1^9^2",
      text: `event ${printable(code)}^${printable(trigger)} is not taken here`,
    };
  }
  if (!/^2\.[1-9](?:\.\d)?$/.test(header.version)) {
    const said =
      header.version === "" ? "MSH-12 (version) is missing" : `version ${printable(header.version)} is not HL7 v2`;
    return { condition: 203, location: "MSH^1^12", text: said };
  }
  // T and D are taken like P: a hospital tries its interface against the hub with them; the message log shows which they were.
  if (!["P", "T", "D", ""].includes(header.processingId.toUpperCase())) {
    return {
      condition: 202,
      location: "MSH^1^11",
      text: `processing id ${printable(header.processingId)} is not one of P, T, D`,
    };
  }
  return undefined;
}

function merge(message: Hl7Text, patient: PatientFacts, profile: SenderProfile): Interpreted {
  const mrg = message.first("MRG");
  const prior = mrg?.text(1) ?? "";
  if (!mrg || prior === "")
    return refuse({ condition: 101, location: "MRG^1^1", text: "MRG-1 (prior patient identifier) is missing" });
  const issuer = mrg.text(1, 4, 1) || mrg.text(1, 4, 2) || profile.patientIdIssuer;
  return { kind: "patient_merge", patient, prior: { mrn: prior, issuer }, warnings: message.warnings };
}

function orders(message: Hl7Text, header: MessageHeader, patient: PatientFacts, profile: SenderProfile): Interpreted {
  const split = splitOrders(message);
  if (split.length === 0) return refuse({ condition: 100, location: "ORC", text: "the message has no ORC segment" });
  if (split.length > MAX_ORDERS)
    return refuse({ condition: 102, location: "ORC", text: `more than ${MAX_ORDERS} orders in one message` });
  const warnings = [...message.warnings];
  const told: Told = { isOmi: header.messageType === "OMI^O23", receiver: message.msh.text(5), profile, warnings };
  const groups: OrderGroup[] = [];
  for (const [index, order] of split.entries()) {
    const group = readGroup(order, index + 1, told);
    if ("condition" in group) return refuse(group);
    groups.push(group);
  }
  const repeated = firstRepeat(
    groups
      .filter((g) => g.control.kind === "new")
      .map((g) => `${g.content.accessionNumber}\0${g.content.placerOrderNumber}`),
  );
  if (repeated !== undefined) {
    return refuse({
      condition: 205,
      location: `OBR^${repeated + 1}^2`,
      text: "two orders of the message have the same accession and placer order number",
    });
  }
  return { kind: "orders", patient, groups, warnings };
}

function firstRepeat(keys: string[]): number | undefined {
  const at = keys.findIndex((key, index) => keys.indexOf(key) !== index);
  return at === -1 ? undefined : at;
}

/** ORC begins an order; in v2.1 and from careless senders an OBR without an ORC does, and is refused for the missing ORC-1. */
function splitOrders(message: Hl7Text): OrderSegments[] {
  type Open = { -readonly [K in keyof OrderSegments]: OrderSegments[K] } & {
    notes: Segment[];
    observations: Segment[];
    diagnoses: Segment[];
  };
  const pv1 = message.first("PV1");
  const open = (): Open => ({
    orc: undefined,
    obr: undefined,
    sharesOrc: false,
    tq1: undefined,
    ipc: undefined,
    zds: undefined,
    pv1,
    notes: [],
    observations: [],
    diagnoses: [],
  });
  const found: Open[] = [];
  for (const segment of message.segments) {
    const current = found.at(-1);
    if (segment.name === "ORC" || (segment.name === "OBR" && current?.obr)) {
      found.push({
        ...open(),
        ...(segment.name === "ORC" ? { orc: segment } : { orc: current?.orc, obr: segment, sharesOrc: true }),
      });
    } else if (segment.name === "OBR") {
      if (current) current.obr = segment;
      else found.push({ ...open(), obr: segment });
    } else if (current) {
      attach(current, segment);
    }
  }
  return found;
}

function attach(
  order: { -readonly [K in keyof OrderSegments]: OrderSegments[K] } & {
    notes: Segment[];
    observations: Segment[];
    diagnoses: Segment[];
  },
  segment: Segment,
): void {
  switch (segment.name) {
    case "TQ1":
      order.tq1 ??= segment;
      break;
    case "IPC":
      order.ipc ??= segment;
      break;
    case "ZDS":
      order.zds ??= segment;
      break;
    case "NTE":
      order.notes.push(segment);
      break;
    case "OBX":
      order.observations.push(segment);
      break;
    case "DG1":
      order.diagnoses.push(segment);
      break;
    default:
  }
}

/** What holds for all orders of a message. */
interface Told {
  readonly isOmi: boolean;
  readonly receiver: string;
  readonly profile: SenderProfile;
  readonly warnings: string[];
}

function readGroup(order: OrderSegments, position: number, told: Told): OrderGroup | MessageProblem {
  const { isOmi, receiver, profile, warnings } = told;
  const control = orderControl(order.orc, position);
  if ("condition" in control) return control;
  const accession = accessionNumber(order, isOmi, profile);
  const content = readContent(order, accession, profile);
  const nameless = content.accessionNumber === "" && content.placerOrderNumber === "";
  if (control.kind !== "new" && control.kind !== "change") {
    if (!nameless) return { position, control, content };
    return {
      condition: 101,
      location: `ORC^${position}^2`,
      text: "the order is named by neither accession, filler nor placer order number",
    };
  }
  const modality = findModality({
    ipcModality: order.ipc?.text(5) ?? "",
    serviceSection: order.obr?.text(24) ?? "",
    procedureText: content.procedureText,
    procedureCode: content.procedureCode,
    codingSystem: content.procedureCodingSystem,
    receiver,
    hasImagingSegment: order.ipc !== undefined || order.zds !== undefined,
  });
  const problem = checkOrder(order, content, modality.imaging, position);
  if (problem) return problem;
  noteOddities(order, content.accessionNumber, position, warnings);
  return { position, control, content: { ...content, modality: modality.modality } };
}

function checkOrder(
  order: OrderSegments,
  content: OrderContent,
  imaging: boolean,
  position: number,
): MessageProblem | undefined {
  if (!order.obr) return { condition: 100, location: `OBR^${position}`, text: "the order has no OBR segment" };
  if (content.procedureText === "")
    return { condition: 101, location: `OBR^${position}^4`, text: "OBR-4 (procedure) is missing" };
  if (!imaging) {
    return {
      condition: 103,
      location: `OBR^${position}^24`,
      text: "not an imaging order: neither IPC-5, OBR-24 nor the procedure names an imaging modality",
    };
  }
  if (content.accessionNumber === "" && content.placerOrderNumber === "") {
    return {
      condition: 101,
      location: `OBR^${position}^18`,
      text: "the order has neither an accession number (IPC-1, OBR-18) nor a filler or placer order number",
    };
  }
  // DICOM (0008,0050) is SH, 16 characters; senders go over it and so do their images, but not without end.
  if ((content.accessionNumber || content.placerOrderNumber).length > 64)
    return {
      condition: 102,
      location: `OBR^${position}^18`,
      text: "the accession number is longer than 64 characters",
    };
  return undefined;
}

function noteOddities(order: OrderSegments, accession: string, position: number, warnings: string[]): void {
  const { unknown } = orderPriority(order);
  if (accession === "")
    warnings.push(`order ${position}: no accession number; a new order takes its placer order number`);
  if (unknown !== "") warnings.push(`order ${position}: priority is no code of table 0485 and was read as routine`);
  if (studyInstanceUid(order).wrong !== "")
    warnings.push(`order ${position}: the Study Instance UID is not valid and was left out`);
}

function readContent(
  order: OrderSegments,
  accession: { value: string; from: string },
  profile: SenderProfile,
): OrderContent {
  const { orc, obr, pv1 } = order;
  const who = referring(order);
  return {
    accessionNumber: accession.value,
    accessionFrom: accession.from,
    placerOrderNumber: (order.sharesOrc && obr?.text(2)) || orc?.text(2) || obr?.text(2) || "",
    fillerOrderNumber: (order.sharesOrc && obr?.text(3)) || orc?.text(3) || obr?.text(3) || "",
    procedureCode: obr?.text(4, 1) ?? "",
    procedureCodingSystem: obr?.text(4, 3) ?? "",
    procedureText: obr?.text(4, 2) || obr?.text(4, 5) || obr?.text(4, 1) || "",
    modality: "",
    bodyPart: obr?.text(15, 4, 2) || obr?.text(15, 4) || obr?.text(15, 1, 2) || obr?.text(15, 1) || "",
    laterality: laterality(order),
    priority: orderPriority(order).priority,
    patientClass: pv1?.text(2).toUpperCase() ?? "",
    patientLocation: [1, 2, 3, 4]
      .map((component) => pv1?.text(3, component) ?? "")
      .filter((part) => part !== "")
      .join(" "),
    clinicalQuestion: clinicalQuestion(order),
    studyInstanceUid: studyInstanceUid(order).uid,
    referringName: who.name,
    referringNumber: who.number,
    referringPhone: who.phone,
    visitNumber: pv1?.text(19) ?? "",
    scheduledAt: scheduledAt(order, profile.timeZone),
    orderedAt: orc ? parseTimeStamp(orc.text(9), profile.timeZone) : null,
    remarks: remarksOf(order),
    cleared: clearedFields(order),
  };
}

/** OBR-15.5 (v2.5: specimen source body site modifier, where IHE puts laterality) or a word of the procedure. */
function laterality(order: OrderSegments): string {
  const said = (order.obr?.text(15, 5) || order.obr?.text(15, 6) || "").toUpperCase();
  const known: Record<string, string> = {
    L: "L",
    LEFT: "L",
    LT: "L",
    R: "R",
    RIGHT: "R",
    RT: "R",
    B: "B",
    BILATERAL: "B",
    BI: "B",
  };
  return known[said] ?? "";
}

/** Fields of an order that came as an explicit null: on a change they are emptied, where an empty field means "as it was". */
function clearedFields(order: OrderSegments): string[] {
  const nulls: [string, boolean][] = [
    ["clinicalQuestion", order.obr?.field(31).isNull === true || order.obr?.field(13).isNull === true],
    ["patientLocation", order.pv1?.field(3).isNull === true],
    ["referringPhone", order.orc?.field(14).isNull === true],
    ["scheduledAt", order.obr?.field(36).isNull === true],
    ["bodyPart", order.obr?.field(15).isNull === true],
  ];
  return nulls.filter(([, isNull]) => isNull).map(([field]) => field);
}
