import type { ApiError } from "@readroom/shared/contract/errors.js";
import { type Answer, isPassing } from "./answer";
import type { SealedEdits } from "./sealed";

const AT_ONCE = 16;

export interface BringingBack {
  relay(edits: SealedEdits): Promise<Answer>;
  /** The hub has committed it, or refused it for good. */
  paid(edits: SealedEdits): void;
  /** Is this still the visit for which it is done? */
  goesOn(): boolean;
}

/** How it ended: all is committed; the visit was over before; it is tried again at the next join; the hub refused some of it. */
export type BroughtBack =
  | { readonly kind: "done" }
  | { readonly kind: "over" }
  | { readonly kind: "later" | "refused"; readonly error: ApiError };

/**
 * Brings back, before anything of one's own, what the hub had shown and a process of it may have lost. Already there, it changes nothing.
 * Each is kept until the hub says that it is committed: the next process may die as well.
 */
export async function bringBack(debt: readonly SealedEdits[], hub: BringingBack): Promise<BroughtBack> {
  const onTheWay = debt.slice(0, AT_ONCE).map((edits) => hub.relay(edits));
  for (const [nth, edits] of debt.entries()) {
    const answer = (await onTheWay[nth]) as Answer;
    if (!hub.goesOn()) return { kind: "over" };
    // A gap that others can close would be closed by them; here it stays.
    if (!answer.ok && isPassing(answer.error) && answer.error.detail?.resync !== true)
      return { kind: "later", error: answer.error };
    hub.paid(edits);
    if (!answer.ok) return { kind: "refused", error: answer.error };
    const next = debt[nth + AT_ONCE];
    if (next) onTheWay.push(hub.relay(next));
  }
  return { kind: "done" };
}
