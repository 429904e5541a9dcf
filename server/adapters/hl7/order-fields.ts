import type {
  MessageProblem,
  OrderContent,
  OrderControl,
  OrderPriority,
  SenderProfile,
} from "../../features/orders/ports.js";
import type { Segment } from "./message.js";
import { phoneNumber, providerName } from "./names.js";
import { parseTimeStamp } from "./times.js";

/** The segments that belong to one order: ORC and what follows up to the next ORC, plus the message's visit. */
export interface OrderSegments {
  readonly orc: Segment | undefined;
  readonly obr: Segment | undefined;
  /** The ORC is that of the OBR before: the numbers in it are the other's. */
  readonly sharesOrc: boolean;
  readonly tq1: Segment | undefined;
  readonly ipc: Segment | undefined;
  readonly zds: Segment | undefined;
  readonly pv1: Segment | undefined;
  readonly notes: readonly Segment[];
  readonly observations: readonly Segment[];
  readonly diagnoses: readonly Segment[];
}

/** HL7 table 0119 (order control codes) as far as a reading service acts on them. */
const CONTROLS: Record<string, OrderControl> = {
  NW: { kind: "new" },
  RO: { kind: "new" },
  CH: { kind: "new" },
  XO: { kind: "change" },
  XX: { kind: "change" },
  CA: { kind: "cancel", reason: "cancelled" },
  OC: { kind: "cancel", reason: "cancelled" },
  DC: { kind: "cancel", reason: "discontinued" },
  OD: { kind: "cancel", reason: "discontinued" },
  RP: { kind: "cancel", reason: "replaced" },
  RU: { kind: "cancel", reason: "replaced" },
  HD: { kind: "hold", held: true },
  OH: { kind: "hold", held: true },
  RL: { kind: "hold", held: false },
  OE: { kind: "hold", held: false },
};

/** HL7 table 0038 (order status), for ORC-1 = SC. */
const STATES: Record<string, "scheduled" | "in_progress" | "completed" | "cancelled"> = {
  SC: "scheduled",
  IP: "in_progress",
  A: "in_progress",
  CM: "completed",
  CA: "cancelled",
  DC: "cancelled",
};

export function orderControl(orc: Segment | undefined, position: number): OrderControl | MessageProblem {
  const code = orc?.text(1).toUpperCase() ?? "";
  const location = `ORC^${position}^1`;
  if (code === "") return { condition: 101, location, text: "ORC-1 (order control) is missing" };
  if (code === "SC" || code === "SR") {
    const state = STATES[orc?.text(5).toUpperCase() ?? ""];
    if (state) return { kind: "status", state };
    return {
      condition: 103,
      location: `ORC^${position}^5`,
      text: "ORC-5 (order status) is not one of SC, IP, A, CM, CA, DC",
    };
  }
  return CONTROLS[code] ?? { condition: 103, location, text: `order control code ${printable(code)} is not supported` };
}

/** HL7 tables 0485 and 0027: what is read sooner than routine. A word that the table does not know says nothing. */
const PRIORITIES: Record<string, OrderPriority> = {
  S: "stat",
  ST: "stat",
  STAT: "stat",
  A: "urgent",
  ASAP: "urgent",
  UR: "urgent",
  URGENT: "urgent",
  T: "urgent",
  P: "urgent",
  C: "urgent",
  CALL: "urgent",
  R: "routine",
  ROUTINE: "routine",
  PRN: "routine",
};

/** TQ1-9 (v2.5 on), ORC-7.6 and OBR-27.6 (quantity/timing before it), OBR-5 (v2.2): the first that says something. */
export function orderPriority(order: OrderSegments): { priority: OrderPriority | ""; unknown: string } {
  const said = [order.tq1?.text(9), order.orc?.text(7, 6), order.obr?.text(27, 6), order.obr?.text(5)];
  for (const value of said) {
    const known = PRIORITIES[(value ?? "").toUpperCase()];
    if (known) return { priority: known, unknown: "" };
  }
  return { priority: "", unknown: said.find((value) => value !== undefined && value !== "") ?? "" };
}

type AccessionSource = NonNullable<SenderProfile["accessionFrom"]>;

const readAccession: Record<AccessionSource, (order: OrderSegments) => string> = {
  "OBR-18": (order) => order.obr?.text(18) ?? "",
  "IPC-1": (order) => order.ipc?.text(1) ?? "",
  "OBR-3": (order) => order.obr?.text(3) || order.orc?.text(3) || "",
  "OBR-2": (order) => order.obr?.text(2) || order.orc?.text(2) || "",
};

/**
 * The accession number: where the site says, else IPC-1 for OMI (IHE RAD TF-2 §4.4.4.1.2) and OBR-18 for ORM (§4.4.4.1.2.1.2), each
 * standing in for the other, else the filler order number, which is what a RIS without the IHE profile uses.
 */
export function accessionNumber(
  order: OrderSegments,
  isOmi: boolean,
  profile: SenderProfile,
): { value: string; from: string } {
  const usual: AccessionSource[] = isOmi ? ["IPC-1", "OBR-18", "OBR-3"] : ["OBR-18", "IPC-1", "OBR-3"];
  const sources =
    profile.accessionFrom === null
      ? usual
      : [profile.accessionFrom, ...usual.filter((s) => s !== profile.accessionFrom)];
  for (const from of sources) {
    const value = readAccession[from](order);
    if (value !== "") return { value, from };
  }
  return { value: "", from: "" };
}

/** OBX-3 of what some systems send instead of OBR-31: by LOINC (18785-6 reason for study, 55752-0 clinical information) or in words. */
const ASKS = /^(18785-6|55752-0)$|reason for (study|exam)|indication|clinical (information|history|question)/i;
const asksOf = (obx: Segment): boolean => ASKS.test(obx.text(3, 1)) || ASKS.test(obx.text(3, 2));

/** OBR-31 (reason for study), OBR-13 (relevant clinical information), OBX that ask, DG1, then notes: one text, nothing said twice. */
export function clinicalQuestion(order: OrderSegments): string {
  const coded = (segment: Segment | undefined, field: number) =>
    (segment?.repetitions(field) ?? []).map((ce) => ce.text(2) || ce.text(5) || ce.text(1));
  const free = (segment: Segment | undefined, field: number) =>
    (segment?.repetitions(field) ?? []).map((st) => st.whole);
  const lines = [
    ...coded(order.obr, 31),
    ...free(order.obr, 13),
    ...coded(order.orc, 16),
    ...order.observations.filter(asksOf).flatMap((obx) => free(obx, 5)),
    ...order.diagnoses.map((dg1) => dg1.text(4) || dg1.text(3, 2) || dg1.text(3, 1)),
    ...order.notes.flatMap((nte) => free(nte, 3)),
  ];
  return [...new Set(lines.map((line) => line.trim()).filter((line) => line !== ""))].join("\n");
}

/** OBX that come with an order (weight, height, creatinine, allergies): label and value with unit, for the reader's eyes. */
export function remarksOf(order: OrderSegments): OrderContent["remarks"] {
  return order.observations
    .filter((obx) => !["ED", "RP"].includes(obx.text(2).toUpperCase()) && !asksOf(obx))
    .map((obx) => {
      const label = obx.text(3, 2) || obx.text(3, 1);
      const coded = ["CE", "CWE", "CNE", "CF"].includes(obx.text(2).toUpperCase());
      const values = obx.repetitions(5).map((value) => (coded ? value.text(2) || value.text(1) : value.whole));
      return { label, text: [values.join(", "), obx.text(6)].filter((part) => part !== "").join(" ") };
    })
    .filter((remark) => remark.text !== "");
}

/** PV1-8 (referring) and, before it, who ordered: OBR-16 or ORC-12, with their number there (XCN.1); to be rung at ORC-14 or OBR-17. */
export function referring(order: OrderSegments): { name: string; number: string; phone: string } {
  const providers = [
    ...(order.orc?.repetitions(12) ?? []),
    ...(order.obr?.repetitions(16) ?? []),
    ...(order.pv1?.repetitions(8) ?? []),
  ];
  const phones = [...(order.orc?.repetitions(14) ?? []), ...(order.obr?.repetitions(17) ?? [])];
  const who = providers.find((provider) => providerName(provider) !== "");
  return {
    name: who ? providerName(who) : "",
    number: who?.text(1).trim() ?? "",
    phone: phones.map(phoneNumber).find((phone) => phone !== "") ?? "",
  };
}

/** IPC-3 or ZDS-1 (IHE RAD TF-2 §4.4.4.1.2): the Study Instance UID that the order filler gave out. */
export function studyInstanceUid(order: OrderSegments): { uid: string; wrong: string } {
  const said = order.ipc?.text(3) || order.zds?.text(1) || "";
  const isUid = /^[0-9]+(?:\.[0-9]+)*$/.test(said) && said.length <= 64;
  return isUid ? { uid: said, wrong: "" } : { uid: "", wrong: said };
}

/** OBR-36 (scheduled), TQ1-7, ORC-7.4, OBR-27.4 (start), then OBR-6 (requested, v2.2). */
export function scheduledAt(order: OrderSegments, timeZone: string): number | null {
  const said = [
    order.obr?.text(36),
    order.tq1?.text(7),
    order.orc?.text(7, 4),
    order.obr?.text(27, 4),
    order.obr?.text(6),
  ];
  for (const stamp of said) {
    const at = stamp ? parseTimeStamp(stamp, timeZone) : null;
    if (at !== null) return at;
  }
  return null;
}

/** Text of one field shown in an answer: bounded, and no control characters. */
export function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?").slice(0, 40);
}
