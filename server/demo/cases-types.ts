import type { BroughtWords } from "./words.js";

export type SiteCode = "STM-ED" | "STM-HILL" | "NGT";

export interface DemoPatient {
  /** `Family^Given`, with the ideographic and phonetic groups where there are any (PS3.5 §6.2.1.2). */
  readonly name: string;
  readonly mrn: string;
  /** YYYYMMDD. */
  readonly birthDate: string;
  readonly sex: "M" | "F";
}

/** A critical finding of a reported case, acknowledged by phone: minutes after the images came. */
export interface DemoCritical {
  readonly category: "red" | "orange";
  readonly finding: string;
  readonly clinician: string;
  readonly readBack: string;
  readonly raisedAfter: number;
  readonly acknowledgedAfter: number;
}

/** One study of the demo: who it is of, what was asked, which phantom answers it, and what has become of it already. */
export interface DemoCase {
  readonly accession: string;
  readonly site: SiteCode;
  readonly phantom: string;
  readonly seed: number;
  readonly anatomySeed?: number;
  readonly patient: DemoPatient;
  readonly procedure: { readonly code: string; readonly text: string };
  /** HL7 table 0485: S stat, A as soon as possible, R routine. */
  readonly priority: "S" | "A" | "R";
  /** HL7 table 0004: E emergency, I inpatient, O outpatient. */
  readonly patientClass: "E" | "I" | "O";
  readonly location: string;
  readonly question: string;
  /** number: theirs at the hospital (XCN.1). */
  readonly referring: {
    readonly number: string;
    readonly family: string;
    readonly given: string;
    readonly phone: string;
  };
  /** false: images come without an order and wait in the queue. */
  readonly ordered: boolean;
  /** How long before the demo's first start the images came; 0: they come as they are computed. */
  readonly minutesAgo: number;
  /** Signed so many minutes after the images came; absent: still to be read. */
  readonly reported?: { readonly after: number; readonly words?: BroughtWords; readonly critical?: DemoCritical };
  /** Simulated colleagues may take it. Never the tour's own cases. */
  readonly forColleagues?: boolean;
}
