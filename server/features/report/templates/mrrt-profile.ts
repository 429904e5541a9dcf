import type { Coded } from "@readroom/shared/crdt/report-fields.js";
import { attribute, childrenOf, type Element } from "./html.js";

/** What an MRRT template says of itself in its `template_attributes` (IHE RAD TF-3 §4.105.4.1.3.3): XML inside a script that is not run. */
export interface TemplateAttributes {
  /** DICOM modality; "" where no term names one. */
  readonly modality: string;
  /** The one body part that its terms name, in capitals; "" where none or several. */
  readonly bodyPart: string;
  /** Codes of fields and of their choices, by the element's id (`coded_content`, ORIGTXT). */
  readonly codes: ReadonlyMap<string, Coded>;
}

const MODALITIES: readonly (readonly [RegExp, string])[] = [
  [/positron/i, "PT"],
  [/computed tomography/i, "CT"],
  [/magnetic resonance/i, "MR"],
  [/mammogra/i, "MG"],
  [/ultraso/i, "US"],
  [/fluorosco/i, "RF"],
  [/angiogra/i, "XA"],
  [/nuclear medicine|scintigra|single photon/i, "NM"],
  [/radiogra|x-ray/i, "DX"],
];

/**
 * Read by patterns: published templates hide this XML in a comment and leave its `code` elements open, which no XML reader takes and
 * which an HTML reader nests one in the other.
 */
export function attributesOf(root: Element): TemplateAttributes {
  const xml = scriptsOf(root).find((text) => /<template_attributes[\s>]/i.test(text)) ?? "";
  const [general = "", content = ""] = xml.split(/<coded_content[\s>]/i, 2);
  const terms = [...general.matchAll(/<term\b([^>]*)>(.*?)<\/term>/gis)].map(([, head = "", body = ""]) => ({
    type: given(head, "type").toLowerCase(),
    meaning: given(body, "meaning"),
  }));
  const parts = new Set(
    terms.flatMap(({ type, meaning }) => (/body/.test(type) && meaning ? [meaning.toUpperCase().slice(0, 40)] : [])),
  );
  const entries = [...content.matchAll(/<entry\b([^>]*)>(.*?)<\/entry>/gis)].flatMap(([, head = "", body = ""]) => {
    const code = codeIn(body);
    const id = given(head, "ORIGTXT");
    return code && id ? [[id, code] as const] : [];
  });
  return {
    modality: terms.map(({ meaning }) => modalityIn(meaning)).find((modality) => modality !== "") ?? "",
    bodyPart: parts.size === 1 ? ([...parts][0] ?? "") : "",
    codes: new Map(entries),
  };
}

const modalityIn = (meaning: string): string => MODALITIES.find(([words]) => words.test(meaning))?.[1] ?? "";

/** The first code of LOINC, which results are exchanged in, else the first. */
function codeIn(xml: string): Coded | null {
  const codes = [...xml.matchAll(/<code\b([^>]*)>/gi)].flatMap(([, text = ""]): Coded[] => {
    const [code, scheme] = [given(text, "value"), given(text, "scheme")];
    if (!code || !scheme) return [];
    return [{ system: systemOf(scheme), code: code.slice(0, 40), display: given(text, "meaning").slice(0, 200) }];
  });
  return codes.find(({ system }) => system === "LOINC") ?? codes[0] ?? null;
}

function systemOf(scheme: string): string {
  if (/^radlex$/i.test(scheme)) return "RadLex";
  if (/^(loinc|ln)$/i.test(scheme)) return "LOINC";
  return /^(snomed|sct)/i.test(scheme) ? "SNOMED CT" : scheme.slice(0, 40);
}

const given = (attributes: string, name: string): string =>
  new RegExp(`\\b${name}\\s*=\\s*"([^"]*)"`, "i").exec(attributes)?.[1]?.trim() ?? "";

function scriptsOf(element: Element): string[] {
  if (element.tagName === "script" && /xml/i.test(attribute(element, "type")))
    return [element.childNodes.map((node) => ("value" in node ? node.value : "")).join("")];
  return childrenOf(element).flatMap(scriptsOf);
}

/** How deep a section of the profile says that it is (`<header class="level2">`); null where it does not. */
export function levelOf(section: Element): number | null {
  const header = childrenOf(section).find((child) => child.tagName === "header");
  const level = header && /level(\d)/.exec(attribute(header, "class"))?.[1];
  return level ? Number(level) : null;
}
