import type { HospitalView } from "@readroom/shared/contract/http/hospital.js";

/** One bar of the attainment chart. percent null: nothing was due that day. */
export interface DayBar {
  day: string;
  percent: number | null;
  met: number;
  total: number;
  short: boolean;
}

/** The days as bars; `short` where the contract's target was missed. */
export function barsOf(view: Pick<HospitalView, "attainment" | "contracts">): DayBar[] {
  const target = targetOf(view.contracts);
  return view.attainment.byDay.map(({ day, met, total, fraction }) => ({
    day,
    percent: fraction === null ? null : Math.round(fraction * 1000) / 10,
    met,
    total,
    short: fraction !== null && target !== null && fraction < target,
  }));
}

/** The strictest target of the contracts in force; null where there is no contract. */
export const targetOf = (contracts: HospitalView["contracts"]): number | null =>
  contracts.length ? Math.max(...contracts.map((contract) => contract.target)) : null;

/** "96.4 %" of a fraction, "–" of none. One decimal, never rounded up to a target that was not met. */
export const percent = (fraction: number | null): string =>
  fraction === null ? "–" : `${(Math.floor(fraction * 1000) / 10).toFixed(1)} %`;

/** How the critical result's loop stands. */
export function loopWord(state: string, acknowledgedAt: number | null): { text: string; tone: "ok" | "wait" | "bad" } {
  if (acknowledgedAt !== null) return { text: "acknowledged", tone: "ok" };
  switch (state) {
    case "closed":
      return { text: "withdrawn", tone: "wait" };
    case "read_back":
      return { text: "read back", tone: "wait" };
    case "reached":
      return { text: "reached", tone: "wait" };
    default:
      return { text: "being rung", tone: "bad" };
  }
}

/** A delivery's two axes, our attempt and the receiver's answer, in a word. */
export function arrivalWord(attempt: string, receipt: string): { text: string; tone: "ok" | "wait" | "bad" } {
  if (receipt === "accepted") return { text: "arrived", tone: "ok" };
  if (receipt === "refused") return { text: "refused", tone: "bad" };
  if (attempt === "ambiguous") return { text: "unclear", tone: "bad" };
  if (attempt === "gave_up") return { text: "given up", tone: "bad" };
  return { text: "on its way", tone: "wait" };
}
