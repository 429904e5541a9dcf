import { err, ok, type Result } from "../kernel/result.js";

/** State of a study's report as the whole hub sees it. "none": nobody has begun. */
export const REPORT_STATES = ["none", "draft", "preliminary", "final", "addended", "corrected"] as const;
export type ReportState = (typeof REPORT_STATES)[number];

export const SIGN_KINDS = ["preliminary", "final", "addendum", "corrected"] as const;
export type SignKind = (typeof SIGN_KINDS)[number];

/** What a document is for: `report` is signed as preliminary or final; the other two come after a final. */
export type DraftKind = "report" | "addendum" | "corrected";

const AFTER_FINAL: readonly ReportState[] = ["final", "addended", "corrected"];

/** The state after signing, or why it can't be signed so. A final report is never signed as preliminary again. */
export function stateAfterSigning(state: ReportState, draft: DraftKind, kind: SignKind): Result<ReportState, string> {
  const fits = draft === "report" ? kind === "preliminary" || kind === "final" : kind === draft;
  if (!fits)
    return err(
      `This is ${draft === "report" ? "a report" : `a${draft === "addendum" ? "n" : ""} ${draft}`}: it can't be signed as ${kind}.`,
    );
  if (draft === "report") {
    if (AFTER_FINAL.includes(state)) return err("The report is final. What follows is an addendum or a correction.");
    return ok(kind === "final" ? "final" : "preliminary");
  }
  if (!AFTER_FINAL.includes(state)) return err("There is no final report yet that this could follow.");
  return ok(kind === "addendum" ? "addended" : "corrected");
}

export const mayAddTo = (state: ReportState): boolean => AFTER_FINAL.includes(state);

/** Something that a signer must have seen. It does not forbid signing: whoever confirms its code signs with it. */
export interface SignWarning {
  readonly code: string;
  readonly message: string;
}

export interface SignFacts {
  readonly sections: readonly {
    readonly key: string;
    readonly title: string;
    readonly text: string;
    readonly required: boolean;
  }[];
  readonly deletedMeasurements: number;
  readonly criticalOpen: number;
  /** Images still arrive, or have since the draft began. */
  readonly imagesArriving: boolean;
  readonly matched: boolean;
}

/** The checks before a signature, in the order in which they are shown. */
export function signWarnings(facts: SignFacts): SignWarning[] {
  const warnings: SignWarning[] = facts.sections
    .filter((section) => section.required && section.text === "")
    .map((section) => ({ code: `empty:${section.key}`, message: `"${section.title}" is empty.` }));
  if (facts.deletedMeasurements > 0) {
    warnings.push({
      code: "measurement_deleted",
      message: "The text names a measurement that was deleted on the image.",
    });
  }
  if (facts.criticalOpen > 0) {
    warnings.push({ code: "critical_open", message: "A critical finding of this study is not acknowledged yet." });
  }
  if (facts.imagesArriving)
    warnings.push({ code: "images_arriving", message: "Images of this study are still arriving." });
  if (!facts.matched)
    warnings.push({
      code: "unmatched",
      message: "The study is not matched to an order: check that it is this patient's.",
    });
  return warnings;
}
