import type { SignFactsView } from "@readroom/shared/contract/http/report.js";
import { type SignFacts, signChecks } from "@readroom/shared/domain/report-checks/checks.js";
import type { SqlClient, SqlPool } from "../../kernel/database.js";
import type { Deps } from "../../kernel/deps.js";
import type { Rendered } from "./content.js";
import { communicationsOf, type StudyFacts, studyFacts } from "./store.js";

/** What the checks before a signature know beside the text, as the signer's screen gets it too. */
export function factsView(facts: StudyFacts, critical: { list: readonly unknown[]; open: number }): SignFactsView {
  const { patient } = facts;
  const name = patient.name ?? "";
  return {
    patient: {
      ...patient,
      name,
      identity: [patient.mrn, name, patient.birthDate ?? "", patient.sex ?? ""].join("|"),
    },
    order: {
      procedure: facts.procedureText || facts.description,
      laterality: facts.laterality,
    },
    criticalOpen: critical.open,
    criticalRaised: critical.list.length,
    imagesArriving: facts.state === "receiving" || facts.state === "expected",
    instances: facts.instances,
    matched: facts.matchState !== "unmatched",
  };
}

export async function signFactsOf(deps: Deps, executor: SqlPool | SqlClient, studyId: string): Promise<SignFactsView> {
  return factsView(await studyFacts(deps.db, studyId), await communicationsOf(executor, studyId));
}

/** The checks of a rendered report. `lateImages`: since the signer opened the study. */
export function checksOf(rendered: Rendered, facts: SignFactsView, lateImages: number) {
  const of: SignFacts = {
    sections: rendered.spec.sections.map((section) => ({
      ...section,
      text: rendered.content.sections.find((one) => one.key === section.key)?.text ?? "",
    })),
    emptyFields: rendered.open.emptyFields,
    openSuggestions: rendered.open.openSuggestions,
    deletedMeasurements: rendered.deletedMeasurements,
    criticalOpen: facts.criticalOpen,
    criticalRaised: facts.criticalRaised,
    imagesArriving: facts.imagesArriving,
    lateImages,
    matched: facts.matched,
    order: facts.order,
    sex: facts.patient.sex,
  };
  return signChecks(of);
}
