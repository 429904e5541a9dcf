import type { PatientFacts, PatientIdentifier, PatientName } from "../../features/orders/ports.js";
import type { Repetition, Segment } from "./message.js";
import { parseBirthDate } from "./times.js";

/** Identifier types (HL7 table 0203) that name a patient at the sender, the best first. */
const PATIENT_TYPES = ["MR", "PI", "PT", "PN", ""];
/** Numbers of other kinds: of the insurance, a licence, an account, a visit, a passport, a person who is no patient. */
const OTHER_TYPES =
  /^(?:SS|SN|DL|PPN|AN|ANON|VN|MA|MC|MCN|MI|NH|PNT|TAX|BA|BC|BR|CC|DFN|DI|DN|DR|EI|EN|FI|GI|GN|LN|MD|MS|NE|NPI|RI|RR|SR|SL|TN|UPIN|U|WC|XX|AC|ACSN|AM|DS|EDU|FILL|PLAC|HC)$/;

/** CX.4 as one name: the namespace, else the universal id (HL7 v2.5.1 §2.A.14.4). */
function issuerOf(cx: Repetition, fallback: string): string {
  return cx.text(4, 1) || cx.text(4, 2) || fallback;
}

/**
 * The identifier that is the medical record number: among the repetitions of PID-3 the one typed MR (the site's own issuer
 * preferred), then the other patient types, then an untyped one, then one of a type that the table does not have or that is a
 * nation's or region's own (NI, NNxxx), which is the record number where there is no other. Old senders (before v2.3.1) write it to PID-2 or PID-4.
 */
export function patientIdentifiers(
  pid: Segment,
  siteIssuer: string,
): { chosen: PatientIdentifier | undefined; others: { id: string; issuer: string; type: string }[] } {
  const candidates = [...pid.repetitions(3), ...pid.repetitions(2), ...pid.repetitions(4)]
    .map((cx) => ({ id: cx.text(1), issuer: issuerOf(cx, siteIssuer), type: cx.text(5).toUpperCase() }))
    .filter((candidate) => candidate.id !== "");
  const ranked = candidates
    .filter((candidate) => !OTHER_TYPES.test(candidate.type))
    .map((candidate, order) => ({ candidate, rank: rankOf(candidate, siteIssuer), order }))
    .sort((a, b) => a.rank - b.rank || a.order - b.order);
  const chosen = ranked[0]?.candidate;
  const others = candidates.filter((candidate) => candidate !== chosen);
  return { chosen: chosen && { mrn: chosen.id, issuer: chosen.issuer }, others };
}

function rankOf(candidate: { issuer: string; type: string }, siteIssuer: string): number {
  const known = PATIENT_TYPES.indexOf(candidate.type);
  return (known === -1 ? PATIENT_TYPES.length : known) * 2 + (candidate.issuer === siteIssuer ? 0 : 1);
}

/** HL7 table 0200: alias, maiden, nickname, partner's, pseudonym, tribal, name at birth. */
const OTHER_NAMES = new Set(["A", "M", "N", "P", "S", "T", "B"]);

/**
 * PID-5 to the three DICOM component groups (PS3.5 §6.2.1), each Family^Given^Middle^Prefix^Suffix: HL7 has suffix before prefix.
 * Repetitions are told apart by XPN.8 (A, I, P), and where it is missing by their script; of alphabetic ones the first is the
 * primary (HL7 v2.5.1 §3.4.2.5), unless its type says that it is another kind of name.
 */
export function patientName(pid: Segment): PatientName {
  const names = pid.repetitions(5).filter((xpn) => !xpn.isEmpty && !xpn.isNull);
  const of = (group: "A" | "I" | "P") => names.filter((xpn) => representation(xpn) === group);
  const alphabetic = of("A");
  const primary = alphabetic.find((xpn) => !OTHER_NAMES.has(xpn.text(7).toUpperCase())) ?? alphabetic[0];
  const ideographic = of("I")[0];
  const phonetic = of("P")[0];
  return {
    alphabetic: primary ? personName(primary) : "",
    ...(ideographic ? { ideographic: personName(ideographic) } : {}),
    ...(phonetic ? { phonetic: personName(phonetic) } : {}),
  };
}

function representation(xpn: Repetition): "A" | "I" | "P" {
  const code = xpn.text(8).toUpperCase();
  if (code === "A" || code === "I" || code === "P") return code;
  const text = xpn.text(1) + xpn.text(2);
  if (/\p{Script=Han}|\p{Script=Hangul}/u.test(text)) return "I";
  if (/\p{Script=Hiragana}|\p{Script=Katakana}/u.test(text)) return "P";
  return "A";
}

/** XPN as DICOM PN; empty components at the end are left out (PS3.5 §6.2). "^" and "=" inside a part would change its meaning. */
function personName(xpn: Repetition): string {
  const parts = [1, 2, 3, 5, 4].map((component) =>
    xpn
      .text(component)
      .replace(/[\^=\\\r\n]+/g, " ")
      .trim(),
  );
  return parts.join("^").replace(/\^+$/, "");
}

/** XCN or CN (OBR-16, ORC-12, PV1-8) as "Prefix Given Middle Family Suffix"; "" for an empty one. A free text name is kept whole. */
export function providerName(xcn: Repetition): string {
  const [family, given, middle, suffix, prefix] = [2, 3, 4, 5, 6].map((component) => xcn.text(component));
  const name = [prefix, given, middle, family, suffix].filter((part) => part !== "").join(" ");
  if (name !== "") return name;
  return /\p{L}/u.test(xcn.text(1)) ? xcn.text(1) : "";
}

/** XTN as one dialable text: XTN.1 as sent, XTN.12 unformatted, or built of country, area and local number. */
export function phoneNumber(xtn: Repetition): string {
  if (xtn.text(1) !== "") return xtn.text(1);
  if (xtn.text(12) !== "") return xtn.text(12);
  const [country, area, local, extension] = [5, 6, 7, 8].map((component) => xtn.text(component));
  if (local === "") return "";
  return `${country ? `+${country} ` : ""}${area ? `${area} ` : ""}${local}${extension ? ` ext. ${extension}` : ""}`;
}

export function patientFacts(pid: Segment, siteIssuer: string): PatientFacts | undefined {
  const { chosen, others } = patientIdentifiers(pid, siteIssuer);
  if (!chosen) return undefined;
  const sex = pid.text(8).toUpperCase();
  return {
    ...chosen,
    name: patientName(pid),
    birthDate: parseBirthDate(pid.text(7)),
    sex: sex === "M" || sex === "F" || sex === "O" ? sex : null,
    otherIds: others,
  };
}
