import type { LaneStudy } from "@readroom/shared/domain/ranking.js";
import type { Instant } from "@readroom/shared/kernel/instant.js";
import type pg from "pg";

type Executor = pg.Pool | pg.PoolClient;

/** A head of a lane to be fetched: `depth` studies of it that whoever has the `right` may be given. */
export interface HeadAsked {
  readonly pool: string;
  readonly subspecialty: string;
  readonly kind: string | null;
  readonly site: string | null;
  /** Index into the rights. */
  readonly right: number;
  readonly depth: number;
}

/** Sites where the reader may sign finally, and preliminarily. */
export interface SiteRight {
  readonly final: readonly string[];
  readonly preliminary: readonly string[];
}

/** A study as lane_heads writes it: id, pool, subspecialty, urgency rank, latest start, kind, site, preliminary. */
type Packed = readonly [string, string, string, number, number, string, string, boolean];

const unpack = ([
  studyId,
  poolId,
  subspecialty,
  urgencyRank,
  latestStart,
  kind,
  siteId,
  preliminary,
]: Packed): LaneStudy => ({
  ...{ studyId, poolId, subspecialty, urgencyRank, latestStart, kind, siteId, preliminary },
});

/** Studies by head (in the order asked) and by reader of whose own priors they are (in the order of `readers`). */
export interface Fetched {
  readonly heads: readonly (readonly LaneStudy[])[];
  readonly own: readonly (readonly LaneStudy[])[];
}

/** One statement for all heads of a batch (migration 20261125060000, lane_heads). */
export async function fetchHeads(
  executor: Executor,
  rights: readonly SiteRight[],
  asked: readonly HeadAsked[],
  readers: readonly string[],
): Promise<Fetched> {
  const literal = (sites: readonly string[]) => `{${sites.join(",")}}`;
  const { rows } = await executor.query<{ list: number; studies: Packed[] | null }>({
    name: "lane_heads",
    text: "SELECT list, studies FROM lane_heads($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) WHERE studies IS NOT NULL",
    values: [
      rights.map(({ final }) => literal(final)),
      rights.map(({ preliminary }) => literal(preliminary)),
      asked.map((_, n) => n + 1),
      asked.map(({ right }) => right + 1),
      asked.map(({ pool }) => pool),
      asked.map(({ subspecialty }) => subspecialty),
      asked.map(({ kind }) => kind),
      asked.map(({ site }) => site),
      asked.map(({ depth }) => depth),
      readers,
    ],
  });
  const heads: LaneStudy[][] = asked.map(() => []);
  const own: LaneStudy[][] = readers.map(() => []);
  for (const { list, studies } of rows) (list > 0 ? heads : own)[Math.abs(list) - 1] = studies?.map(unpack) ?? [];
  return { heads, own };
}

export interface Choice {
  readonly study: LaneStudy;
  readonly reader: string;
  readonly actor: { readonly kind: string; readonly id: string; readonly name: string };
  readonly address: string;
  /** "next" where the reader asked, "push" where the pool gave it. */
  readonly via: string;
}

export interface Granted {
  readonly studyId: string;
  readonly fence: number;
  readonly patientId: string | null;
}

/** Claims, audit rows and events of a whole batch in one commit; those that are no longer free are missing from the answer. */
export async function grantChoices(
  executor: Executor,
  choices: readonly Choice[],
  now: Instant,
  until: Instant,
): Promise<Granted[]> {
  const { rows } = await executor.query<Granted>({
    name: "claim_grant",
    text: `SELECT study_id AS "studyId", fence, patient_id AS "patientId"
      FROM claim_grant($1, $2, $3, $4, $5, $6, $7, $8::jsonb[], $9, $10::timestamptz, $11::timestamptz)`,
    values: [
      choices.map(({ study }) => study.studyId),
      choices.map(({ study }) => study.poolId),
      choices.map(({ study }) => study.subspecialty),
      choices.map(({ study }) => study.urgencyRank),
      choices.map(({ study }) => study.kind),
      choices.map(({ via }) => via),
      choices.map(({ reader }) => reader),
      choices.map(({ actor }) => JSON.stringify(actor)),
      choices.map(({ address }) => address),
      new Date(now),
      new Date(until),
    ],
  });
  return rows;
}

/** Kind of the study that the reader claimed last, "" where none is known: asked once, then remembered. */
export async function lastKindOf(executor: Executor, readerId: string): Promise<string> {
  const { rows } = await executor.query<{ kind: string }>({
    name: "claim_last_kind",
    text: `SELECT study_kind(s.modalities, s.body_part, s.subspecialty) AS kind FROM audit_event a JOIN study s ON s.id = a.study_id
      WHERE a.actor_id = $1 AND a.action = 'study.claim' AND a.outcome = 'allowed' ORDER BY a.at DESC LIMIT 1`,
    values: [readerId],
  });
  return rows[0]?.kind ?? "";
}

/** Puts the lanes right; how many rows were wrong (none, unless triggers were switched off). Holds up other writers of studies meanwhile. */
export async function reconcileLanes(executor: Executor): Promise<number> {
  const { rows } = await executor.query<{ wrong: number }>("SELECT study_lanes_reconcile() AS wrong");
  return rows[0]?.wrong ?? 0;
}
