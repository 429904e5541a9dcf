/** A grey-scale window in modality units (HU for CT), DICOM PS3.3 C.11.2.1.2. */
export interface Voi {
  windowWidth: number;
  windowCenter: number;
}

export interface WindowPreset {
  id: string;
  label: string;
  /** Key in the reading room's map. */
  key: string;
  /** "header" = the image's own first window; "full" = the range of its pixel values. */
  voi: Voi | "header" | "full";
}

const header: WindowPreset = { id: "header", label: "As acquired", key: "0", voi: "header" };
const fullRange = (key: string): WindowPreset => ({ id: "full", label: "Full range", key, voi: "full" });

const ct: [id: string, label: string, windowWidth: number, windowCenter: number][] = [
  ["brain", "Brain", 80, 40],
  ["subdural", "Subdural", 200, 75],
  ["stroke", "Stroke", 40, 40],
  ["bone", "Bone", 2500, 480],
  ["lung", "Lung", 1500, -600],
  ["soft-tissue", "Soft tissue", 350, 50],
  ["abdomen", "Abdomen", 400, 40],
  ["liver", "Liver", 150, 60],
  ["angio", "Angio", 600, 170],
];

const ctPresets: WindowPreset[] = ct.map(([id, label, windowWidth, windowCenter], index) => ({
  id,
  label,
  key: String(index + 1),
  voi: { windowWidth, windowCenter },
}));

/**
 * Window presets of a modality, in the order of their keys. Only CT has a scale on which a number means the same thing
 * everywhere; the others get their own header's window and the full range.
 */
export function windowPresets(modality: string | undefined): WindowPreset[] {
  return modality === "CT" ? [...ctPresets, header] : [fullRange("1"), header];
}

/**
 * The preset of that window, if it is one, for the overlay ("Brain"). acquired: the image's own window, which has no other name even
 * where its figures are those of a preset: a head at 400/40 is not "Abdomen".
 */
export function presetOf(modality: string | undefined, voi: Voi, acquired?: Voi): WindowPreset | undefined {
  if (acquired && sameWindow(acquired, voi)) return undefined;
  return windowPresets(modality).find((preset) => typeof preset.voi === "object" && sameWindow(preset.voi, voi));
}

const sameWindow = (a: Voi, b: Voi): boolean =>
  Math.abs(a.windowWidth - b.windowWidth) < 0.5 && Math.abs(a.windowCenter - b.windowCenter) < 0.5;
