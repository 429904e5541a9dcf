/**
 * DA, TM and DT values (DICOM PS3.5 §6.2). Dates and times in DICOM are wall-clock at the device unless an offset is given; nothing
 * here turns them into instants. Old ACR-NEMA forms (`1995.06.26`, `10:31:04`) still arrive from archives and are taken.
 */
export type DicomDate = { readonly year: number; readonly month: number; readonly day: number };

/** Seconds may be 60 (leap second). `microsecond` is 0–999999. Parts that were not sent are absent, not zero. */
export type DicomTime = {
  readonly hour: number;
  readonly minute?: number;
  readonly second?: number;
  readonly microsecond?: number;
};

export type DicomDateTime = {
  readonly year: number;
  readonly month?: number;
  readonly day?: number;
  readonly time?: DicomTime;
  /** Minutes east of UTC, from the `&ZZXX` suffix. */
  readonly offsetMinutes?: number;
};

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

function daysInMonth(year: number, month: number): number {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return month === 2 && leap ? 29 : (DAYS[month - 1] ?? 0);
}

/** `19950626`, `1995.06.26` or `1995-06-26` → date; undefined for anything that is no day of the calendar. */
export function parseDate(text: string): DicomDate | undefined {
  const match = /^(\d{4})([.-]?)(\d{2})\2(\d{2})$/.exec(text.trim());
  if (match === null) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[3]), Number(match[4])];
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  return { year, month, day };
}

/** `10`, `1031`, `103104`, `103104.123456` or `10:31:04.12` → time. */
export function parseTime(text: string): DicomTime | undefined {
  const match = /^(\d{2})(?:(:?)(\d{2})(?:\2(\d{2})(?:\.(\d{1,6}))?)?)?$/.exec(text.trim());
  if (match === null) return undefined;
  const hour = Number(match[1]);
  const minute = match[3] === undefined ? undefined : Number(match[3]);
  const second = match[4] === undefined ? undefined : Number(match[4]);
  if (hour > 23 || (minute ?? 0) > 59 || (second ?? 0) > 60) return undefined;
  const microsecond = match[5] === undefined ? undefined : Number(match[5].padEnd(6, "0"));
  return {
    hour,
    ...(minute === undefined ? {} : { minute }),
    ...(second === undefined ? {} : { second }),
    ...(microsecond === undefined ? {} : { microsecond }),
  };
}

/** `YYYYMMDDHHMMSS.FFFFFF&ZZXX` with any tail left off. */
export function parseDateTime(text: string): DicomDateTime | undefined {
  const match = /^(\d{4})(\d{2})?(\d{2})?(\d{2}(?:\d{2}(?:\d{2}(?:\.\d{1,6})?)?)?)?([+-]\d{4})?$/.exec(text.trim());
  if (match === null) return undefined;
  const [, y, m, d, t, z] = match;
  if (parseDate(`${y}${m ?? "01"}${d ?? "01"}`) === undefined) return undefined;
  const time = t === undefined ? undefined : parseTime(t);
  if (t !== undefined && time === undefined) return undefined;
  const offsetMinutes = z === undefined ? undefined : parseOffset(z);
  if (z !== undefined && offsetMinutes === undefined) return undefined;
  return {
    year: Number(y),
    ...(m === undefined ? {} : { month: Number(m) }),
    ...(d === undefined ? {} : { day: Number(d) }),
    ...(time === undefined ? {} : { time }),
    ...(offsetMinutes === undefined ? {} : { offsetMinutes }),
  };
}

function parseOffset(text: string): number | undefined {
  const hours = Number(text.slice(1, 3));
  const minutes = Number(text.slice(3, 5));
  if (hours > 14 || minutes > 59) return undefined;
  return (text[0] === "-" ? -1 : 1) * (hours * 60 + minutes);
}

/** DA as the standard writes it now: `YYYYMMDD`. */
export function formatDate(date: DicomDate): string {
  return `${String(date.year).padStart(4, "0")}${two(date.month)}${two(date.day)}`;
}

/** TM as the standard writes it, to the precision that is known. */
export function formatTime(time: DicomTime): string {
  let text = two(time.hour);
  if (time.minute === undefined) return text;
  text += two(time.minute);
  if (time.second === undefined) return text;
  text += two(time.second);
  return time.microsecond === undefined ? text : `${text}.${String(time.microsecond).padStart(6, "0")}`;
}

function two(part: number): string {
  return String(part).padStart(2, "0");
}

/** A matching range of a query (PS3.4 §C.2.2.2.5): `a-b`, `a-`, `-b`, or one value; both ends inclusive. */
export type TextRange = { readonly from?: string; readonly to?: string };

/** Range of dates as `YYYYMMDD` bounds; undefined where the text is neither a date nor a range of dates. */
export function parseDateRange(text: string): TextRange | undefined {
  return parseRange(text, (part) => {
    const date = parseDate(part);
    return date === undefined ? undefined : { low: formatDate(date), high: formatDate(date) };
  });
}

/** Range of times as comparable `HHMMSS.FFFFFF` bounds: `10-11` covers 10:00:00 up to the last microsecond of 11. */
export function parseTimeRange(text: string): TextRange | undefined {
  return parseRange(text, (part) => {
    const time = parseTime(part);
    if (time === undefined) return undefined;
    const bound = (minute: number, second: number, microsecond: number) =>
      formatTime({
        hour: time.hour,
        minute: time.minute ?? minute,
        second: time.second ?? second,
        microsecond: time.microsecond ?? microsecond,
      });
    return { low: bound(0, 0, 0), high: bound(59, 59, 999_999) };
  });
}

function parseRange(
  text: string,
  bounds: (part: string) => { low: string; high: string } | undefined,
): TextRange | undefined {
  const single = bounds(text);
  if (single !== undefined) return { from: single.low, to: single.high };
  const dash = text.indexOf("-");
  if (dash < 0 || text.indexOf("-", dash + 1) >= 0) return undefined;
  const [left, right] = [text.slice(0, dash).trim(), text.slice(dash + 1).trim()];
  if (left === "" && right === "") return undefined;
  const from = left === "" ? undefined : bounds(left);
  const to = right === "" ? undefined : bounds(right);
  if ((left !== "" && from === undefined) || (right !== "" && to === undefined)) return undefined;
  return {
    ...(from === undefined ? {} : { from: from.low }),
    ...(to === undefined ? {} : { to: to.high }),
  };
}
