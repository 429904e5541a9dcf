import { criticalWords } from "./critical-words.js";
import { type Contradiction, type OrderedPlace, sidesSwapped, wrongSides } from "./laterality.js";
import { wrongSex } from "./sex.js";

/** What mends a point: where the sign panel takes its reader. */
export type Mend =
  | { readonly kind: "section"; readonly section: string; readonly words?: string }
  | { readonly kind: "suggestions" }
  | { readonly kind: "measurements" }
  | { readonly kind: "critical" }
  | { readonly kind: "images" }
  | { readonly kind: "order" };

/** A point before a signature. Blocking: nobody signs with it. Otherwise whoever confirms its code signs with it. */
export interface SignCheck {
  readonly code: string;
  readonly message: string;
  readonly blocking: boolean;
  readonly mend: Mend;
}

export interface SectionText {
  readonly key: string;
  readonly title: string;
  readonly text: string;
  readonly required: boolean;
}

export interface SignFacts {
  readonly sections: readonly SectionText[];
  /** Required fields of the template that hold nothing. */
  readonly emptyFields: readonly { readonly section: string; readonly key: string; readonly label: string }[];
  /** Insertions and deletions that nobody has accepted or rejected. */
  readonly openSuggestions: number;
  readonly deletedMeasurements: number;
  readonly criticalOpen: number;
  /** Critical findings raised on this study, whatever became of them. */
  readonly criticalRaised: number;
  /** Images still arrive. */
  readonly imagesArriving: boolean;
  /** Images that came after the signer had the study on screen. */
  readonly lateImages: number;
  readonly matched: boolean;
  readonly order: OrderedPlace;
  /** DICOM patient's sex: M, F, O; null unknown. */
  readonly sex: string | null;
}

/** Sections that repeat what others wrote, not what this reader saw: no contradiction is sought in them. */
const OTHERS_WORDS = new Set(["request", "history", "comparison", "technique", "communication"]);

/** The checks before a signature, in the order in which they are shown: what blocks first. */
export function signChecks(facts: SignFacts): SignCheck[] {
  const own = facts.sections.filter(({ key }) => !OTHERS_WORDS.has(key));
  const impression = own.find(({ key }) => key === "impression") ?? own.at(-1);
  const findings = own.filter((section) => section !== impression).map(({ text }) => text);
  const checks: SignCheck[] = [
    ...openSuggestions(facts.openSuggestions),
    ...facts.emptyFields.map(({ section, key, label }) => ({
      code: short(`field:${section}:${key}`),
      message: `“${label}” must be filled in.`,
      blocking: true,
      mend: { kind: "section" as const, section },
    })),
    ...facts.sections
      .filter((section) => section.required && section.text === "")
      .map((section) => ({
        code: short(`empty:${section.key}`),
        message: `“${section.title}” is empty.`,
        blocking: false,
        mend: { kind: "section" as const, section: section.key },
      })),
    ...wrongSides(facts.order, own).map((found) =>
      contradiction("side", found, `“${found.words}”, but “${facts.order.procedure}” was ordered.`),
    ),
    ...(impression ? sidesSwapped(findings.join("\n"), impression) : []).map((found) =>
      contradiction("swapped", found, `“${found.words}” here; the findings put it on the other side.`),
    ),
    ...wrongSex(facts.sex, own).map((found) =>
      contradiction("sex", found, `“${found.words}”, but the patient is ${facts.sex === "M" ? "male" : "female"}.`),
    ),
    ...aboutImages(facts),
    ...aboutCritical(facts, impression),
  ];
  const seen = new Set<string>();
  return checks
    .filter(({ code }) => !seen.has(code) && seen.add(code))
    .sort((a, b) => Number(b.blocking) - Number(a.blocking));
}

function openSuggestions(count: number): SignCheck[] {
  if (count === 0) return [];
  return [
    {
      code: "suggestions",
      message:
        count === 1
          ? "One suggestion is neither accepted nor rejected."
          : `${count} suggestions are neither accepted nor rejected.`,
      blocking: true,
      mend: { kind: "suggestions" },
    },
  ];
}

function aboutImages(facts: SignFacts): SignCheck[] {
  const checks: SignCheck[] = [];
  const point = (code: string, message: string, mend: Mend) => checks.push({ code, message, blocking: false, mend });
  if (facts.deletedMeasurements > 0)
    point("measurement_deleted", "The text names a measurement that was deleted on the image.", {
      kind: "measurements",
    });
  if (facts.imagesArriving) point("images_arriving", "Images of this study are still arriving.", { kind: "images" });
  if (facts.lateImages > 0)
    point(
      `late_images:${facts.lateImages}`,
      facts.lateImages === 1
        ? "One image came after you had opened the study."
        : `${facts.lateImages} images came after you had opened the study.`,
      { kind: "images" },
    );
  if (!facts.matched)
    point("unmatched", "The study is not matched to an order: check that it is this patient's.", { kind: "order" });
  return checks;
}

function aboutCritical(facts: SignFacts, impression: SectionText | undefined): SignCheck[] {
  if (facts.criticalOpen > 0)
    return [
      {
        code: "critical_open",
        message: "A critical finding of this study is not acknowledged yet.",
        blocking: false,
        mend: { kind: "critical" },
      },
    ];
  const [found] = facts.criticalRaised === 0 && impression ? criticalWords(impression) : [];
  if (!found) return [];
  return [
    {
      code: short(`uncommunicated:${found.words}`),
      message: `“${found.words}” has not been communicated to anybody.`,
      blocking: false,
      mend: { kind: "critical" },
    },
  ];
}

const contradiction = (kind: string, { section, words }: Contradiction, message: string): SignCheck => ({
  code: short(`${kind}:${section}:${words}`),
  message,
  blocking: false,
  mend: { kind: "section", section, words },
});

/** A code fits the signature's list of confirmed points. */
const short = (code: string): string => code.toLowerCase().slice(0, 60);
