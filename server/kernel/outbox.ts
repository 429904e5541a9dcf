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

/** Appends events in the caller's transaction: they exist if and only if the change itself does. */
export async function appendEvents(
  executor: Tx | pg.PoolClient,
  actor: Actor,
  events: readonly NewEvent[],
): Promise<void> {
  const stamp = JSON.stringify(actorStamp(actor));
  for (const event of events) {
    await rawRows(executor, "SELECT outbox_append($1::text, $2::text, $3::jsonb, $4::text[], $5::jsonb)::text", [
      event.stream,
      event.type,
      JSON.stringify(event.payload),
      event.topics,
      stamp,
    ]);
  }
}
