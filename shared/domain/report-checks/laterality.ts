import { isDenied, sentencesOf } from "./sentences.js";

export type Side = "left" | "right";
export const otherSide = (side: Side): Side => (side === "left" ? "right" : "left");

const SIDE =
  /\b(?:(left|lt|linke[rsnm]?|links|linksseitig\p{L}*|li(?=\.))|(right|rt|rechte[rsnm]?|rechts|rechtsseitig\p{L}*|re(?=\.)))(?![\p{L}])/giu;
/** "left the department", "left in place", "right away": no side of a body. */
const NO_SIDE =
  /^(?:left (?:the (?:department|hospital|room)|in (?:place|situ)|behind|untreated|over)|right (?:away|now))\b/iu;
const BOTH = /\b(?:both|bilateral\p{L}*|beid(?:e|er|en|seits|seitig\p{L}*)|left and right|right and left)\b/iu;
const COMPARED =
  /\b(?:compar\p{L}*|contralateral\p{L}*|unlike|opposite|other side|vergleich\p{L}*|gegenseit\p{L}*)\b/iu;

interface Mention {
  readonly side: Side;
  readonly from: number;
  readonly to: number;
}

function mentionsOf(text: string): Mention[] {
  return [...text.matchAll(SIDE)].flatMap((match) =>
    NO_SIDE.test(text.slice(match.index))
      ? []
      : [
          {
            side: match[1] ? ("left" as const) : ("right" as const),
            from: match.index,
            to: match.index + match[0].length,
          },
        ],
  );
}

/** Parts that have a side, by the limb that they belong to: an order for a left knee says nothing about a right femur. */
const LIMBS: readonly RegExp[] = [
  /\b(?:hips?|thigh|femur\p{L}*|femoral|knees?|patell\p{L}*|menisc\p{L}*|tibia\p{L}*|fibula\p{L}*|calf|lower leg|ankles?|foot|feet|toes?|calcane\p{L}*|hüft\p{L}*|knie\p{L}*|oberschenkel\p{L}*|unterschenkel\p{L}*|sprunggelenk\p{L}*|fuß\p{L}*|fuss\p{L}*)\b/iu,
  /\b(?:shoulders?|humer\p{L}*|elbows?|forearm|radius|ulna\p{L}*|wrists?|hands?|fingers?|thumbs?|scaphoid\p{L}*|clavic\p{L}*|schulter\p{L}*|ellenbogen\p{L}*|unterarm\p{L}*|handgelenk\p{L}*|daumen)\b/iu,
  /\b(?:breasts?|mamma\p{L}*|brust)\b/iu,
  /\b(?:kidneys?|renal|ureter\p{L}*|niere\p{L}*)\b/iu,
  /\b(?:eyes?|orbit\p{L}*|auge\p{L}*)\b/iu,
];

export interface OrderedPlace {
  /** Words of the order and the images: "MR Knee left". */
  readonly procedure: string;
  /** As the order codes it: "L", "R", "LEFT"; "" where it says nothing. */
  readonly laterality: string;
}

/** The one side that was ordered, and the limb it is of; null where the order names none or both. */
export function orderedSide({ procedure, laterality }: OrderedPlace): { side: Side; limb: RegExp } | null {
  const limb = LIMBS.find((one) => one.test(procedure));
  if (!limb || BOTH.test(procedure)) return null;
  const coded = /^(?:l|left|7771000)$/iu.test(laterality.trim())
    ? "left"
    : /^(?:r|right|24028007)$/iu.test(laterality.trim())
      ? "right"
      : null;
  const named = new Set(mentionsOf(procedure).map(({ side }) => side));
  // "MR Knee R": a lone capital behind the part.
  for (const [, letter] of procedure.matchAll(/\b([LR])\b(?!\d)/g)) named.add(letter === "L" ? "left" : "right");
  const side = coded ?? (named.size === 1 ? [...named][0] : null);
  return side ? { side, limb } : null;
}

export interface Contradiction {
  readonly section: string;
  /** The words themselves: "right knee". */
  readonly words: string;
  readonly start: number;
  readonly length: number;
}

/** How many words may stand between a side and what it is the side of: "right medial femoral condyle". */
const NEAR = /^(?:[\s,]+[\p{L}-]+){0,3}?[\s,]*$/u;

/**
 * Where the text speaks of the side that was not ordered, of the same limb. A denial counts too ("no fracture of the right knee" in
 * a report on the left one is the error itself); a comparison with the other side and "both" do not.
 */
export function wrongSides(
  order: OrderedPlace,
  sections: readonly { readonly key: string; readonly text: string }[],
): Contradiction[] {
  const ordered = orderedSide(order);
  if (!ordered) return [];
  const wrong = otherSide(ordered.side);
  return sections.flatMap(({ key, text }) =>
    sentencesOf(text).flatMap((sentence) => {
      if (BOTH.test(sentence.text) || COMPARED.test(sentence.text)) return [];
      return mentionsOf(sentence.text)
        .filter(({ side }) => side === wrong)
        .flatMap((mention) => {
          const words = besideSide(sentence.text, mention, ordered.limb);
          return words
            ? [{ section: key, words: words.text, start: sentence.start + words.from, length: words.text.length }]
            : [];
        });
    }),
  );
}

/** The side with the part or finding that it belongs to, before or after it; null where none stands near, or another side stands between. */
function besideSide(sentence: string, mention: Mention, what: RegExp): { text: string; from: number } | null {
  const after = sentence.slice(mention.to);
  const next = what.exec(after);
  if (next && NEAR.test(after.slice(0, next.index)) && mentionsOf(after.slice(0, next.index)).length === 0) {
    return { text: sentence.slice(mention.from, mention.to + next.index + next[0].length), from: mention.from };
  }
  const before = sentence.slice(0, mention.from);
  const last = [...before.matchAll(new RegExp(what.source, "giu"))].at(-1);
  if (!last) return null;
  const gap = before.slice(last.index + last[0].length);
  if (!NEAR.test(gap) || mentionsOf(gap).length > 0) return null;
  return { text: sentence.slice(last.index, mention.to), from: last.index };
}

const FINDINGS: readonly (readonly [string, RegExp])[] = [
  ["haematoma", /\b(?:h(?:a)?ematoma|hämatom)\p{L}*/iu],
  ["haemorrhage", /\b(?:h(?:a)?emorrhag\p{L}*|blutung\p{L}*)\b/iu],
  ["infarct", /\b(?:infarct\p{L}*|infarkt\p{L}*|stroke)\b/iu],
  ["pneumothorax", /\bpneumothora(?:x|ces)\b/iu],
  ["effusion", /\b(?:effusions?|ergu(?:ss|ß)\p{L}*)\b/iu],
  ["fracture", /\b(?:fractures?|fraktur\p{L}*)\b/iu],
  ["embolism", /\b(?:embol(?:us|i|ism)|embolie\p{L}*)\b/iu],
  ["nodule", /\b(?:nodules?|rundherd\p{L}*)\b/iu],
  ["mass", /\b(?:mass|masses|raumforderung\p{L}*|tumou?r\p{L}*)\b/iu],
  ["pneumonia", /\b(?:pneumonia|consolidation|pneumonie\p{L}*)\b/iu],
  ["stone", /\b(?:stones?|calcul(?:us|i)|konkrement\p{L}*)\b/iu],
  ["hydronephrosis", /\b(?:hydronephrosis|harnstau\p{L}*)\b/iu],
];

function sidesOf(text: string): Map<string, { sides: Set<Side>; words: string; start: number }> {
  const found = new Map<string, { sides: Set<Side>; words: string; start: number }>();
  for (const sentence of sentencesOf(text)) {
    for (const mention of mentionsOf(sentence.text)) {
      for (const [name, words] of FINDINGS) {
        const beside = besideSide(sentence.text, mention, words);
        if (!beside || isDenied(sentence.text, beside.from, beside.from + beside.text.length)) continue;
        const known = found.get(name) ?? {
          sides: new Set<Side>(),
          words: beside.text,
          start: sentence.start + beside.from,
        };
        known.sides.add(mention.side);
        if (BOTH.test(sentence.text)) known.sides.add("left").add("right");
        found.set(name, known);
      }
    }
  }
  return found;
}

/** Findings that the impression puts on the other side than the findings do: "left … haematoma" there, "right … haematoma" here. */
export function sidesSwapped(
  findings: string,
  impression: { readonly key: string; readonly text: string },
): Contradiction[] {
  const described = sidesOf(findings);
  return [...sidesOf(impression.text)].flatMap(([name, { sides, words, start }]) => {
    const there = described.get(name)?.sides;
    if (!there || [...sides].some((side) => there.has(side))) return [];
    return [{ section: impression.key, words, start, length: words.length }];
  });
}
