import type { Role, UserActor } from "@readroom/shared/domain/access.js";
import type { Listener, NoticeStudy } from "@readroom/shared/domain/notices.js";
import { readingRight } from "@readroom/shared/domain/reading-right.js";
import type { Instant } from "@readroom/shared/kernel/instant.js";
import type pg from "pg";
import { rawRows, type Tx } from "../../kernel/database.js";
import { type GroupReader, groupReaders } from "../roster/public.js";

export type Executor = Tx | pg.Pool | pg.PoolClient;

const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`;

export interface StudyRow extends NoticeStudy {
  readonly jurisdiction: string;
  readonly subspecialty: string;
  readonly clockStartedAt: Instant | null;
  readonly outsideText: "none" | "procedure";
}

interface PersonRow {
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly organisationId: string;
  readonly organisationKind: "hospital" | "reading_group";
  readonly roles: Role[];
  readonly siteIds: string[] | null;
  readonly hospitalIds: string[];
  readonly live: boolean;
  readonly chosen: Record<string, unknown> | null;
}

export interface Person {
  readonly actor: UserActor;
  readonly live: boolean;
  readonly email: string;
  readonly chosen: Record<string, unknown> | null;
}

/** People, studies and readers as one transaction sees them: each is read once, however many notices are about them. */
export class Audience {
  private readonly studies = new Map<string, StudyRow | null>();
  private readonly people = new Map<string, Person>();
  private readonly groups = new Map<string, Promise<Map<string, GroupReader>>>();

  constructor(
    private readonly executor: Executor,
    readonly now: Instant,
  ) {}

  async study(id: string): Promise<StudyRow | null> {
    await this.loadStudies([id]);
    return this.studies.get(id) ?? null;
  }

  async loadStudies(ids: readonly string[]): Promise<void> {
    const wanted = ids.filter((id) => !this.studies.has(id));
    if (wanted.length === 0) return;
    for (const id of wanted) this.studies.set(id, null);
    for (const row of await studyRows(this.executor, wanted)) this.studies.set(row.id, row);
  }

  /** Everybody of these organisations, and these people. */
  async load(organisationIds: readonly string[], userIds: readonly string[]): Promise<Person[]> {
    const rows = await personRows(this.executor, organisationIds, userIds);
    for (const row of rows) this.people.set(row.userId, personOf(row));
    return rows.flatMap((row) => this.people.get(row.userId) ?? []);
  }

  person(userId: string): Person | null {
    return this.people.get(userId) ?? null;
  }

  async loadPeople(userIds: readonly string[]): Promise<void> {
    const wanted = userIds.filter((id) => !this.people.has(id));
    if (wanted.length > 0) await this.load([], wanted);
  }

  /** The person against the study: with what a reader's credentials, pools and shift say of it now. */
  async listener(person: Person, study: StudyRow | null): Promise<Listener> {
    const { actor, live } = person;
    const reads = actor.roles.some((role) => role === "radiologist" || role === "resident");
    if (!study?.groupId || study.groupId !== actor.organisationId || !reads) return { actor, live, reader: null };
    const reader = (await this.readers(study.groupId)).get(actor.userId);
    if (!reader) return { actor, live, reader: null };
    const mayRead = readingRight(reader.scope, study, this.now).may;
    return { actor, live, reader: { mayRead, inPool: reader.scope.poolIds.includes(study.poolId ?? "") } };
  }

  private readers(groupId: string): Promise<Map<string, GroupReader>> {
    const known = this.groups.get(groupId);
    if (known) return known;
    const readers = groupReaders(this.executor, groupId, this.now).then(
      (rows) => new Map(rows.map((row) => [row.userId, row])),
    );
    this.groups.set(groupId, readers);
    return readers;
  }
}

async function studyRows(executor: Executor, ids: readonly string[]): Promise<StudyRow[]> {
  return rawRows<StudyRow>(
    executor,
    `SELECT s.id, s.organisation_id AS "organisationId", s.site_id AS "siteId", s.group_id AS "groupId", s.pool_id AS "poolId", s.urgency,
       s.claim_state AS "claimState", s.claimed_by AS "claimedBy", s.report_state AS "reportState", s.routable, ${ms("s.deadline")} AS deadline,
       ${ms("s.clock_started_at")} AS "clockStartedAt", s.subspecialty, t.jurisdiction, t.name AS site,
       coalesce(nullif(o.procedure_text, ''), nullif(s.description, ''), array_to_string(s.modalities, ' ')) AS what,
       coalesce(x.outside_text, 'none') AS "outsideText"
     FROM study s JOIN site t ON t.id = s.site_id LEFT JOIN imaging_order o ON o.id = s.order_id LEFT JOIN notice_site x ON x.site_id = s.site_id
     WHERE s.id = ANY ($1::uuid[])`,
    [ids],
  );
}

async function personRows(
  executor: Executor,
  organisationIds: readonly string[],
  userIds: readonly string[],
): Promise<PersonRow[]> {
  return rawRows<PersonRow>(
    executor,
    `WITH contracted AS (SELECT c.group_id, array_agg(c.hospital_id::text) AS hospitals FROM contract c
       WHERE c.valid_from <= now() AND (c.valid_to IS NULL OR c.valid_to > now()) GROUP BY c.group_id),
     granted AS (SELECT g.user_id, array_agg(DISTINCT g.role) AS roles, bool_or(g.site_id IS NULL) AS everywhere,
         array_agg(DISTINCT g.site_id::text) AS sites FROM role_grant g GROUP BY g.user_id)
     SELECT u.id AS "userId", u.display_name AS name, u.email, u.organisation_id AS "organisationId", o.kind AS "organisationKind",
       coalesce(g.roles, '{}') AS roles, CASE WHEN g.everywhere THEN NULL ELSE coalesce(g.sites, '{}') END AS "siteIds",
       CASE o.kind WHEN 'hospital' THEN ARRAY[o.id::text] ELSE coalesce(c.hospitals, '{}') END AS "hospitalIds",
       u.disabled_at IS NULL AS live, n.channels AS chosen
     FROM user_account u JOIN organisation o ON o.id = u.organisation_id LEFT JOIN granted g ON g.user_id = u.id
       LEFT JOIN contracted c ON c.group_id = o.id LEFT JOIN notice_choice n ON n.user_id = u.id
     WHERE u.organisation_id = ANY ($1::uuid[]) OR u.id = ANY ($2::uuid[])`,
    [organisationIds, userIds],
  );
}

function personOf(row: PersonRow): Person {
  const { userId, name, organisationId, organisationKind, roles, siteIds, hospitalIds } = row;
  const where = { organisationId, organisationKind, siteIds, hospitalIds };
  const actor: UserActor = { kind: "user", userId, name, roles, ...where, sessionId: "", address: "" };
  return { actor, live: row.live, email: row.email, chosen: row.chosen };
}
