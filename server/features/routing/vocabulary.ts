import type { Vocabulary } from "@readroom/shared/domain/routing/validate.js";
import type { Naming } from "@readroom/shared/domain/routing/words.js";
import { rawRows } from "../../kernel/database.js";
import { poolsOf } from "../roster/public.js";
import type { Executor } from "./store.js";

/** Orders and studies of so many days show what codes a group's hospitals send. */
const LOOK_BACK_DAYS = 90;
const MOST = 2000;

interface Row {
  readonly sites: { code: string; name: string }[];
  readonly hospitals: { code: string; name: string }[];
  readonly contracts: { code: string; name: string }[];
  readonly held: string[];
  readonly members: { poolId: string; members: number }[];
  readonly modalities: string[];
  readonly bodyParts: string[];
  readonly procedureCodes: string[];
  readonly patientClasses: string[];
  readonly priorities: string[];
}

const distinct = (column: string, from: string): string =>
  `coalesce((SELECT jsonb_agg(v ORDER BY v) FROM (SELECT DISTINCT ${column} AS v FROM ${from} LIMIT ${MOST}) d WHERE v <> ''), '[]')`;
const ORDERS = `imaging_order o JOIN site t ON t.id = o.site_id JOIN mine ON mine.hospital_id = t.organisation_id
  WHERE o.ordered_at > now() - interval '${LOOK_BACK_DAYS} days'`;
const STUDIES = `study s JOIN mine ON mine.hospital_id = s.organisation_id WHERE s.first_instance_at > now() - interval '${LOOK_BACK_DAYS} days'`;

/** What a group's rules may speak of. Readers whose account is disabled count for nothing. */
export async function vocabularyOf(executor: Executor, groupId: string): Promise<Vocabulary> {
  const pools = await poolsOf(executor, groupId);
  const [row] = await rawRows<Row>(
    executor,
    `WITH mine AS (SELECT DISTINCT hospital_id FROM contract WHERE group_id = $1::uuid AND (valid_to IS NULL OR valid_to > now())),
       active AS (SELECT u.id FROM user_account u WHERE u.organisation_id = $1::uuid AND u.disabled_at IS NULL)
     SELECT
       coalesce((SELECT jsonb_agg(jsonb_build_object('code', t.code, 'name', t.name) ORDER BY t.name)
         FROM site t JOIN mine ON mine.hospital_id = t.organisation_id), '[]') AS sites,
       coalesce((SELECT jsonb_agg(jsonb_build_object('code', h.code, 'name', h.name) ORDER BY h.name)
         FROM organisation h JOIN mine ON mine.hospital_id = h.id), '[]') AS hospitals,
       coalesce((SELECT jsonb_agg(jsonb_build_object('code', c.name, 'name', c.name) ORDER BY c.name) FROM contract c
         WHERE c.group_id = $1::uuid AND (c.valid_to IS NULL OR c.valid_to > now())), '[]') AS contracts,
       coalesce((SELECT jsonb_agg(DISTINCT s) FROM reader_profile p JOIN active ON active.id = p.user_id, unnest(p.subspecialties) s), '[]') AS held,
       coalesce((SELECT jsonb_agg(jsonb_build_object('poolId', m.pool_id, 'members', m.n)) FROM (
         SELECT m.pool_id, count(*) AS n FROM pool_member m JOIN pool p ON p.id = m.pool_id JOIN active ON active.id = m.user_id
         WHERE p.group_id = $1::uuid GROUP BY m.pool_id) m), '[]') AS members,
       coalesce((SELECT jsonb_agg(DISTINCT m) FROM ${STUDIES.replace(" WHERE", ", unnest(s.modalities) m WHERE")}), '[]') AS modalities,
       ${distinct("o.body_part", ORDERS)} || ${distinct("s.body_part", STUDIES)} AS "bodyParts",
       ${distinct("o.procedure_code", ORDERS)} AS "procedureCodes",
       ${distinct("o.patient_class", ORDERS)} AS "patientClasses",
       ${distinct("o.priority", ORDERS)} AS priorities`,
    [groupId],
  );
  if (!row) throw new Error("a group's vocabulary is one row");
  const { held, members, ...rest } = row;
  return {
    ...rest,
    bodyParts: [...new Set(rest.bodyParts)],
    heldSubspecialties: held,
    pools: pools.map(({ id, code, name, subspecialties, fallbackPoolId }) => ({
      ...{ id, code, name, subspecialties, fallbackPoolId },
      members: members.find((one) => one.poolId === id)?.members ?? 0,
    })),
  };
}

/** Names instead of codes, where the hub has them. */
export function namingOf(known: Vocabulary): Naming {
  const lists = { pool: known.pools, site: known.sites, hospital: known.hospitals, contract: known.contracts };
  return (kind, code) =>
    lists[kind].find((one) => one.code.toLowerCase() === code.toLowerCase())?.name.replace(/ pool$/i, "") ?? code;
}
