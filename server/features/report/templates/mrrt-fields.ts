import type { Coded, FieldSpec } from "@readroom/shared/crdt/report-fields.js";
import { attribute, childrenOf, type Element, parentOf, textOf } from "./html.js";
import { keyOf } from "./mrrt-words.js";

/** A form element with the words beside it. */
export interface Control {
  readonly element: Element;
  /** The label of this element alone: of a radio button its choice. */
  readonly own: string;
  /** What is asked: the label of the whole. */
  readonly label: string;
}

export const isControl = (element: Element): boolean =>
  ["input", "select", "textarea", "button"].includes(element.tagName);

/** Codes that the template gives beside its form, by element id. */
export type Codes = ReadonlyMap<string, Coded>;

export function codeOf(element: Element, codes: Codes): Coded | null {
  const display = attribute(element, "data-en").slice(0, 200);
  for (const [name, system] of [
    ["data-radlex", "RadLex"],
    ["data-rid", "RadLex"],
    ["data-loinc", "LOINC"],
    ["data-snomed", "SNOMED CT"],
  ] as const) {
    const code = attribute(element, name).trim();
    if (/^(RID\d+|[\w.-]+)$/.test(code)) return { system, code: code.slice(0, 40), display };
  }
  return codes.get(attribute(element, "id")) ?? null;
}

/**
 * The elements that make one field: checkboxes that stand together are one field of several choices; everything else is alone.
 * `alone`: do not gather neighbours (radio buttons are gathered by their name).
 */
export function groupOf(element: Element, root: Element, alone = false): Control[] {
  const asControl = (one: Element): Control => ({ element: one, own: ownLabel(one, root), label: labelOf(one, root) });
  if (alone || attribute(element, "type") !== "checkbox") return [asControl(element)];
  const box = boxOf(element);
  const boxes = box ? controlsIn(box).filter((one) => attribute(one, "type") === "checkbox") : [element];
  return boxes.map(asControl);
}

/** The nearest element around a checkbox that holds several and nothing else that is asked. */
function boxOf(element: Element): Element | null {
  for (let at = parentOf(element), best: Element | null = null; at; at = parentOf(at)) {
    const controls = controlsIn(at);
    const onlyBoxes = controls.every((one) => attribute(one, "type") === "checkbox");
    if (!onlyBoxes || controls.length > 80 || at.tagName === "section" || at.tagName === "body") return best;
    if (controls.length > 1) return at;
    best = null;
  }
  return null;
}

function controlsIn(element: Element): Element[] {
  return childrenOf(element).flatMap((child) => (isControl(child) ? [child] : controlsIn(child)));
}

function ownLabel(element: Element, root: Element): string {
  const id = attribute(element, "id");
  const named = id ? find(root, (one) => one.tagName === "label" && attribute(one, "for") === id) : undefined;
  if (named) return withoutColon(textOf(named));
  for (let at = parentOf(element); at; at = parentOf(at)) {
    if (at.tagName === "label" && controlsIn(at).length === 1) return labelText(at);
  }
  const said = attribute(element, "data-label") || attribute(element, "title");
  if (said || ["radio", "checkbox"].includes(attribute(element, "type"))) return said || attribute(element, "value");
  // Published templates name a field by what it is, and have its label nowhere else.
  const name = attribute(element, "name").trim();
  return name !== id && /\p{L}{3}/u.test(name) ? name : "";
}

/** Words behind a field that a second label of it holds: "mm (normal, 36-56 mm)". */
export function wordsBehind(element: Element, root: Element): string {
  const id = attribute(element, "id");
  const labels = id ? all(root, (one) => one.tagName === "label" && attribute(one, "for") === id) : [];
  return labels.slice(1).map(textOf).join(" ");
}

/** What a field of several lines holds beforehand. */
export const textWithin = (textarea: Element): string =>
  textarea.childNodes
    .map((node) => ("value" in node ? node.value : ""))
    .join("")
    .trim();

const withoutColon = (words: string): string => words.replace(/\s*[:：]\s*$/, "");

function all(element: Element, fits: (element: Element) => boolean): Element[] {
  return [...(fits(element) ? [element] : []), ...childrenOf(element).flatMap((child) => all(child, fits))];
}

const labelText = (label: Element): string => {
  const words = childrenOf(label).find((child) => /lbl/.test(attribute(child, "class")));
  return textOf(words ?? label);
};

/** What is asked: for a choice or a box the words of the group around it, for any other element its own label. */
function labelOf(element: Element, root: Element): string {
  if (!["radio", "checkbox"].includes(attribute(element, "type"))) return ownLabel(element, root);
  for (let at = parentOf(element); at; at = parentOf(at)) {
    if (attribute(at, "aria-label")) return attribute(at, "aria-label");
    const words = childrenOf(at).find((child) =>
      /(^|\s)\S*lbl|col-head|nf-text|region-name/.test(attribute(child, "class")),
    );
    if (words && controlsIn(words).length === 0) {
      const strong = childrenOf(words).find((child) => child.tagName === "strong");
      return textOf(strong ?? words);
    }
    const legend = childrenOf(at).find((child) => child.tagName === "legend" || child.tagName === "summary");
    if (legend) return textOf(legend);
    if (["section", "body", "details"].includes(at.tagName)) break;
  }
  return "";
}

function find(element: Element, fits: (element: Element) => boolean): Element | undefined {
  if (fits(element)) return element;
  for (const child of childrenOf(element)) {
    const found = find(child, fits);
    if (found) return found;
  }
  return undefined;
}

const UNIT = /\s*\(([^()]{1,20})\)\s*$/;
const KINDS: Record<string, FieldSpec["kind"]> = {
  number: "number",
  date: "date",
  text: "text",
  "": "text",
  textarea: "text",
};

/** The field that these elements make, without its condition; null where there is none to make. `section`: its title, for a group that says nothing else. */
export function fieldOf(
  controls: readonly Control[],
  lead: string,
  section: string,
  taken: ReadonlySet<string>,
  codes: Codes,
): FieldSpec | null {
  const first = controls[0];
  if (!first) return null;
  const { element } = first;
  const type = element.tagName === "input" ? attribute(element, "type").toLowerCase() : "";
  const several = type === "radio" || type === "checkbox";
  const asked = first.label || (several && controls.length > 1 ? "" : first.own);
  const bracketed = type === "number" ? (UNIT.exec(asked)?.[1] ?? "") : "";
  const unit = attribute(element, "data-field-units").trim().slice(0, 20) || bracketed;
  const words = bracketed ? asked.replace(UNIT, "") : asked;
  const label =
    [lead, words]
      .filter((part, at, all) => part && (at === 0 || part !== all[0]))
      .join(" – ")
      .slice(0, 200) || (controls.length > 1 ? section.slice(0, 200) : "");
  if (!label) return null;
  const name =
    (type === "radio" ? attribute(element, "name") : attribute(element, "id") || attribute(element, "name")) || label;
  const base = {
    key: keyOf(name, taken),
    label,
    unit,
    required: attribute(element, "required") !== "",
    code: several ? null : codeOf(element, codes),
    showIf: null,
  };
  if (element.tagName === "select" || several) {
    const options = element.tagName === "select" ? optionsOfSelect(element, codes) : optionsOfBoxes(controls, codes);
    if (options.length === 0) return null;
    return {
      ...base,
      kind: type === "checkbox" || attribute(element, "multiple") ? "choices" : "choice",
      options: options.slice(0, 80).map(({ value, text, code }) => ({ value, text, code })),
      normal: options
        .filter(({ chosen }) => chosen)
        .map(({ value }) => value)
        .join("|")
        .slice(0, 400),
    };
  }
  const kind = KINDS[element.tagName === "textarea" ? "textarea" : type];
  if (!kind) return null;
  const normal = element.tagName === "textarea" ? textWithin(element) : attribute(element, "value");
  return { ...base, kind, options: [], normal: normal.slice(0, 400) };
}

interface Option {
  readonly value: string;
  readonly text: string;
  readonly code: Coded | null;
  readonly chosen: boolean;
}

/** What is chosen reads as the longer of what the list shows and what the template sends: one of them is a code or an abbreviation. */
const wordsOf = (value: string, shown: string): string =>
  (/\s/.test(value.trim()) && value.length > shown.length ? value : shown || value).trim().slice(0, 300);

function collect(
  choices: readonly { element: Element; value: string; shown: string; chosen: boolean }[],
  codes: Codes,
): Option[] {
  const taken = new Set<string>();
  return choices.flatMap(({ element, value, shown, chosen }) => {
    // An empty value asks to choose: that is the empty field.
    if (value === "" || !wordsOf(value, shown)) return [];
    const key = keyOf(value, taken);
    taken.add(key);
    return [{ value: key, text: wordsOf(value, shown), code: codeOf(element, codes), chosen }];
  });
}

function optionsOfSelect(select: Element, codes: Codes): Option[] {
  const options = childrenOf(select).flatMap((child) => (child.tagName === "optgroup" ? childrenOf(child) : [child]));
  return collect(
    options.map((element) => {
      const given = element.attrs.find(({ name }) => name === "value");
      const shown = textOf(element);
      return { element, value: given ? given.value : shown, shown, chosen: attribute(element, "selected") !== "" };
    }),
    codes,
  );
}

function optionsOfBoxes(controls: readonly Control[], codes: Codes): Option[] {
  return collect(
    controls.map(({ element, own }) => {
      const boxed = attribute(element, "type") === "checkbox";
      const value = boxed
        ? attribute(element, "value") || attribute(element, "id") || own
        : attribute(element, "value");
      const chosen = element.attrs.some(({ name }) => name === "checked") && value !== "";
      return { element, value: boxed && value === "on" ? own : value, shown: own, chosen };
    }),
    codes,
  );
}
