import type { SubspecialtyMapping } from "../subspecialties.js";
import { asWords, fold, holds, PhraseIndex } from "./text.js";

export interface Found {
  readonly value: string;
  readonly because: string;
}

/** What the mapping looks at. */
export interface ToMap {
  readonly modality: readonly string[];
  readonly procedureCode: readonly string[];
  readonly bodyPart: readonly string[];
  readonly procedureText: string;
}

/** The mapping made ready to be asked often. */
export interface PreparedMapping {
  /** words: the procedure's text as `asWords` gives it. */
  find(facts: ToMap, words: string): Found;
}

const NOTHING: Found = { value: "general", because: "neither code, body part nor text names another subspecialty" };

/** The subspecialty from procedure code, body part, words, in this order of trust over the whole mapping; "general" where none fits. */
export const subspecialtyOf = (facts: ToMap, mapping: readonly SubspecialtyMapping[]): Found =>
  prepareMapping(mapping).find(facts, asWords(facts.procedureText));

export function prepareMapping(mapping: readonly SubspecialtyMapping[]): PreparedMapping {
  const codes = index(mapping.map((entry) => entry.codes));
  const bodyParts = index(mapping.map((entry) => entry.bodyParts));
  const words = wordIndex(mapping);
  const alone = mapping.filter(
    (entry) => entry.modalities.length > 0 && entry.codes.length + entry.bodyParts.length + entry.words.length === 0,
  );
  const isOpen = (entry: SubspecialtyMapping, facts: ToMap) =>
    entry.modalities.length === 0 || entry.modalities.some((modality) => holds(facts.modality, modality));
  const first = (hits: Iterable<Hit>, facts: ToMap): Hit | null => {
    let best: Hit | null = null;
    for (const hit of hits) {
      const entry = mapping[hit.entry];
      if (!entry || (best && (hit.entry > best.entry || (hit.entry === best.entry && hit.place >= best.place))))
        continue;
      if (isOpen(entry, facts)) best = hit;
    }
    return best;
  };
  const answer = (hit: Hit, because: (value: string) => string): Found => ({
    value: mapping[hit.entry]?.subspecialty ?? "general",
    because: because(hit.value),
  });
  return {
    find(facts, text) {
      const code = first(hitsOf(codes, facts.procedureCode), facts);
      if (code) return answer(code, (value) => `the procedure code is ${value}`);
      const part = first(hitsOf(bodyParts, facts.bodyPart), facts);
      if (part) return answer(part, (value) => `the body part is ${value}`);
      const word = first(words(text), facts);
      if (word) return answer(word, (value) => `"${value}" is in the procedure's text`);
      const open = alone.find((entry) => isOpen(entry, facts));
      if (open) return { value: open.subspecialty, because: `the modality is ${facts.modality.join(", ")}` };
      return NOTHING;
    },
  };
}

interface Hit {
  readonly entry: number;
  /** Within the entry's list. */
  readonly place: number;
  readonly value: string;
}

function index(lists: readonly (readonly string[])[]): ReadonlyMap<string, readonly Hit[]> {
  const hits = new Map<string, Hit[]>();
  for (const [entry, list] of lists.entries())
    for (const [place, value] of list.entries())
      hits.set(fold(value), [...(hits.get(fold(value)) ?? []), { entry, place, value }]);
  return hits;
}

function* hitsOf(hits: ReadonlyMap<string, readonly Hit[]>, values: readonly string[]): Iterable<Hit> {
  for (const value of values) if (value !== "") yield* hits.get(fold(value)) ?? [];
}

function wordIndex(mapping: readonly SubspecialtyMapping[]): (text: string) => Hit[] {
  const all: Hit[] = mapping.flatMap(({ words }, entry) => words.map((value, place) => ({ entry, place, value })));
  const phrases = new PhraseIndex();
  for (const [id, { value }] of all.entries()) phrases.add(value, id);
  return (text) => {
    const found: Hit[] = [];
    phrases.each(text, (id) => {
      const hit = all[id];
      if (hit) found.push(hit);
    });
    return found;
  };
}
