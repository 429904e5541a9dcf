import type { Tx } from "./database.js";
import type { Deps } from "./deps.js";

/** An event as the relay hands it on, after it has its published sequence number. */
export interface PublishedEvent {
  readonly id: string;
  readonly stream: string;
  readonly version: number;
  readonly type: string;
  readonly payload: Record<string, unknown>;
  readonly topics: readonly string[];
  readonly actor: { readonly kind: string; readonly id: string; readonly name: string };
  readonly at: number;
  readonly publishedSeq: number;
}

/**
 * What a feature does when something happened elsewhere. Runs once per event in its own transaction (idempotent by (event, handler));
 * a failure is kept and tried again with growing pauses, and shows in operations after ten tries.
 */
export interface Reaction {
  readonly handler: string;
  readonly types: readonly string[];
  run(deps: Deps, tx: Tx, event: PublishedEvent): Promise<void>;
}

/** Work that falls due (lease expiry, escalation, quiet studies): called about every `everyMs` on the relay's leader only. */
export interface Timer {
  readonly name: string;
  readonly everyMs: number;
  run(deps: Deps): Promise<void>;
}
