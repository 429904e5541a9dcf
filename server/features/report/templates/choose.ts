export interface TemplateFit {
  readonly modality: string;
  readonly bodyPart: string;
  /** Procedure codes or words of the procedure's text that it is the default for. */
  readonly procedures?: readonly string[];
  readonly owner?: "own" | "group";
}

export interface StudyToReport {
  readonly modalities: readonly string[];
  readonly bodyPart: string;
  readonly description: string;
  readonly procedureCode?: string;
  readonly procedureText?: string;
}

/**
 * How well a template fits: the procedure that it is the default for counts most, then the body part; "" fits anything a little, a
 * different modality or body part not at all (−1). Of two that fit alike a person's own is taken before the group's.
 */
export function fitOf(template: TemplateFit, study: StudyToReport): number {
  const own = template.owner === "own" ? 1 : 0;
  if (isDefaultFor(template, study)) return 20 + own;
  const place = `${study.bodyPart} ${study.description} ${study.procedureText ?? ""}`.toUpperCase();
  if (template.modality && !study.modalities.includes(template.modality)) return -1;
  if (template.bodyPart && !names(place, template.bodyPart.toUpperCase())) return -1;
  return (template.modality ? 4 : 0) + (template.bodyPart ? 6 : 0) + own;
}

const isDefaultFor = ({ procedures = [] }: TemplateFit, { procedureCode = "", procedureText = "" }: StudyToReport) =>
  procedures.some(
    (one) =>
      one.toLowerCase() === procedureCode.toLowerCase() ||
      (one.length > 3 && procedureText.toLowerCase().includes(one.toLowerCase())),
  );

// Words by which orders and modalities name the body parts of PS3.16 CID 4031.
const ALSO: Record<string, readonly string[]> = {
  HEAD: ["HEAD", "BRAIN", "SKULL", "CRANI"],
  CHEST: ["CHEST", "THORAX", "LUNG", "PULM"],
  KNEE: ["KNEE"],
  HEART: ["HEART", "CARDIAC", "ECHO"],
};

const names = (place: string, part: string): boolean => (ALSO[part] ?? [part]).some((word) => place.includes(word));

/** The best fitting template; of equals the first by name. */
export function choose<T extends TemplateFit & { readonly name: string }>(
  templates: readonly T[],
  study: StudyToReport,
): T | undefined {
  return [...templates]
    .map((template) => ({ template, fit: fitOf(template, study) }))
    .filter(({ fit }) => fit >= 0)
    .sort((a, b) => b.fit - a.fit || a.template.name.localeCompare(b.template.name))[0]?.template;
}
