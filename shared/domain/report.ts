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

/** How far an attending's text is from the one that a resident or the first reader signed. */
export const GRADES = ["agree", "minor", "major"] as const;
export type Grade = (typeof GRADES)[number];

/** A second reader signs what another signed before: the difference is shown and graded. */
export const isSecondReading = (
  previous: { readonly kind: SignKind; readonly signedBy: string } | null,
  signer: string,
  kind: SignKind,
): boolean => previous?.kind === "preliminary" && previous.signedBy !== signer && kind === "final";
