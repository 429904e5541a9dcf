/** Sections that every report has, by the words that templates use for them (English, German); LOINC as in DICOM PS3.20. */
const KINDS: readonly { key: string; loinc: string; words: RegExp }[] = [
  { key: "impression", loinc: "19005-8", words: /^(impression|conclusion|beurteilung|zusammenfassung)\b/i },
  { key: "findings", loinc: "59776-5", words: /^(findings?|befunde?)\b/i },
  { key: "technique", loinc: "55111-9", words: /^(technique|procedure|technik|methodik)\b/i },
  { key: "comparison", loinc: "18834-2", words: /^(comparisons?|vergleich\p{L}*|voruntersuchung\p{L}*)\b/iu },
  { key: "history", loinc: "55752-0", words: /^(history|clinical information|anamnese|klinische angaben|klinik)\b/i },
  { key: "request", loinc: "55115-0", words: /^(request|clinical question|indication|fragestellung|indikation)\b/i },
];

export const sectionKind = (title: string): { key: string; loinc: string } | undefined =>
  KINDS.find(({ words }) => words.test(title.trim()));

/** "Größe (mm)" as a key: letters a–z, digits, hyphens, at most 40, unlike those taken. */
export function keyOf(words: string, taken: ReadonlySet<string>): string {
  const plain = words
    .toLowerCase()
    .replaceAll("ß", "ss")
    .replaceAll("ä", "ae")
    .replaceAll("ö", "oe")
    .replaceAll("ü", "ue")
    .normalize("NFD")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  const base = (/^[a-z]/.test(plain) ? plain : `x-${plain}`).slice(0, 36).replace(/-+$/, "");
  let key = base;
  for (let n = 2; taken.has(key); n++) key = `${base}-${n}`;
  return key;
}
