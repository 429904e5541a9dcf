import { ageInYears, type ByHand, type StudyFacts, wallClock } from "@readroom/shared/domain/routing/facts.js";
import type { ContractRow, StudyToRoute } from "./store.js";

/** What the rules see of a study. */
export function factsOf(study: StudyToRoute, contract: ContractRow | null): StudyFacts {
  const { hour, weekday } = wallClock(study.firstInstanceAt, study.timeZone);
  return {
    site: [study.siteCode, study.siteName, study.siteId],
    hospital: [study.hospitalCode, study.organisationId],
    contract: contract ? [contract.name, contract.id] : [],
    modality: study.modalities.length > 0 ? study.modalities : [study.orderModality],
    bodyPart: [study.bodyPart, study.orderBodyPart].filter((part) => part !== ""),
    procedureCode: study.procedureCode === "" ? [] : [study.procedureCode],
    priority: study.priority === "" ? [] : [study.priority],
    patientClass: study.patientClass === "" ? [] : [study.patientClass],
    procedureText: `${study.procedureText} ${study.description}`.trim(),
    referrer: study.referringName,
    ward: study.patientLocation,
    ageYears: ageInYears(study.birthDate, study.firstInstanceAt),
    localHour: hour,
    weekday,
    aiResults: study.aiResults,
    firstInstanceAt: study.firstInstanceAt,
    completeAt: study.completeAt,
    lastInstanceAt: study.lastInstanceAt,
    matchedAt: study.matchedAt,
    examEndAt: study.examEndAt,
    examEndNote: study.examEndNote,
    pausedMs: study.pausedMs,
  };
}

export const byHandOf = (study: StudyToRoute): ByHand => ({
  urgency: study.urgencyOverride,
  urgencyReason: study.urgencyReason,
  poolId: study.poolOverride,
});
