export interface TemplateFit {
  readonly modality: string;
  readonly bodyPart: string;
}

/** How well a template fits: body part counts most, "" fits anything a little, a different modality or body part not at all (−1). */
export function fitOf(
  template: TemplateFit,
  study: { modalities: readonly string[]; bodyPart: string; description: string },
): number {
  const place = `${study.bodyPart} ${study.description}`.toUpperCase();
  if (template.modality && !study.modalities.includes(template.modality)) return -1;
  if (template.bodyPart && !names(place, template.bodyPart.toUpperCase())) return -1;
  return (template.modality ? 2 : 0) + (template.bodyPart ? 3 : 0);
}

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
  study: { modalities: readonly string[]; bodyPart: string; description: string },
): T | undefined {
  return [...templates]
    .map((template) => ({ template, fit: fitOf(template, study) }))
    .filter(({ fit }) => fit >= 0)
    .sort((a, b) => b.fit - a.fit || a.template.name.localeCompare(b.template.name))[0]?.template;
}
