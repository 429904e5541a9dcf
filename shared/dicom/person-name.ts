/**
 * Person names (VR PN, DICOM PS3.5 §6.2.1): up to three representations of one name, separated by `=`; each of five components
 * separated by `^`. All three are kept: dropping the ideographic group is how Japanese patients get mixed up.
 */
export type NameComponents = {
  readonly family: string;
  readonly given: string;
  readonly middle: string;
  readonly prefix: string;
  readonly suffix: string;
};

export type PersonName = {
  readonly alphabetic?: NameComponents;
  readonly ideographic?: NameComponents;
  readonly phonetic?: NameComponents;
};

/** The DICOM JSON form of one name value (PS3.18 §F.2.2): the groups as text, components still joined by `^`. */
export type PersonNameJson = {
  readonly Alphabetic?: string;
  readonly Ideographic?: string;
  readonly Phonetic?: string;
};

function components(group: string | undefined): NameComponents | undefined {
  if (group === undefined) return undefined;
  const [family = "", given = "", middle = "", prefix = "", suffix = ""] = group.split("^").map((part) => part.trim());
  if (family === "" && given === "" && middle === "" && prefix === "" && suffix === "") return undefined;
  return { family, given, middle, prefix, suffix };
}

/** Splits decoded PN text into its groups. Empty groups are left out; an empty name gives `{}`. */
export function parsePersonName(text: string): PersonName {
  const [a, i, p] = text.split("=");
  const alphabetic = components(a);
  const ideographic = components(i);
  const phonetic = components(p);
  return {
    ...(alphabetic === undefined ? {} : { alphabetic }),
    ...(ideographic === undefined ? {} : { ideographic }),
    ...(phonetic === undefined ? {} : { phonetic }),
  };
}

/** Decoded PN text → DICOM JSON value. Trailing empty components (`Doe^Jane^^^`) and padding are dropped. */
export function personNameToJson(text: string): PersonNameJson {
  const groups = text.split("=").map((group) => group.replace(/[\s^]+$/u, "").trimStart());
  return {
    ...(groups[0] ? { Alphabetic: groups[0] } : {}),
    ...(groups[1] ? { Ideographic: groups[1] } : {}),
    ...(groups[2] ? { Phonetic: groups[2] } : {}),
  };
}

/** DICOM JSON value → the `=`-joined text that goes into a dataset. */
export function personNameFromJson(name: PersonNameJson): string {
  return [name.Alphabetic ?? "", name.Ideographic ?? "", name.Phonetic ?? ""].join("=").replace(/=+$/, "");
}

/** How a name is shown in lists: `DOE, Jane`, with the ideographic form after it where there is one. */
export function displayPersonName(name: PersonName): string {
  const first = name.alphabetic === undefined ? "" : displayGroup(name.alphabetic);
  const second = name.ideographic === undefined ? "" : displayGroup(name.ideographic);
  if (first === "") return second === "" && name.phonetic !== undefined ? displayGroup(name.phonetic) : second;
  return second === "" ? first : `${first} (${second})`;
}

function displayGroup(group: NameComponents): string {
  const given = [group.given, group.middle].filter((part) => part !== "").join(" ");
  return [group.family, given].filter((part) => part !== "").join(", ");
}

/** "Dr Julia Lindqvist" as Family^Given^^Prefix: the last word is the family name, a leading title the prefix. */
export function nameOfDisplay(display: string): string {
  const words = display.trim().split(/\s+/);
  const prefix = /^(?:Dr|Prof|PD|Mr|Ms|Mrs)\.?$/i.test(words[0] ?? "") ? words.shift() : "";
  const family = words.pop() ?? "";
  return `${family}^${words.join(" ")}^^${prefix ?? ""}`.replace(/\^+$/, "");
}

/** For matching without regard to case, accents or separators: `"Müller^Änne"` → `"muller anne"`. */
export function foldName(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replace(/[\^=,\s]+/gu, " ")
    .trim();
}
