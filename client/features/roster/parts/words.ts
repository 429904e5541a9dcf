const labels = new Map<string, Intl.DateTimeFormat>();

/** "Sat 28" in a zone. */
export function dayLabel(at: number, timeZone: string): string {
  const made =
    labels.get(timeZone) ?? new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", timeZone });
  labels.set(timeZone, made);
  return made.format(at);
}
