import type { Conditions, SortBy, ViewDefinition } from "@readroom/shared/contract/http/worklist-views.js";

/** What one looks at: the tab, what was changed about it, and the line that is selected. */
export interface Looking {
  tab: string;
  conditions: Conditions;
  sort: SortBy | null;
  selected: string | null;
}

/** Kept in memory while Readroom is open, so that going back finds the list as it was left. Never in storage: a filter may name a patient. */
let kept: { userId: string; looking: Looking } | null = null;

export const recall = (userId: string): Looking | null => (kept?.userId === userId ? kept.looking : null);
export const remember = (userId: string, looking: Looking): void => {
  kept = { userId, looking };
};

export const NOTHING: Conditions = {};

/** Does what is shown differ from the view that it began as? */
export const differs = (from: ViewDefinition, now: Pick<ViewDefinition, "conditions" | "sort">): boolean =>
  JSON.stringify(sorted(from.conditions)) !== JSON.stringify(sorted(now.conditions)) ||
  JSON.stringify(from.sort) !== JSON.stringify(now.sort);

const sorted = (conditions: Conditions) =>
  Object.entries(conditions)
    .filter(([, value]) => value !== undefined && value !== "")
    .sort(([a], [b]) => (a < b ? -1 : 1));

/** A click on a header: upwards, downwards, then the list's own order again. */
export function sortAfter(sort: SortBy | null, column: string): SortBy | null {
  if (sort?.column !== column) return { column, down: false };
  return sort.down ? null : { column, down: true };
}
