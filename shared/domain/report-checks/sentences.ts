/** A sentence of a report's section, with where it begins in the section's text (UTF-16 units). */
export interface Sentence {
  readonly text: string;
  readonly start: number;
}

/** Sentences end at a full stop, question or exclamation mark before white space, at a semicolon and at a line's end; "1.5 cm" does not end one. */
export function sentencesOf(text: string): Sentence[] {
  const sentences: Sentence[] = [];
  let start = 0;
  const close = (end: number): void => {
    const piece = text.slice(start, end);
    if (piece.trim()) sentences.push({ text: piece, start });
    start = end;
  };
  for (const mark of text.matchAll(/[.!?](?=\s|$)|[;\n]/g)) close(mark.index + 1);
  close(text.length);
  return sentences;
}

const BEFORE =
  /\b(?:no|not|non|never|without|absent|absence of|negative for|free of|rules? out|ruled out|excludes?|excluding|denies|kein|keine|keinen|keiner|keines|keinem|ohne|nicht|ausschluss|unauffällig)\b/giu;
const AFTER =
  /^(?:[\s,]+[\p{L}-]+){0,4}?[\s,]+(?:not (?:seen|identified|present|visible|demonstrated|excluded here)|absent|excluded|ruled out|negative|removed|resected|ausgeschlossen|nicht (?:nachweisbar|abgrenzbar|erkennbar|darstellbar))\b/iu;
/** Words that end the reach of a "no": "no effusion but a pneumothorax". */
const TURN = /\b(?:but|however|although|except|apart from|aber|jedoch|sondern|bis auf)\b/iu;
/** How many words before a term a negation reaches: lists such as "no fracture, effusion, or pneumothorax" are within it. */
const REACH = 8;

/** Is the term at `from`–`to` denied in its sentence? After NegEx (Chapman et al. 2001): a trigger before it within reach, or one right behind. */
export function isDenied(sentence: string, from: number, to: number): boolean {
  const lead = sentence.slice(0, from);
  const last = [...lead.matchAll(BEFORE)].at(-1);
  if (last) {
    const between = lead.slice(last.index + last[0].length);
    if (!TURN.test(between) && between.trim().split(/\s+/).length <= REACH) return true;
  }
  return AFTER.test(sentence.slice(to));
}

/** Does the sentence speak of earlier times, of what is known or unchanged, or of a question? */
export const isOfPastOrDoubt = (sentence: string): boolean =>
  /\b(?:history|status post|s\/p|previous(?:ly)?|prior|known|chronic|old|resolved|healed|unchanged|unverändert\p{L}*|st\.? ?p\.?|zustand nach|z\.? ?n\.?|bekannte[rsnm]?|anamnes\p{L}*)\b/iu.test(
    sentence,
  );

export const isOfRelatives = (sentence: string): boolean =>
  /\b(?:family|familial|father|mother|brother|sister|husband|wife|son|daughter|vater|mutter|bruder|schwester|familie\p{L}*)\b/iu.test(
    sentence,
  );
