import type { Contradiction } from "./laterality.js";
import { isDenied, isOfRelatives, sentencesOf } from "./sentences.js";

/** Organs of women; adnexa alone is left out, the eye has them too. */
const OF_WOMEN =
  /\b(?:uterus|uterine|uteri|endometri\p{L}*|myometri\p{L}*|ovar(?:y|ies|ian)|fallopian|vagina\p{L}*|vulva\p{L}*|hydrosalpin\p{L}*|gebärmutter\p{L}*|eierst(?:o|ö)ck\p{L}*|ovarien?)\b|\b(?:year[- ]old|yo|y\/o)\s+(?:woman|female|lady|girl)\b|\bPatientin\b/giu;
const OF_MEN =
  /\b(?:prostat(?:e|ic|a)|testic\p{L}*|testis|testes|scrot\p{L}*|epididym\p{L}*|seminal vesicles?|spermatic|penis|penile|hoden\p{L}*|samenblase\p{L}*)\b|\b(?:year[- ]old|yo|y\/o)\s+(?:man|male|gentleman|boy)\b/giu;

/**
 * Words that can't be about this patient: an organ of the other sex, or "65-year-old man" in a woman's report. Denied organs ("no
 * uterus") and relatives ("father had prostate cancer") are left alone, and so is a sex that is neither M nor F.
 */
export function wrongSex(
  sex: string | null,
  sections: readonly { readonly key: string; readonly text: string }[],
): Contradiction[] {
  const wrong = sex === "M" ? OF_WOMEN : sex === "F" ? OF_MEN : null;
  if (!wrong) return [];
  return sections.flatMap(({ key, text }) =>
    sentencesOf(text).flatMap((sentence) =>
      isOfRelatives(sentence.text)
        ? []
        : [...sentence.text.matchAll(wrong)]
            .filter((match) => !isDenied(sentence.text, match.index, match.index + match[0].length))
            .map((match) => ({
              section: key,
              words: match[0],
              start: sentence.start + match.index,
              length: match[0].length,
            })),
    ),
  );
}
