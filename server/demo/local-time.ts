import type { Instant } from "@readroom/shared/kernel/instant.js";

export interface LocalStamp {
  /** YYYYMMDD */
  readonly date: string;
  /** HHMMSS */
  readonly time: string;
  /** +HHMM, as both DICOM (0008,0201) and HL7 time stamps write it. */
  readonly offset: string;
}

// Making a formatter is a hundred times slower than using it.
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const two = "2-digit" as const;
  const made =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat("en-GB", {
      ...{ timeZone, hourCycle: "h23", year: "numeric", month: two, day: two, hour: two, minute: two, second: two },
      timeZoneName: "longOffset",
    });
  formats.set(timeZone, made);
  return made;
}

/** The wall clock of a zone, as devices there write it. */
export function localStamp(at: Instant, timeZone: string): LocalStamp {
  const parts = formatOf(timeZone).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.find((one) => one.type === type)?.value ?? "";
  const offset = part("timeZoneName").replace("GMT", "").replace(":", "") || "+0000";
  return {
    date: `${part("year")}${part("month")}${part("day")}`,
    time: `${part("hour")}${part("minute")}${part("second")}`,
    offset,
  };
}
