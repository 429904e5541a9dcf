import dcmjs from "dcmjs";

type Entry = { tag: string; vr: string };

/** Value representation by tag, from dcmjs' copy of PS3.6. Ambiguous ones stay as dcmjs writes them: "xs" (US or SS), "ox" (OB or OW). */
const VR_BY_TAG: ReadonlyMap<number, string> = build();

function build(): Map<number, string> {
  const map = new Map<number, string>();
  const entries = dcmjs.data.DicomMetaDictionary.nameMap as Record<string, Entry | undefined>;
  for (const entry of Object.values(entries)) {
    const match = /^\(([0-9A-F]{4}),([0-9A-F]{4})\)$/.exec(entry?.tag ?? "");
    if (entry !== undefined && match !== null) map.set(Number.parseInt(`${match[1]}${match[2]}`, 16), entry.vr);
  }
  return map;
}

const PIXEL_DATA = 0x7fe00010;
/** Elements that hold pixel values and therefore are signed as the pixels are (PS3.5 Annex A.1). */
const isOverlayOrCurve = (group: number): boolean => (group & 0xff01) === 0x6000 || (group & 0xff01) === 0x5000;

/**
 * VR of an element whose transfer syntax does not say it (PS3.5 §6.2.2). `signed`: Pixel Representation is 1. Unknown and private
 * elements are UN; private creators LO; group lengths UL.
 */
export function implicitVr(tag: number, signed: boolean): string {
  const group = tag >>> 16;
  const element = tag & 0xffff;
  if (element === 0) return "UL";
  if ((group & 1) === 1) return element >= 0x10 && element <= 0xff ? "LO" : "UN";
  if (tag === PIXEL_DATA) return "OW";
  const vr =
    VR_BY_TAG.get(tag) ?? (isOverlayOrCurve(group) ? VR_BY_TAG.get(((group & 0xff00) << 16) | element) : undefined);
  if (vr === undefined) return "UN";
  if (vr === "xs") return signed ? "SS" : "US";
  if (vr === "ox" || vr === "lt") return "OW";
  return /^[A-Z]{2}$/.test(vr) ? vr : "UN";
}
