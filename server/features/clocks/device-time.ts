import { parseDate, parseDateTime, parseTime } from "@readroom/shared/dicom/date-time.js";
import type { Instant } from "@readroom/shared/kernel/instant.js";
import { MINUTE } from "@readroom/shared/kernel/instant.js";
import { instantOfWall } from "@readroom/shared/kernel/wall-time.js";

/** DICOM JSON as far as times need it (PS3.18 F.2). */
export type Attributes = Readonly<Record<string, { readonly Value?: readonly unknown[] } | undefined>>;

const OFFSET = "00080201";
/** Acquisition and content, as date and time of day. */
const PAIRS = [
  ["00080022", "00080032"],
  ["00080023", "00080033"],
] as const;
const ACQUISITION_DATE_TIME = "0008002A";

export function text(attributes: Attributes, tag: string): string {
  const value = attributes[tag]?.Value?.[0];
  return typeof value === "string" || typeof value === "number" ? String(value).trim() : "";
}

/** Sequence items. */
export function items(attributes: Attributes, tag: string): Attributes[] {
  return (attributes[tag]?.Value ?? []).filter((one): one is Attributes => typeof one === "object" && one !== null);
}

/** An instant from DA and TM, in the data set's own offset where it says one, else on the site's wall; null without a time of day. */
export function instantOf(date: string, time: string, offset: string, timeZone: string): Instant | null {
  const day = parseDate(date);
  const clock = parseTime(time);
  if (!day || !clock) return null;
  const wall = { ...day, hour: clock.hour, minute: clock.minute ?? 0, second: Math.min(59, clock.second ?? 0) };
  const east = /^([+-])(\d{2})(\d{2})$/.exec(offset);
  if (!east) return instantOfWall(wall, timeZone);
  const minutes = (east[1] === "-" ? -1 : 1) * (Number(east[2]) * 60 + Number(east[3]));
  return Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second) - minutes * MINUTE;
}

/** The latest time that a device wrote into an instance: when it was acquired or its content made; null where it wrote none. */
export function deviceTime(attributes: Attributes, timeZone: string): Instant | null {
  const offset = text(attributes, OFFSET);
  const found = PAIRS.map(([date, time]) =>
    instantOf(text(attributes, date), text(attributes, time), offset, timeZone),
  );
  const joined = text(attributes, ACQUISITION_DATE_TIME);
  if (parseDateTime(joined))
    found.push(
      instantOf(
        joined.slice(0, 8),
        joined.slice(8).replace(/[+-]\d{4}$/, ""),
        /[+-]\d{4}$/.exec(joined)?.[0] ?? offset,
        timeZone,
      ),
    );
  const known = found.filter((at) => at !== null);
  return known.length > 0 ? Math.max(...known) : null;
}

/** MSH-7 of a message's first segment (HL7 v2.5.1 §2.14.9.7), to the second; null where it says less. */
export function messageTime(head: string, timeZone: string): Instant | null {
  const separator = head.charAt(3);
  const stamp = (head.split(/[\r\n]/)[0] ?? "").split(separator)[6] ?? "";
  const parts = /^(\d{8})(\d{6})(?:\.\d+)?([+-]\d{4})?/.exec(stamp);
  return parts ? instantOf(parts[1] ?? "", parts[2] ?? "", parts[3] ?? "", timeZone) : null;
}
