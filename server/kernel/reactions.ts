import type { SqlClient, Tx } from "./database.js";
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
  /** False: the event is none of its business, and costs no transaction. Asked before `run`; must not throw. */
  readonly when?: (event: PublishedEvent) => boolean;
  run(deps: Deps, tx: Tx, event: PublishedEvent): Promise<void>;
  /**
   * Where given: what queued up while the last ones were at work is handed over together, in one transaction, in published order, before
   * the reactions that take events one by one. Still exactly once; when it fails, each event is tried alone by `run`.
   */
  runMany?(deps: Deps, client: SqlClient, events: readonly PublishedEvent[]): Promise<void>;
}

/** Work that falls due (lease expiry, escalation, quiet studies): called about every `everyMs` on the relay's leader only. */
export interface Timer {
  readonly name: string;
  readonly everyMs: number;
  run(deps: Deps): Promise<void>;
}
