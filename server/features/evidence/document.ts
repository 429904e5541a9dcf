import { type Dataset, dataset, joined } from "./dataset.js";
import type { EvidenceInput, InstanceName } from "./facts.js";
import { commonModules, momentOf, personName, referencesOf, requestItem } from "./modules.js";
import type { EvidenceKind } from "./uids.js";

export const BASIC_TEXT_SR = "1.2.840.10008.5.1.4.1.1.88.11";
export const COMPREHENSIVE_3D_SR = "1.2.840.10008.5.1.4.1.1.88.34";

export interface DocumentFacts {
  readonly kind: Exclude<EvidenceKind, "presentation">;
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  /** Whose words or marks it is made of, by display name. */
  readonly authors: readonly string[];
  readonly predecessors: readonly InstanceName[];
  /** Images of other studies that the content names. */
  readonly otherImages: readonly InstanceName[];
}

/**
 * A structured report around its content: SR Document Series and SR Document General (PS3.3 §C.17.1, §C.17.2). A preliminary report is
 * whole and not verified; every other one is verified by who signed it, at the signature.
 */
export function structuredReport(input: EvidenceInput, facts: DocumentFacts, root: Dataset): Dataset {
  const { version, study } = input;
  const signed = momentOf(version.signedAt, input.timeZone, study);
  const verified = version.kind !== "preliminary";
  const verifier = dataset({
    VerifyingObserverName: personName(version.signedByName),
    VerifyingObserverIdentificationCodeSequence: null,
    VerifyingOrganization: version.organisation || "Unknown",
    VerificationDateTime: signed.dateTime,
  });
  const sequence = (items: readonly Dataset[]) => (items.length === 0 ? undefined : items);
  return joined(
    commonModules(input, facts.kind, { study, ...facts }, version.version),
    dataset({
      ReferencedPerformedProcedureStepSequence: null,
      PreliminaryFlag: verified ? "FINAL" : "PRELIMINARY",
      CompletionFlag: "COMPLETE",
      VerificationFlag: verified ? "VERIFIED" : "UNVERIFIED",
      ContentDate: signed.date,
      ContentTime: signed.time,
      VerifyingObserverSequence: verified ? [verifier] : undefined,
      AuthorObserverSequence: sequence(
        facts.authors.map((name) => authorItem(name, name === version.signedByName ? version.organisation : "")),
      ),
      PredecessorDocumentsSequence: sequence(referencesOf(facts.predecessors)),
      ReferencedRequestSequence: [requestItem(study, input.request)],
      PerformedProcedureCodeSequence: null,
      CurrentRequestedProcedureEvidenceSequence: sequence(referencesOf(input.images)),
      PertinentOtherEvidenceSequence: sequence(referencesOf(facts.otherImages)),
    }),
    root,
  );
}

/** Identified Person or Device Macro (PS3.3 Table C.17-3b). */
const authorItem = (name: string, organisation: string): Dataset =>
  dataset({
    ObserverType: "PSN",
    PersonName: personName(name),
    PersonIdentificationCodeSequence: null,
    InstitutionName: organisation,
    InstitutionCodeSequence: null,
  });
