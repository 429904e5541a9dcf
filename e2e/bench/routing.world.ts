import { NO_FACTS, type StudyFacts } from "@readroom/shared/domain/routing/facts.js";
import type { RoutingRule, RuleSet } from "@readroom/shared/domain/routing/rules.js";
import { DEFAULT_SUBSPECIALTIES } from "@readroom/shared/domain/subspecialties.js";
import type { World } from "../../server/features/worklist/testing/world.js";

export const RULES = 200;
export const READERS = 500;
const SITES = 60;
const STATES = ["US-NY", "US-IL", "US-OH", "US-CA", "US-TX", "US-MA", "US-WA", "US-GA", "US-PA", "US-FL"];
const SUBSPECIALTIES = ["neuro", "body", "chest", "msk", "cardiac", "breast", "nuclear", "paediatric", "general"];

const pick = <T>(values: readonly T[], n: number): T => values[n % values.length] as T;

/** 60 hospitals of one site each in ten states, nine pools, 500 readers with three states and two thirds of the sites each. */
export async function populate(world: World): Promise<void> {
  const { pool } = world.db;
  await pool.query(
    `WITH h AS (INSERT INTO organisation (kind, code, name, time_zone) SELECT 'hospital', 'H' || n, 'Hospital ' || n, 'America/New_York'
         FROM generate_series(1, ${SITES}) n RETURNING id, code),
       t AS (INSERT INTO site (organisation_id, code, name, time_zone, jurisdiction, patient_id_issuer, hl7_facilities)
         SELECT id, 'S' || substr(code, 2), 'Site ' || substr(code, 2), 'America/New_York', ($2::text[])[1 + substr(code, 2)::int % ${STATES.length}], code, '{}' FROM h)
     INSERT INTO contract (hospital_id, group_id, name, turnaround, valid_from)
       SELECT id, $1, 'Contract ' || code, '{"critical":15,"stat":30,"urgent":120,"routine":720}', now() - interval '1 year' FROM h`,
    [world.group, STATES],
  );
  await pool.query("DELETE FROM pool WHERE group_id = $1", [world.group]);
  await pool.query(
    `INSERT INTO pool (group_id, code, name, subspecialties) SELECT $1, upper(s), initcap(s), ARRAY[s] FROM unnest($2::text[]) s`,
    [world.group, SUBSPECIALTIES],
  );
  await pool.query(
    "UPDATE pool SET fallback_pool_id = (SELECT id FROM pool WHERE code = 'GENERAL') WHERE group_id = $1 AND code <> 'GENERAL'",
    [world.group],
  );
  await pool.query(
    `INSERT INTO user_account (organisation_id, email, display_name, short_name, password_hash)
     SELECT $1, 'reader' || n || '@bench.example', 'Reader ' || n, 'R' || n, 'x' FROM generate_series(1, ${READERS}) n`,
    [world.group],
  );
  const readers = `(SELECT id, substr(short_name, 2)::int AS n FROM user_account WHERE organisation_id = '${world.group}') u`;
  const types = "ARRAY['preliminary', 'final']";
  await pool.query(
    `INSERT INTO reader_profile (user_id, subspecialties, read_types)
     SELECT id, ARRAY[($1::text[])[1 + n % 9], ($1::text[])[1 + (n / 3) % 9]], ${types} FROM ${readers}`,
    [SUBSPECIALTIES],
  );
  await pool.query(
    `INSERT INTO licence (user_id, jurisdiction, number, valid_from, valid_to)
     SELECT id, ($1::text[])[1 + (n + k * 3) % 10], 'n', now() - interval '1 year', now() + interval '1 year' FROM ${readers}, generate_series(0, 2) k`,
    [STATES],
  );
  await pool.query(
    `INSERT INTO privilege (user_id, site_id, read_types, valid_from, valid_to)
     SELECT u.id, t.id, ${types}, now() - interval '1 year', now() + interval '1 year' FROM ${readers}, site t
     WHERE t.code LIKE 'S%' AND (u.n + length(t.code) + ascii(right(t.code, 1))) % 3 > 0`,
  );
  await pool.query(
    `INSERT INTO pool_member (pool_id, user_id) SELECT p.id, r.user_id FROM pool p JOIN reader_profile r ON r.subspecialties && p.subspecialties OR p.code = 'GENERAL'
     WHERE p.group_id = $1`,
    [world.group],
  );
  await pool.query(
    `INSERT INTO shift (user_id, starts_at, ends_at) SELECT id, now() - interval '1 hour', now() + interval '9 hours' FROM ${readers} WHERE n % 3 = 0`,
  );
}

const PROCEDURES = [
  ["CT", "HEAD", "CT head without contrast", "CTHEAD"],
  ["CT", "CHEST", "CT pulmonary angiogram", "CTPA"],
  ["CT", "ABDOMENPELVIS", "CT abdomen pelvis with contrast", "CTAP"],
  ["MR", "KNEE", "MR knee right", "MRKNEE"],
  ["MR", "BRAIN", "MR brain stroke protocol", "MRBRAIN"],
  ["DX", "CHEST", "XR chest two views", "XRCHEST"],
  ["DX", "WRIST", "XR wrist three views", "XRWRIST"],
  ["US", "ABDOMEN", "US abdomen complete", "USABD"],
  ["MG", "BREAST", "Mammography screening", "MGSCR"],
  ["CT", "CORONARY", "CT coronary angiography", "CTCOR"],
] as const;

/** What a group's rules look like: by site and hour, by words, by code, by class and priority, some deep, most about one hospital. */
export function ruleSet(): RuleSet {
  const rules = Array.from({ length: RULES }, (_, n): RoutingRule => {
    const [modality, part, text, code] = pick(PROCEDURES, n * 7);
    const site = { field: "site" as const, is: [`S${1 + (n % SITES)}`, `S${1 + ((n * 3) % SITES)}`] };
    const kinds: RoutingRule["condition"][] = [
      { all: [site, { field: "modality", is: [modality] }, { field: "hour", from: 22, to: 6 }] },
      {
        all: [
          site,
          {
            any: [
              { field: "procedureText", contains: [text, "trauma"] },
              { field: "bodyPart", is: [part] },
            ],
          },
        ],
      },
      {
        all: [
          { field: "procedureCode", is: [code, `${code}${n}`] },
          { not: { field: "patientClass", is: ["O"] } },
          site,
        ],
      },
      { all: [{ field: "age", below: 16 }, { field: "weekday", is: [6, 7] }, site] },
      {
        all: [
          { field: "procedureText", contains: ["stroke", "dissection"] },
          { field: "priority", is: ["stat"] },
          site,
        ],
      },
    ];
    const actions: RoutingRule["action"][] = [
      { raiseTo: "urgent" },
      { pool: pick(SUBSPECIALTIES, n).toUpperCase() },
      { turnaroundMinutes: 30 + n },
      { raiseTo: "stat", notify: { roles: ["operator"] } },
      { doubleRead: true },
    ];
    return { id: `rule-${n}`, name: `Rule ${n}`, condition: pick(kinds, n), action: pick(actions, Math.floor(n / 5)) };
  });
  return { rules, mapping: DEFAULT_SUBSPECIALTIES };
}

/** Facts of so many studies over all sites, hours and procedures. */
export function someFacts(count: number): StudyFacts[] {
  return Array.from({ length: count }, (_, n) => {
    const [modality, part, text, code] = pick(PROCEDURES, n);
    return {
      ...NO_FACTS,
      site: [`S${1 + (n % SITES)}`],
      hospital: [`H${1 + (n % SITES)}`],
      modality: [modality],
      bodyPart: [part],
      procedureCode: [code],
      procedureText: text,
      priority: [pick(["routine", "stat", "urgent", "routine"], n >> 2)],
      patientClass: [pick(["E", "I", "O"], n >> 1)],
      ageYears: (n * 13) % 95,
      localHour: n % 24,
      weekday: 1 + (n % 7),
      firstInstanceAt: 1_000_000 + n,
    };
  });
}

/** So many studies that came in and wait for their first decision, each with its order and an event that tells of it. */
export async function arrive(world: World, count: number): Promise<void> {
  const { pool } = world.db;
  await pool.query("TRUNCATE study, imaging_order, patient, outbox, reaction, routing_decision CASCADE");
  const column = (index: 0 | 1 | 2 | 3) => PROCEDURES.map((procedure) => procedure[index]);
  await pool.query(
    `WITH t AS (SELECT id, organisation_id, row_number() OVER (ORDER BY code) - 1 AS place FROM site WHERE code LIKE 'S%'),
       p AS (INSERT INTO patient (organisation_id, issuer, mrn, name, birth_date)
         SELECT t.organisation_id, 'X', 'P' || n, '{"alphabetic": "Bench^Ada"}', '19' || lpad((n % 90 + 10)::text, 2, '0') || '-01-01'
         FROM generate_series(1, $1::int) n JOIN t ON t.place = n % ${SITES} RETURNING id, mrn, organisation_id),
       o AS (INSERT INTO imaging_order (site_id, patient_id, accession_number, procedure_code, procedure_text, modality, body_part, priority, patient_class, source)
         SELECT t.id, p.id, p.mrn, ($5::text[])[1 + n % 10], ($4::text[])[1 + n % 10], ($2::text[])[1 + n % 10], ($3::text[])[1 + n % 10],
           (ARRAY['routine', 'stat', 'urgent', 'routine'])[1 + n % 4], (ARRAY['E', 'I', 'O'])[1 + n % 3], 'bench'
         FROM p JOIN t ON t.organisation_id = p.organisation_id CROSS JOIN LATERAL (SELECT substr(p.mrn, 2)::int AS n) x RETURNING id, site_id, patient_id, accession_number)
     INSERT INTO study (organisation_id, site_id, study_instance_uid, patient_id, order_id, accession_number, description, modalities, body_part, state, match_state,
       first_instance_at, complete_at, instances_received)
     SELECT t.organisation_id, o.site_id, '2.25.' || n, o.patient_id, o.id, o.accession_number, '', ARRAY[($2::text[])[1 + n % 10]], '', 'complete', 'matched',
       now() - n * interval '1 second', now(), 100
     FROM o JOIN t ON t.id = o.site_id CROSS JOIN LATERAL (SELECT substr(o.accession_number, 2)::int AS n) x`,
    [count, column(0), column(1), column(2), column(3)],
  );
  await pool.query(
    `SELECT outbox_append('study:' || id, 'study.complete', jsonb_build_object('studyId', id), '{}', '{"kind":"system","id":"bench","name":"bench"}') FROM study`,
  );
  await pool.query("SELECT count(*) FROM outbox_publish(1000000)");
  await pool.query("ANALYZE study, imaging_order, patient, outbox");
}
