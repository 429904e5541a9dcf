/** Comparisons of routing fold case and outer blanks. */
export const fold = (text: string): string => text.trim().toLowerCase();
export const same = (a: string, b: string): boolean => fold(a) === fold(b);
export const holds = (values: readonly string[], wanted: string): boolean =>
  values.some((value) => same(value, wanted));

/** Words alone, one blank between and around them: what phrases are looked up in. */
export const asWords = (text: string): string =>
  ` ${text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
    .trim()} `;

/** True where the phrase stands on word boundaries: "head" is in "CT HEAD W/O", not in "overhead". */
export function containsPhrase(text: string, phrase: string): boolean {
  const wanted = asWords(phrase);
  return wanted.trim() !== "" && asWords(text).includes(wanted);
}

/** Phrases by their first word: a text is looked through once, however many phrases there are. */
export class PhraseIndex {
  private readonly byFirstWord = new Map<string, { readonly phrase: string; readonly id: number }[]>();

  add(phrase: string, id: number): void {
    const words = asWords(phrase);
    const first = words.split(" ")[1] ?? "";
    if (first === "") return;
    const list = this.byFirstWord.get(first);
    if (list) list.push({ phrase: words, id });
    else this.byFirstWord.set(first, [{ phrase: words, id }]);
  }

  /** Calls `found` with the id of each phrase in it, once for each of its first words. words: of `asWords`. */
  each(words: string, found: (id: number) => void): void {
    if (this.byFirstWord.size === 0) return;
    for (const word of words.split(" ")) {
      const candidates = this.byFirstWord.get(word);
      if (!candidates) continue;
      for (const { phrase, id } of candidates) if (words.includes(phrase)) found(id);
    }
  }
}
