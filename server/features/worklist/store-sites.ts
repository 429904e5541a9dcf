import { rawRows } from "../../kernel/database.js";
import type { Executor } from "./store.js";

export interface SiteRow {
  readonly id: string;
  readonly organisationId: string;
  readonly code: string;
  readonly name: string;
  readonly timeZone: string;
  readonly jurisdiction: string;
}

export async function sitesOf(executor: Executor, hospitalIds: readonly string[]): Promise<SiteRow[]> {
  return rawRows<SiteRow>(
    executor,
    `SELECT id, organisation_id AS "organisationId", code, name, time_zone AS "timeZone", jurisdiction FROM site
     WHERE organisation_id = ANY ($1::uuid[]) ORDER BY name, id`,
    [hospitalIds],
  );
}
