import type { Contradiction } from "./laterality.js";
import { isDenied, isOfPastOrDoubt, sentencesOf } from "./sentences.js";

/** Findings that most departments list as critical (ACR Practice Parameter for Communication, categories 1 and 2). */
const CRITICAL =
  /\b(?:(?:intracranial|intracerebral|subarachnoid|subdural|epidural|extradural|parenchymal|acute) (?:h(?:a)?emorrhag\p{L}*|h(?:a)?ematoma\p{L}*)|(?:sub|epi)durales? hämatom\p{L}*|subarachnoidalblutung\p{L}*|(?:acute|large) (?:\p{L}+ )?infarct\p{L}*|(?:large vessel|basilar|m1) occlusion|midline shift|(?:uncal|tonsillar|transtentorial) herniation|tension pneumothorax|pneumothorax|aortic dissection|aortendissektion|(?:ruptured|leaking) (?:\p{L}+ )?aneurysm|pulmonary embol\p{L}*|lungenembolie|pneumoperitoneum|free (?:intraperitoneal )?air|freie luft|(?:testicular|ovarian) torsion|cord compression|cauda equina compression|ectopic pregnancy|(?:mesenteric|bowel) isch(?:a)?emia)\b/giu;

/** What the conclusion states, undenied, of the kind that somebody must be told at once. */
export function criticalWords(section: { readonly key: string; readonly text: string }): Contradiction[] {
  return sentencesOf(section.text).flatMap((sentence) =>
    isOfPastOrDoubt(sentence.text)
      ? []
      : [...sentence.text.matchAll(CRITICAL)]
          .filter((match) => !isDenied(sentence.text, match.index, match.index + match[0].length))
          .map((match) => ({
            section: section.key,
            words: match[0],
            start: sentence.start + match.index,
            length: match[0].length,
          })),
  );
}
