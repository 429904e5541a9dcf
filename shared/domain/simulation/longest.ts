import { URGENCIES } from "../urgency.js";
import type { Run } from "./engine.js";
import type { LongWait } from "./outcome-types.js";
import { rounded } from "./rounded.js";

const LONGEST = 10;

/** Who waited most, measured against what was owed: the latest first, among those without a clock the longest. */
export function longestOf(run: Run): LongWait[] {
  const { prepared, startAt, finishAt, readerOf } = run;
  const { arrivals, world, deadline, until, urgency } = prepared;
  const worst: { i: number; late: number }[] = [];
  for (let i = 0; i < arrivals.count; i++) {
    if ((arrivals.readableAt[i] as number) >= until) continue;
    const finish = finishAt[i] as number;
    const end = Number.isNaN(finish) ? until : finish;
    const due = deadline[i] as number;
    const late = Number.isNaN(due) ? end - (arrivals.readableAt[i] as number) - 86_400_000 : end - due;
    const last = worst[worst.length - 1];
    if (worst.length === LONGEST && last && late <= last.late) continue;
    worst.push({ i, late });
    worst.sort((a, b) => b.late - a.late || a.i - b.i);
    worst.length = Math.min(worst.length, LONGEST);
  }
  return worst.map(({ i, late }) => {
    const start = startAt[i] as number;
    const readableAt = arrivals.readableAt[i] as number;
    const reader = readerOf[i] as number;
    return {
      site: world.sites[arrivals.site[i] as number]?.name ?? "",
      what: arrivals.kinds[arrivals.kind[i] as number]?.text ?? "",
      urgency: URGENCIES[urgency[i] as number] ?? "routine",
      readableAt,
      waitedMinutes: rounded(((Number.isNaN(start) ? until : start) - readableAt) / 60_000, 1),
      lateMinutes: Number.isNaN(deadline[i] as number) ? null : rounded(late / 60_000, 1),
      reader: reader < 0 ? null : (world.readers[reader]?.name ?? null),
    };
  });
}
