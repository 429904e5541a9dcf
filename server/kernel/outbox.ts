import { type Actor, actorStamp } from "@readroom/shared/domain/access.js";
import type pg from "pg";
import { rawRows, type Tx } from "./database.js";

/** Something that happened to one stream ("study:<id>", "report:<id>" …). topics: who may hear of it (see topics.ts). */
export interface NewEvent {
  readonly stream: string;
  readonly type: string;
  readonly payload: Record<string, unknown>;
  readonly topics: readonly string[];
}

/** Appends events in the caller's transaction, in this order, in one statement: they exist if and only if the change itself does. */
export async function appendEvents(
  executor: Tx | pg.PoolClient,
  actor: Actor,
  events: readonly NewEvent[],
): Promise<void> {
  if (events.length === 0) return;
  await rawRows(executor, "SELECT outbox_append_many($1::jsonb, $2::jsonb) AS appended", [
    JSON.stringify(events),
    JSON.stringify(actorStamp(actor)),
  ]);
}
