import { DAY, HOUR, type Instant, MINUTE } from "../../kernel/instant.js";

/**
 * The wall clock of an IANA time zone, fast enough to be asked a million times: an offset that is the same at both ends of a UTC day
 * is taken for the whole day, and only on the two days a year on which clocks change each quarter of an hour is looked at.
 */
export class ZoneClock {
  readonly #format: Intl.DateTimeFormat;
  readonly #days = new Map<number, number>();
  readonly #quarters = new Map<number, number>();

  constructor(timeZone: string) {
    const two = "2-digit" as const;
    this.#format = new Intl.DateTimeFormat("en-GB", {
      ...{ timeZone, hourCycle: "h23", year: "numeric", month: two, day: two, hour: two, minute: two, second: two },
    });
  }

  /** Local wall clock minus UTC, in ms. */
  offsetAt(at: Instant): number {
    const day = Math.floor(at / DAY);
    let offset = this.#days.get(day);
    if (offset === undefined) {
      const begins = this.#measure(day * DAY);
      offset = begins === this.#measure((day + 1) * DAY) ? begins : Number.NaN;
      this.#days.set(day, offset);
    }
    return Number.isNaN(offset) ? this.#quarter(at) : offset;
  }

  /** 0–23. */
  hourOf(at: Instant): number {
    const local = at + this.offsetAt(at);
    return Math.floor((local - Math.floor(local / DAY) * DAY) / HOUR);
  }

  /** 0 Sunday … 6 Saturday. */
  weekdayOf(at: Instant): number {
    const day = this.dayOf(at);
    return (((day + 4) % 7) + 7) % 7;
  }

  /** Days since 1970-01-01 on the wall clock. */
  dayOf(at: Instant): number {
    return Math.floor((at + this.offsetAt(at)) / DAY);
  }

  /** The moment at which the wall clock shows day and ms after midnight; in the hour that clocks skip, the moment after it. */
  instantOf(day: number, msOfDay: number): Instant {
    const local = day * DAY + msOfDay;
    const guess = local - this.offsetAt(local);
    return local - this.offsetAt(guess);
  }

  #quarter(at: Instant): number {
    const slot = Math.floor(at / (15 * MINUTE));
    let offset = this.#quarters.get(slot);
    if (offset === undefined) {
      offset = this.#measure(slot * 15 * MINUTE);
      this.#quarters.set(slot, offset);
    }
    return offset;
  }

  #measure(at: Instant): number {
    const parts: Record<string, number> = {};
    for (const { type, value } of this.#format.formatToParts(at)) parts[type] = Number(value);
    const part = (type: string) => parts[type] ?? 0;
    return (
      Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second")) -
      Math.floor(at / 1000) * 1000
    );
  }
}

const clocks = new Map<string, ZoneClock>();

/** The clock of a zone, made once. */
export function zoneClock(timeZone: string): ZoneClock {
  const found = clocks.get(timeZone) ?? new ZoneClock(timeZone);
  clocks.set(timeZone, found);
  return found;
}
