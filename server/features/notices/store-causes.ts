import { rawRows } from "../../kernel/database.js";
import type { Executor } from "./store-people.js";

/** Who raised an open finding, and how many contacts were tried before the present one. */
export async function raisedBy(
  executor: Executor,
  findingId: string,
): Promise<{ raisedBy: string; step: number } | null> {
  const rows = await rawRows<{ raisedBy: string; step: number }>(
    executor,
    `SELECT raised_by AS "raisedBy", step FROM critical_finding WHERE id = $1::uuid AND state <> 'closed'`,
    [findingId],
  );
  return rows[0] ?? null;
}

/** Who signed the newest version of a study's report. */
export async function signerOf(executor: Executor, studyId: string): Promise<string | null> {
  const rows = await rawRows<{ signedBy: string }>(
    executor,
    `SELECT signed_by AS "signedBy" FROM report_version WHERE study_id = $1::uuid ORDER BY version DESC LIMIT 1`,
    [studyId],
  );
  return rows[0]?.signedBy ?? null;
}
