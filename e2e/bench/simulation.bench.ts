import { compare, dayOf, prepared, synthetic } from "@readroom/shared/domain/simulation/synthetic.js";
import type { Benchmark } from "./bench.js";

const MILLION = 1_000_000;

/** A year of a million studies through the routing rules and the readers, on one core; then a night. */
export default {
  name: "simulation",
  async run({ figure, note }) {
    const day = dayOf(2026, 1, 1);
    note("synthetic hospitals, seed 1; no database, no network");
    const year = { kind: "days", days: 365, seed: 1, studies: MILLION, hospitals: 60, readers: 54, day } as const;
    const made = timed(() => synthetic(year));
    figure({ name: "1 M studies made", subject: "readroom", value: made.seconds, unit: "s" });
    const ready = timed(() => prepared(made.value));
    figure({ name: "1 M studies decided by the rules", subject: "readroom", value: ready.seconds, unit: "s" });
    const ours = timed(() => compare(ready.value, [{ name: "readroom" }]));
    figure({ name: "1 M studies replayed and counted", subject: "readroom", value: ours.seconds, unit: "s" });
    const fifo = timed(() => compare(ready.value, [{ name: "fifo" }]));
    figure({ name: "1 M studies replayed and counted", subject: "plain FIFO", value: fifo.seconds, unit: "s" });
    figure({
      name: "a year in all, these rules",
      subject: "readroom",
      value: made.seconds + ready.seconds + ours.seconds,
      unit: "s",
    });

    const policies = [{ name: "readroom" }, { name: "fifo" }] as const;
    const night = timed(() =>
      compare(
        prepared(synthetic({ kind: "night", seed: 1, studies: 2_000, hospitals: 60, readers: 25, day })),
        policies,
      ),
    );
    figure({ name: "a night of 2,000, both columns", subject: "readroom", value: night.seconds * 1000, unit: "ms" });
    for (const [n, subject] of (["readroom", "plain FIFO"] as const).entries()) {
      const outcome = night.value[n];
      if (!outcome) continue;
      figure({ name: "night: studies in time", subject, value: (outcome.all.attainment ?? 0) * 100, unit: "%" });
      figure({ name: "night: mean turnaround", subject, value: outcome.all.turnaround.mean, unit: "min" });
      const stat = outcome.byUrgency.find(({ urgency }) => urgency === "stat");
      figure({ name: "night: mean turnaround, stat", subject, value: stat?.turnaround.mean ?? 0, unit: "min" });
    }
  },
} satisfies Benchmark;

function timed<T>(work: () => T): { readonly value: T; readonly seconds: number } {
  const began = performance.now();
  const value = work();
  return { value, seconds: (performance.now() - began) / 1000 };
}
