import type { Instant } from "../kernel/instant.js";
import { type Ineligible, ineligibility, isAway, type Reader } from "./eligibility.js";

export interface StudyAsRead {
  readonly siteId: string;
  readonly jurisdiction: string;
  readonly subspecialty: string;
  /** A study with a preliminary report waits for its final one. */
  readonly reportState: string;
  /** See StudyToRead. */
  readonly earlierReaderIds?: readonly string[] | undefined;
  readonly onCallMay?: boolean | undefined;
}

export interface ReadingRight {
  readonly may: boolean;
  /** As what the reader would sign it. */
  readonly readType: "preliminary" | "final";
  /** Every reason against, for the stronger of the two read types that the reader could have. */
  readonly against: readonly Ineligible[];
}

/** May the reader read the study now, and as what? Final where the reader may; preliminary only where no preliminary report is yet. */
export function readingRight(reader: Reader, study: StudyAsRead, now: Instant): ReadingRight {
  const asFinal = ineligibility(reader, { ...study, readType: "final" }, now);
  if (asFinal.length === 0) return { may: true, readType: "final", against: [] };
  if (study.reportState === "preliminary") return { may: false, readType: "final", against: asFinal };
  const asPreliminary = ineligibility(reader, { ...study, readType: "preliminary" }, now);
  if (asPreliminary.length <= asFinal.length)
    return { may: asPreliminary.length === 0, readType: "preliminary", against: asPreliminary };
  return { may: false, readType: "final", against: asFinal };
}

/** The reader holds every credential, and is only not at work now, or has worked enough. */
export const isOnlyAway = (against: readonly Ineligible[]): boolean => against.every(isAway);
