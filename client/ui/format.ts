const cache = new Map<string, Intl.DateTimeFormat>();

function formatter(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify(options);
  let found = cache.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(undefined, options);
    cache.set(key, found);
  }
  return found;
}

type InstantLike = number | string;
const at = (instant: InstantLike) => new Date(instant);

/** "24 Nov, 02:14" in the viewer's locale, or in `zone` (an IANA name). */
export function dateTime(instant: InstantLike, zone?: string): string {
  return formatter({
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone: zone,
  }).format(at(instant));
}

/** "02:14" in the viewer's locale, 24 hours. */
export function timeOfDay(instant: InstantLike, zone?: string): string {
  return formatter({ hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone }).format(at(instant));
}

/** "24 Nov 2026, 02:14:09 CET": the whole of it, for tooltips and audit rows. */
export function absoluteTime(instant: InstantLike, zone?: string): string {
  return formatter({
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZone: zone,
    timeZoneName: "short",
  }).format(at(instant));
}

/** "24 Nov 2026" from an instant or a DICOM date (YYYYMMDD). */
export function dateOnly(value: InstantLike): string {
  const dicom = typeof value === "string" ? /^(\d{4})(\d{2})(\d{2})$/.exec(value) : null;
  const date = dicom ? new Date(Date.UTC(Number(dicom[1]), Number(dicom[2]) - 1, Number(dicom[3]))) : at(value);
  if (Number.isNaN(date.getTime())) return String(value);
  return formatter({ day: "numeric", month: "short", year: "numeric", ...(dicom ? { timeZone: "UTC" } : {}) }).format(
    date,
  );
}

/** "2 s ago", "14 min ago", "3 h ago", "2 d ago". */
export function ago(instant: InstantLike, now: number): string {
  const seconds = Math.max(0, Math.round((now - at(instant).getTime()) / 1000));
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}

/** "1,234" in the viewer's locale. */
// Made once: `toLocaleString` looks its rules up anew each time, which lists feel.
const whole = new Intl.NumberFormat();
export const count = (n: number) => whole.format(n);

/** The groups of a person name, components joined by `^`: as the hub's views write them, or as DICOM JSON does (PS3.18 §F.2.2). */
export interface NameGroups {
  readonly alphabetic?: string | undefined;
  readonly ideographic?: string | undefined;
  readonly phonetic?: string | undefined;
  readonly Alphabetic?: string | undefined;
  readonly Ideographic?: string | undefined;
  readonly Phonetic?: string | undefined;
}

/**
 * A person's name for reading, from its groups or from PN text (PS3.5 §6.2.1): "SAMPLE, Ada", with the ideographic and phonetic
 * groups behind it when sent, as in "Yamada, Tarou 山田太郎 (やまだ たろう)".
 */
export function personName(name: NameGroups | string | null | undefined): string {
  if (!name) return "Name not sent";
  const groups =
    typeof name === "string"
      ? name.split("=")
      : [name.alphabetic ?? name.Alphabetic, name.ideographic ?? name.Ideographic, name.phonetic ?? name.Phonetic];
  const [alphabetic = "", ideographic = "", phonetic = ""] = groups;
  const [family = "", given = "", middle = ""] = alphabetic.split("^");
  const first = [given, middle].filter(Boolean).join(" ");
  const western = family && first ? `${family}, ${first}` : family || first;
  const others = [ideographic.replaceAll("^", ""), phonetic ? `(${phonetic.replaceAll("^", " ").trim()})` : ""];
  return [western, ...others].filter(Boolean).join(" ").trim() || "Name not sent";
}

/** Age at `on` from a birth date (YYYY-MM-DD or YYYYMMDD): "71 y", below two years "14 mo", below two months "12 d". */
export function age(birthDate: string | null | undefined, on: number): string {
  const parts = birthDate ? /^(\d{4})-?(\d{2})-?(\d{2})/.exec(birthDate) : null;
  if (!parts) return "";
  const born = new Date(Date.UTC(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3])));
  const then = new Date(on);
  const whole =
    (then.getUTCFullYear() - born.getUTCFullYear()) * 12 +
    then.getUTCMonth() -
    born.getUTCMonth() -
    (then.getUTCDate() < born.getUTCDate() ? 1 : 0);
  if (whole < 0) return "";
  if (whole < 2) return `${Math.floor((on - born.getTime()) / 86_400_000)} d`;
  return whole < 24 ? `${whole} mo` : `${Math.floor(whole / 12)} y`;
}

/** "JL" from "Jamie Lee" or "Dr Jamie Lee". */
export function initials(name: string): string {
  const words = name
    .replace(/^(dr|prof|mr|mrs|ms)\.?\s+/i, "")
    .split(/\s+/)
    .filter(Boolean);
  const letters = [words[0], words.length > 1 ? words[words.length - 1] : undefined].map((word) => word?.[0] ?? "");
  return letters.join("").toUpperCase() || "?";
}
