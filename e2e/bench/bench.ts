/** What a benchmark gets to work with. Everything that it opens is closed by `defer`, also when it fails. */
export interface BenchContext {
  /** An empty folder of its own on the checkout's disk, removed afterwards. */
  scratch: string;
  /** URL of a new migrated database on an embedded PostgreSQL whose commits wait for the disk. */
  database(): Promise<string>;
  /** Prints one figure. `subject` is what was measured: ours or a peer, so that they stand side by side. */
  figure(figure: Figure): void;
  /** Prints a remark, such as a peer that is not installed here. */
  note(line: string): void;
  /** Registers what undoes something, run last first when the benchmark has ended. */
  defer(undo: () => unknown): void;
}

export interface Figure {
  /** What was measured, as "C-STORE, 1 association". */
  name: string;
  /** On whom, as "readroom" or "dcmtk storescp". */
  subject: string;
  value: number;
  /** As "instances/s" or "ms". */
  unit: string;
}

/** Default export of a `*.bench.ts` file. */
export interface Benchmark {
  /** By which `npm run bench -- NAME` chooses it. */
  name: string;
  run(context: BenchContext): Promise<void>;
}

/** The value below which a share (0 to 1) of the values lie: `quantile(times, 0.99)`. Takes at least one value. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  if (value === undefined) throw new Error("a quantile of no values");
  return value;
}
