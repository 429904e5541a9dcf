import type { SectionSpec } from "@readroom/shared/crdt/report.js";
import { FIELD_VALUE_MAX, type FieldSpec } from "@readroom/shared/crdt/report-fields.js";
import { parse } from "parse5";
import { attribute, childrenOf, type Element, textOf } from "./html.js";
import { type Control, codeOf, fieldOf, groupOf, isControl, textWithin, wordsBehind } from "./mrrt-fields.js";
import { attributesOf, levelOf, type TemplateAttributes } from "./mrrt-profile.js";
import { keyOf, sectionKind } from "./mrrt-words.js";

export interface ImportedTemplate {
  readonly name: string;
  readonly modality: string;
  readonly bodyPart: string;
  readonly source: string;
  readonly sections: SectionSpec[];
  /** What was left out or could not be understood, in words. */
  readonly notes: string[];
}

interface Place {
  /** Words of the headings inside the section: they lead the label, so that no heading is left standing alone. So do the titles in `path`. */
  readonly lead: string;
  readonly showIf: FieldSpec["showIf"];
  /** Titles of the profile's sections inside the report's section, from the outer one in; null outside of the profile's sections. */
  readonly path: readonly string[] | null;
}

interface Section {
  readonly key: string;
  readonly title: string;
  readonly lines: string[];
  readonly fields: FieldSpec[];
  /** Free text of its own: it is there, though nothing stands in it. */
  free: boolean;
}

/**
 * Reads an MRRT template (IHE RAD TF-3 §4.105; HTML5 with coded form fields): metadata, sections, fields with their codes, pick lists,
 * values chosen beforehand as "normal", conditional parts (`data-show-if`). Nothing in it is run. What is not understood is told.
 */
export function readMrrt(html: string): ImportedTemplate {
  return new Reader(parse(html) as unknown as Element).template();
}

class Reader {
  readonly #root: Element;
  readonly #attributes: TemplateAttributes;
  readonly #sections: Section[] = [];
  readonly #keys = new Set<string>();
  readonly #renamed = new Map<string, string>();
  readonly #notes = new Map<string, string[]>();
  readonly #done = new Set<Element>();
  readonly #conditions: { field: FieldSpec; source: string }[] = [];
  #concluded = false;
  #groups = new Map<string, Control[]>();

  constructor(root: Element) {
    this.#root = root;
    this.#attributes = attributesOf(root);
  }

  template(): ImportedTemplate {
    const meta = this.#meta();
    this.#collectRadios(this.#root);
    const body = this.#find(this.#root, "body") ?? this.#root;
    this.#walk(body, { lead: "", showIf: null, path: null });
    this.#settleConditions();
    const sections = this.#sections.filter(({ lines, free }) => lines.length > 0 || free);
    if (sections.length === 0) this.#note("form", "it has no fields and no sections");
    return {
      name: (meta.get("dcterms.title") || textOf(this.#find(this.#root, "title")) || "Imported template").slice(0, 120),
      modality: modalityOf(meta.get("rrt:modality") ?? meta.get("dcterms.subject") ?? this.#attributes.modality),
      bodyPart: (meta.get("rrt:bodyregion")?.split(/[;,]/)[0]?.trim().toUpperCase() || this.#attributes.bodyPart).slice(
        0,
        40,
      ),
      source: (meta.get("dcterms.identifier") ?? "").slice(0, 200),
      sections: this.#withImpression(sections),
      notes: [...this.#notes].map(([what, which]) => sentence(what, which)).slice(0, 100),
    };
  }

  #meta(): Map<string, string> {
    const found = new Map<string, string>();
    this.#each(this.#root, (element) => {
      const name = element.tagName === "meta" ? attribute(element, "name") : "";
      if (name && !found.has(name)) found.set(name, attribute(element, "content").trim());
    });
    return found;
  }

  #withImpression(sections: readonly Section[]): SectionSpec[] {
    const specs: SectionSpec[] = sections.slice(0, 39).map(({ key, title, lines, fields }) => {
      const kind = sectionKind(title);
      return {
        key,
        title: title.slice(0, 120),
        loinc: kind?.loinc ?? "",
        normalText: lines.join("\n").slice(0, 8000),
        required: key === "impression",
        ...(fields.length > 0 ? { fields } : {}),
      };
    });
    const last = sections.length > 39 ? sections.slice(39).map(({ title }) => title) : [];
    for (const title of last) this.#note("more than 40 sections", title);
    if (!specs.some(({ key }) => key === "impression")) {
      const german = this.#language().startsWith("de");
      specs.push({
        key: "impression",
        title: german ? "Beurteilung" : "Impression",
        loinc: "19005-8",
        normalText: "",
        required: true,
      });
      if (!this.#concluded)
        this.#note("no section for the conclusion: one was added", german ? "Beurteilung" : "Impression");
    }
    return specs;
  }

  #language(): string {
    return attribute(this.#find(this.#root, "html") ?? this.#root, "lang").toLowerCase();
  }

  #walk(element: Element, place: Place): void {
    let here = place;
    for (const child of childrenOf(element)) {
      if (this.#done.has(child)) continue;
      const inside = { ...here, showIf: this.#conditionOf(child) ?? here.showIf };
      const name = child.tagName;
      if (name === "script" || name === "style") {
        const isData = /xml/i.test(attribute(child, "type"));
        if (name === "script" && !isData) this.#note("scripts are not run", attribute(child, "type") || "script");
      } else if (name === "header" && attribute(element, "data-section-name")) continue;
      else if (name === "h1" || hasClass(child, /doc-sub|h2-sub|rl-badge/)) continue;
      else if (name === "h2" || (name === "header" && /level1/.test(attribute(child, "class")))) {
        this.#begin(textOf(child));
        here = { ...here, lead: "" };
      } else if (
        name === "section" &&
        (attribute(child, "data-section-name") || attribute(child, "data-organ-label"))
      ) {
        const organ = attribute(child, "data-organ-label");
        if (organ) this.#walk(child, { ...inside, lead: organ });
        else this.#walk(child, { ...inside, lead: "", path: this.#enter(child, place.path) });
      } else if (name === "details" || name === "fieldset" || hasClass(child, /(^|\s)rr-region(\s|$)/)) {
        this.#walk(child, { ...inside, lead: titleWithin(child) || here.lead });
      } else if (/^h[3-6]$/.test(name) || hasClass(child, /col-head|region-name/)) {
        here = { ...here, lead: textOf(child) };
      } else if (name === "summary" || name === "legend") continue;
      else if (name === "table") this.#table(child, inside);
      else if (isControl(child)) this.#control(child, inside);
      else if (place.path && /^(p|div|li)$/.test(name) && !hasControl(child)) this.#words(textOf(child));
      else this.#walk(child, inside);
    }
  }

  /**
   * A section of the profile: of the report where it stands alone or is of a kind that every report has, else a part of the one around
   * it. Published templates leave sections open: how deep one is says its header.
   */
  #enter(section: Element, outer: readonly string[] | null): readonly string[] {
    const title = attribute(section, "data-section-name").trim();
    const level = levelOf(section);
    if (outer === null || level === 1 || sectionKind(title)) {
      this.#begin(title);
      return [];
    }
    return [...(level === null ? outer : outer.slice(0, Math.max(0, level - 2))), title];
  }

  #words(text: string): void {
    if (text) this.#sections.at(-1)?.lines.push(text.replaceAll("{{", "{ {").slice(0, 1000));
  }

  #table(table: Element, place: Place): void {
    this.#note("tables become lines", place.lead || textOf(childrenOf(table)[0]).slice(0, 60) || "table");
    this.#walk(table, place);
  }

  #begin(title: string): void {
    const kind = sectionKind(title);
    const known = kind && this.#sections.find(({ key }) => key === kind.key);
    if (known) {
      // Sections of the same kind ("Befund" twice): the later one goes on in the first.
      this.#sections.push(...this.#sections.splice(this.#sections.indexOf(known), 1));
      return;
    }
    const key = kind?.key ?? keyOf(title, new Set(this.#sections.map((one) => one.key)));
    this.#sections.push({ key, title: title || "Report", lines: [], fields: [], free: false });
  }

  #control(element: Element, place: Place): void {
    const source = attribute(element, "data-ris-source");
    const control = this.#groups.get(groupName(element)) ?? groupOf(element, this.#root);
    for (const part of control) this.#done.add(part.element);
    const first = control[0];
    if (!first) return;
    if (source) return this.#note("filled from the order and the signature, left out", first.label || source);
    if (
      attribute(element, "type") === "hidden" ||
      attribute(element, "readonly") ||
      attribute(element, "data-ai-role") === "suggestion"
    )
      return this.#note("filled by a program that the hub does not have, left out", first.label);
    if (["button", "submit", "reset"].includes(attribute(element, "type")) || element.tagName === "button")
      return this.#note("buttons do nothing here, left out", textOf(element) || attribute(element, "value"));
    if (this.#sections.length === 0) this.#begin(this.#language().startsWith("de") ? "Befund" : "Findings");
    const section = this.#sections.at(-1);
    if (!section) return;
    // The conclusion is free text: it is the section itself, not a field in it.
    if (element.tagName === "textarea" && [section.title, first.label, attribute(element, "id")].some(isConclusion)) {
      this.#concluded = true;
      return this.#words(textWithin(element));
    }
    // So is the only text of a section of the profile that names nothing in it.
    if (element.tagName === "textarea" && place.path?.length === 0 && isUnasked(control, section)) {
      section.free = true;
      return this.#words(textWithin(element));
    }
    const lead = place.path?.length ? place.path.join(" – ") : place.lead;
    const field = fieldOf(control, lead, section.title, this.#keys, this.#attributes.codes);
    if (!field) return this.#note("not understood", first.label || attribute(element, "id") || element.tagName);
    if (section.fields.length >= 200) return this.#note("more than 200 fields in a section", field.label);
    if (element.tagName === "textarea")
      this.#note(`long texts are one line of at most ${FIELD_VALUE_MAX} characters`, field.label);
    this.#keys.add(field.key);
    const id =
      attribute(element, "type") === "radio"
        ? attribute(element, "name")
        : attribute(element, "id") || attribute(element, "name");
    this.#renamed.set(id, field.key);
    const code = field.code ?? codeOf(element, this.#attributes.codes);
    const { unit, words } = behind(field.unit, wordsBehind(element, this.#root));
    const made: FieldSpec = { ...field, unit, code, showIf: null };
    if (place.showIf)
      this.#conditions.push({ field: made, source: `${place.showIf.field}=${place.showIf.is.join("|")}` });
    section.fields.push(made);
    section.lines.push(`${field.label}: {{${field.key}}}${words ? ` ${words.replaceAll("{{", "{ {")}` : ""}`);
  }

  /** `data-show-if="vgl=yes"`: names and values as the template has them; resolved when all fields are known. */
  #conditionOf(element: Element): FieldSpec["showIf"] {
    const condition = /^\s*([\w-]+)\s*=\s*(.+?)\s*$/.exec(attribute(element, "data-show-if"));
    if (!condition?.[1] || !condition[2]) return null;
    return { field: condition[1], is: condition[2].split(/[|,]/).map((value) => value.trim()) };
  }

  #settleConditions(): void {
    const all = new Map(this.#sections.flatMap(({ fields }) => fields.map((field) => [field.key, field] as const)));
    for (const { field, source } of this.#conditions) {
      const [name = "", values = ""] = source.split("=");
      const other = all.get(this.#renamed.get(name) ?? "");
      const is = values.split("|").flatMap((value) => {
        const wanted = keyOf(value, new Set());
        return other?.options.some((option) => option.value === wanted) ? [wanted] : [];
      });
      const section = this.#sections.find(({ fields }) => fields.includes(field));
      if (!other || is.length === 0 || !section)
        this.#note("a condition that was not understood", `${field.label} (${source})`);
      else section.fields[section.fields.indexOf(field)] = { ...field, showIf: { field: other.key, is } };
    }
  }

  #collectRadios(root: Element): void {
    const groups = new Map<string, Element[]>();
    this.#each(root, (element) => {
      const name = groupName(element);
      if (name) groups.set(name, [...(groups.get(name) ?? []), element]);
    });
    this.#groups = new Map(
      [...groups].map(([name, elements]) => [name, elements.flatMap((one) => groupOf(one, this.#root, true))]),
    );
  }

  #each(element: Element, see: (element: Element) => void): void {
    see(element);
    for (const child of childrenOf(element)) this.#each(child, see);
  }

  #find(element: Element, name: string): Element | undefined {
    if (element.tagName === name) return element;
    for (const child of childrenOf(element)) {
      const found = this.#find(child, name);
      if (found) return found;
    }
    return undefined;
  }

  #note(what: string, which: string): void {
    const known = this.#notes.get(what) ?? [];
    if (which && !known.includes(which)) known.push(which);
    this.#notes.set(what, known);
  }
}

const hasControl = (element: Element): boolean =>
  isControl(element) || childrenOf(element).some((child) => hasControl(child));

const isUnasked = ([first]: readonly Control[], section: Section): boolean =>
  !first?.label || first.label.toLowerCase() === section.title.toLowerCase();

/** The unit at the head of what stands behind a field, and the rest of it: "mm (normal, 36-56 mm)". */
function behind(unit: string, text: string): { unit: string; words: string } {
  if (unit)
    return { unit, words: (text.toLowerCase().startsWith(unit.toLowerCase()) ? text.slice(unit.length) : text).trim() };
  const [first = "", ...rest] = text.split(" ");
  return /^[\p{L}%µ°][\p{L}\d/%²³·.^]{0,11}$/u.test(first) &&
    first.length <= 12 &&
    (rest.length === 0 || rest[0]?.startsWith("("))
    ? { unit: first, words: rest.join(" ") }
    : { unit: "", words: text };
}

/** XR is RadLex's word for what DICOM calls CR and DX. */
function modalityOf(words: string): string {
  const first = words.split(/[;,]/)[0]?.trim().toUpperCase().slice(0, 16) ?? "";
  return first === "XR" ? "DX" : first;
}

const isConclusion = (words: string): boolean => sectionKind(words)?.key === "impression" || /^beurt/i.test(words);

const hasClass = (element: Element, which: RegExp): boolean => which.test(attribute(element, "class"));

const groupName = (element: Element): string =>
  element.tagName === "input" && attribute(element, "type") === "radio" ? attribute(element, "name") : "";

/** Title of a group: its summary, legend, or the name in its head. */
function titleWithin(element: Element): string {
  for (const child of childrenOf(element)) {
    if (child.tagName === "summary" || child.tagName === "legend") return textOf(child);
    if (hasClass(child, /region-name/)) return textOf(child);
    if (hasClass(child, /region-head|nf-text/)) {
      const strong = childrenOf(child).find((one) => one.tagName === "strong" || hasClass(one, /region-name/));
      return textOf(strong ?? child);
    }
  }
  return "";
}

function sentence(what: string, which: readonly string[]): string {
  const shown = which.slice(0, 6).map((one) => one.slice(0, 60));
  const more = which.length > 6 ? ` and ${which.length - 6} more` : "";
  const words = what.charAt(0).toUpperCase() + what.slice(1);
  return `${words}${shown.length > 0 ? `: ${shown.join(", ")}${more}` : ""}.`.slice(0, 400);
}
