/** Parts of an HL7 v2 time stamp YYYY[MM[DD[HH[MM[SS[.S…]]]]]][+/-ZZZZ] (HL7 v2.5.1 §2.A.22). */
const STAMP = /^(\d{4})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:\.(\d{1,4}))?)?)?)?)?)?\s*([+-]\d{4})?$/;

/**
 * Milliseconds since 1970 of an HL7 time stamp, or null for none or an impossible one. A time without an offset is in the
 * sender's zone: what a hospital writes into its messages is its wall clock.
 */
export function parseTimeStamp(text: string, timeZone: string): number | null {
  const parts = STAMP.exec(text.trim());
  if (!parts) return null;
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map((i) =>
    Number(parts[i] ?? (i === 2 || i === 3 ? 1 : 0)),
  );
  if (month! < 1 || month! > 12 || day! < 1 || day! > 31 || hour! > 23 || minute! > 59 || second! > 60) return null;
  const wall = Date.UTC(
    year!,
    month! - 1,
    day!,
    hour,
    minute,
    second,
    Math.round(Number(`0.${parts[7] ?? "0"}`) * 1000),
  );
  if (new Date(wall).getUTCDate() !== day) return hour === 0 && second === 60 ? wall : null;
  const offset = parts[8];
  if (offset === undefined) return wall - zoneOffset(wall, timeZone);
  const sign = offset.startsWith("-") ? -1 : 1;
  return wall - sign * (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(3, 5))) * 60_000;
}

/** Milliseconds that a zone is ahead of UTC at a wall-clock time. In the hour that is skipped or doubled: the earlier offset. */
function zoneOffset(wall: number, timeZone: string): number {
  const first = offsetAt(wall, timeZone);
  return offsetAt(wall - first, timeZone);
}

function offsetAt(instant: number, timeZone: string): number {
  const wall = wallClock(instant, timeZone);
  return (
    Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second) -
    Math.floor(instant / 1000) * 1000
  );
}

type WallClock = { year: number; month: number; day: number; hour: number; minute: number; second: number };

const formats = new Map<string, Intl.DateTimeFormat>();

function wallClock(instant: number, timeZone: string): WallClock {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formats.set(timeZone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(instant).map((part) => [part.type, Number(part.value)]));
  return {
    year: parts.year ?? 1970,
    month: parts.month ?? 1,
    day: parts.day ?? 1,
    hour: parts.hour ?? 0,
    minute: parts.minute ?? 0,
    second: parts.second ?? 0,
  };
}

/** "20261124091400+0100": a moment as the receiver's wall clock with its offset, so that nobody has to guess the zone. */
export function formatTimeStamp(instant: number, timeZone: string): string {
  const wall = wallClock(instant, timeZone);
  const two = (value: number) => String(value).padStart(2, "0");
  const offset = Math.round(offsetAt(instant, timeZone) / 60_000);
  const sign = offset < 0 ? "-" : "+";
  const minutes = Math.abs(offset);
  return (
    `${wall.year}${two(wall.month)}${two(wall.day)}${two(wall.hour)}${two(wall.minute)}${two(wall.second)}` +
    `${sign}${two(Math.floor(minutes / 60))}${two(minutes % 60)}`
  );
}

/** A date of birth as far as it is known: YYYY, YYYYMM or YYYYMMDD; null where it is no date. */
export function parseBirthDate(text: string): string | null {
  const digits = /^(\d{4})(\d{2})?(\d{2})?/.exec(text.trim());
  if (!digits) return null;
  const month = digits[2] === undefined ? 1 : Number(digits[2]);
  const day = digits[3] === undefined ? 1 : Number(digits[3]);
  const date = new Date(Date.UTC(Number(digits[1]), month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  return digits[0];
}
