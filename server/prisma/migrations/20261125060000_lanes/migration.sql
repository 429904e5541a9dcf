-- "Next study" at a million open studies: the open ones in a narrow table of their own, ordered as they are to be read, so that a claim
-- changes no index of the wide study row (its update stays on the page, HOT) and the cost of finding the best is the same in every lane.

ALTER TABLE study ADD COLUMN IF NOT EXISTS also_pool_ids UUID[] NOT NULL DEFAULT '{}';
ALTER TABLE pool ADD COLUMN IF NOT EXISTS assignment TEXT NOT NULL DEFAULT 'pull';
-- Room on the page for the next version of a row: claims, renewals and counts then touch no index.
ALTER TABLE study SET (fillfactor = 80);

-- What a study takes to read, by main modality (shared/domain/ranking.ts holds the same figures, and a test that both agree).
CREATE FUNCTION main_modality(p_modalities text[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce((SELECT m FROM unnest(p_modalities) WITH ORDINALITY AS u(m, n)
    WHERE m NOT IN ('SR', 'PR', 'KO', 'SEG', 'REG', 'DOC', 'PLAN', 'RTSTRUCT', 'AU', 'OT') ORDER BY n LIMIT 1), '')
$$;
CREATE FUNCTION reading_minutes(p_modality text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN p_modality IN ('CR', 'DX', 'DR', 'RG', 'PX', 'IO') THEN 3 WHEN p_modality IN ('MG', 'US') THEN 6 WHEN p_modality = 'RF' THEN 8
    WHEN p_modality = 'XA' THEN 15 WHEN p_modality IN ('CT', 'NM') THEN 12 WHEN p_modality = 'MR' THEN 18 WHEN p_modality = 'PT' THEN 20 ELSE 8 END
$$;
CREATE FUNCTION study_kind(p_modalities text[], p_body_part text, p_subspecialty text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT trim(main_modality(p_modalities) || ' ' || lower(coalesce(nullif(p_body_part, ''), p_subspecialty)))
$$;

DROP FUNCTION claim_next(jsonb, timestamptz, timestamptz);
DROP INDEX study_lane;
DROP INDEX study_held;

-- A row for each pool that an open study may be given from. latest_start: ms, deadline less reading time. kind: "CT chest".
CREATE TABLE study_lane (
  study_id UUID NOT NULL,
  pool_id UUID NOT NULL,
  subspecialty TEXT NOT NULL,
  urgency_rank SMALLINT NOT NULL,
  latest_start BIGINT NOT NULL,
  kind TEXT NOT NULL,
  site_id UUID NOT NULL,
  preliminary BOOLEAN NOT NULL,
  PRIMARY KEY (study_id, pool_id)
);
-- A lane is a pool's studies of one subspecialty. By kind, and by site, for the bonus of the same kind and for readers of few sites: each a
-- probe of an ordered head, none a walk over what others read.
CREATE INDEX study_lane_order ON study_lane (pool_id, subspecialty, urgency_rank, latest_start, study_id) INCLUDE (kind, site_id, preliminary);
CREATE INDEX study_lane_kind ON study_lane (pool_id, subspecialty, kind, urgency_rank, latest_start, study_id) INCLUDE (site_id, preliminary);
CREATE INDEX study_lane_site ON study_lane (pool_id, subspecialty, site_id, urgency_rank, latest_start, study_id) INCLUDE (kind, preliminary);

-- Studies that somebody holds: as many as readers. Kept apart since an index on the lease's end would be touched by every claim and renewal.
CREATE TABLE study_held (study_id UUID PRIMARY KEY);

-- Open studies of patients of whom a reader signed an earlier one.
CREATE TABLE study_own_prior (reader_id UUID NOT NULL, study_id UUID NOT NULL, PRIMARY KEY (reader_id, study_id));
CREATE INDEX study_own_prior_study ON study_own_prior (study_id);
CREATE INDEX report_version_study ON report_version (study_id);


-- What the lanes hold of a study: all of it follows from the study's row. One definition, for the trigger, the reconciliation and its test.
CREATE FUNCTION study_lanes_of(s study) RETURNS SETOF study_lane LANGUAGE sql STABLE AS $$
  SELECT s.id, p.pool_id, s.subspecialty, s.urgency_rank::smallint,
    coalesce((extract(epoch FROM s.deadline) * 1000)::bigint - reading_minutes(main_modality(s.modalities)) * 60000, 9000000000000000), study_kind(s.modalities, s.body_part, s.subspecialty),
    s.site_id, s.report_state = 'preliminary'
  FROM (SELECT s.pool_id UNION SELECT unnest(s.also_pool_ids)) p
  WHERE p.pool_id IS NOT NULL AND s.claim_state = 'open' AND s.routable AND s.state = 'readable' AND s.report_state IN ('none', 'draft', 'preliminary')
$$;

-- Whoever changes a study, its lanes follow in the same transaction: they cannot drift. A trigger costs 60 µs a row, so claim_grant alone,
-- which keeps the lanes of a whole batch by itself, switches it off for its own statement (readroom.lanes = kept).
CREATE FUNCTION study_lanes_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    DELETE FROM study_lane WHERE study_id = OLD.id;
    DELETE FROM study_held WHERE study_id = OLD.id;
    DELETE FROM study_own_prior WHERE study_id = OLD.id;
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN DELETE FROM study_lane WHERE study_id = NEW.id; END IF;
  IF NEW.claim_state = 'held' THEN
    INSERT INTO study_held VALUES (NEW.id) ON CONFLICT DO NOTHING;
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.claim_state = 'held' THEN DELETE FROM study_held WHERE study_id = NEW.id; END IF;
  INSERT INTO study_lane SELECT * FROM study_lanes_of(NEW);
  IF FOUND AND NEW.patient_id IS NOT NULL THEN
    INSERT INTO study_own_prior
      SELECT DISTINCT v.signed_by, NEW.id FROM study pr JOIN report_version v ON v.study_id = pr.id WHERE pr.patient_id = NEW.patient_id AND pr.id <> NEW.id
      ON CONFLICT DO NOTHING;
  END IF;
  IF NEW.claim_state = 'done' OR NEW.state = 'closed' THEN DELETE FROM study_own_prior WHERE study_id = NEW.id; END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER study_lanes_insert AFTER INSERT ON study FOR EACH ROW
  WHEN (NEW.state = 'readable' OR NEW.claim_state = 'held') EXECUTE FUNCTION study_lanes_follow();
-- Without a list of columns: other triggers change some that no statement names.
CREATE TRIGGER study_lanes_update AFTER UPDATE ON study FOR EACH ROW
  WHEN ((OLD.claim_state, OLD.routable, OLD.state, OLD.report_state, OLD.pool_id, OLD.also_pool_ids, OLD.subspecialty, OLD.urgency_rank, OLD.deadline, OLD.site_id,
      OLD.modalities, OLD.body_part, OLD.patient_id)
    IS DISTINCT FROM (NEW.claim_state, NEW.routable, NEW.state, NEW.report_state, NEW.pool_id, NEW.also_pool_ids, NEW.subspecialty, NEW.urgency_rank, NEW.deadline, NEW.site_id,
      NEW.modalities, NEW.body_part, NEW.patient_id)
    AND (NEW.state IN ('readable', 'closed') OR OLD.state = 'readable' OR NEW.claim_state <> OLD.claim_state)
    AND current_setting('readroom.lanes', true) IS DISTINCT FROM 'kept')
  EXECUTE FUNCTION study_lanes_follow();
CREATE TRIGGER study_lanes_delete AFTER DELETE ON study FOR EACH ROW EXECUTE FUNCTION study_lanes_follow();

-- A report signed today makes its signer the one who knows the patient's other open studies.
CREATE FUNCTION own_prior_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO study_own_prior
    SELECT NEW.signed_by, s.id FROM study pr JOIN study s ON s.patient_id = pr.patient_id AND s.id <> pr.id
    WHERE pr.id = NEW.study_id AND s.report_state IN ('none', 'draft', 'preliminary') AND s.claim_state <> 'done'
    ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER report_version_own_prior AFTER INSERT ON report_version FOR EACH ROW EXECUTE FUNCTION own_prior_signed();

-- Puts the lanes right and says how many rows were wrong: none, unless somebody switched the triggers off (a restore, a bulk load).
CREATE FUNCTION study_lanes_reconcile() RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  wrong int := 0;
  n int;
BEGIN
  LOCK TABLE study IN SHARE ROW EXCLUSIVE MODE;
  DELETE FROM study_lane l WHERE NOT EXISTS (SELECT 1 FROM study s, study_lanes_of(s) o WHERE s.id = l.study_id AND o = l);
  GET DIAGNOSTICS n = ROW_COUNT; wrong := wrong + n;
  INSERT INTO study_lane SELECT o.* FROM study s, study_lanes_of(s) o WHERE s.state = 'readable' AND s.claim_state = 'open' ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS n = ROW_COUNT; wrong := wrong + n;
  DELETE FROM study_held h WHERE NOT EXISTS (SELECT 1 FROM study s WHERE s.id = h.study_id AND s.claim_state = 'held');
  GET DIAGNOSTICS n = ROW_COUNT; wrong := wrong + n;
  INSERT INTO study_held SELECT id FROM study WHERE claim_state = 'held' ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS n = ROW_COUNT; wrong := wrong + n;
  RETURN wrong;
END $$;

SELECT study_lanes_reconcile();
INSERT INTO study_own_prior
  SELECT DISTINCT v.signed_by, s.id FROM study s JOIN study pr ON pr.patient_id = s.patient_id AND pr.id <> s.id JOIN report_version v ON v.study_id = pr.id
  WHERE s.report_state IN ('none', 'draft', 'preliminary') AND s.claim_state <> 'done';

-- Grants a batch: study i to reader i, each only while it is still what the choice was made on; one that somebody else is changing at
-- this moment is passed over, so that nobody waits behind a lock. State, audit and events in one statement's transaction; granted rows come back.
CREATE FUNCTION claim_grant(p_study uuid[], p_pool uuid[], p_subspecialty text[], p_rank int[], p_kind text[], p_via text[], p_reader uuid[], p_actor jsonb[], p_address text[],
  p_now timestamptz, p_until timestamptz)
RETURNS TABLE (study_id uuid, fence bigint, patient_id uuid) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET jit = off AS $$
#variable_conflict use_column
DECLARE
  free uuid[];
BEGIN
  SELECT array_agg(f.id) INTO free FROM (
    SELECT s.id FROM unnest(p_study, p_pool, p_subspecialty, p_rank) AS a(id, pool, subspecialty, rank) JOIN study s ON s.id = a.id
    WHERE s.claim_state = 'open' AND s.routable AND s.state = 'readable' AND s.report_state IN ('none', 'draft', 'preliminary')
      AND s.subspecialty = a.subspecialty AND s.urgency_rank = a.rank AND (s.pool_id = a.pool OR a.pool = ANY (s.also_pool_ids))
    FOR UPDATE OF s SKIP LOCKED) f;
  IF free IS NULL THEN RETURN; END IF;
  -- The streams' writers queue up here (outbox_append takes the same lock); the next statement then sees what the one before has written.
  PERFORM pg_advisory_xact_lock(hashtextextended('study:' || id, 7270)) FROM unnest(free) AS f(id);
  PERFORM set_config('readroom.lanes', 'kept', true);
  RETURN QUERY
  WITH left_lanes AS (
    DELETE FROM study_lane l WHERE l.study_id = ANY (free)
  ), held AS (
    INSERT INTO study_held SELECT id FROM unnest(free) AS f(id) ON CONFLICT DO NOTHING
  ), granted AS (
    UPDATE study s SET claim_state = 'held', claimed_by = a.reader, claim_fence = s.claim_fence + 1, claimed_at = p_now, claim_until = p_until, claim_note = '',
      version = s.version + 1
    FROM unnest(p_study, p_kind, p_via, p_reader, p_actor, p_address) AS a(id, kind, via, reader, actor, address)
    WHERE s.id = a.id AND s.id = ANY (free)
    RETURNING s.id, s.claim_fence AS fence, s.organisation_id, s.group_id, s.patient_id, a.kind, a.via, a.reader, a.actor, a.address
  ), audited AS (
    INSERT INTO audit_event (actor_kind, actor_id, actor_name, address, action, outcome, organisation_id, patient_id, study_id, subject, detail)
    SELECT actor ->> 'kind', actor ->> 'id', actor ->> 'name', address, 'study.claim', 'allowed', organisation_id, patient_id, id, '',
      jsonb_build_object('fence', fence, 'via', via) FROM granted
  ), told AS (
    INSERT INTO outbox (stream, version, type, payload, topics, actor)
    SELECT 'study:' || id, coalesce((SELECT max(o.version) FROM outbox o WHERE o.stream = 'study:' || g.id), 0) + 1, 'study.claimed',
      jsonb_build_object('studyId', id, 'organisationId', organisation_id, 'by', reader, 'until', (extract(epoch FROM p_until) * 1000)::bigint, 'fence', fence,
        'from', NULL, 'via', via, 'note', '', 'kind', kind),
      array_remove(ARRAY['hospital:' || organisation_id, 'study:' || id, 'group:' || group_id, 'user:' || reader], NULL), actor FROM granted g
  )
  SELECT id, fence, patient_id FROM granted;
  PERFORM set_config('readroom.lanes', '', true);
  PERFORM pg_notify('readroom_outbox', '');
END $$;

-- Heads of lanes, each the first `depth` that the reader may be given, in order: by kind where one is asked for, by site for readers of
-- few. Rights: sites of final and of preliminary reads, as array literals, numbered from 1. own: lanes' rows of the readers' own priors,
-- under the negative number of the reader. A study: [id, pool, subspecialty, urgency rank, latest start, kind, site, preliminary], as one JSON a
-- list (half the time of rows). Plans are pinned to the ordered indexes: statistics of a lane change by the minute.
CREATE FUNCTION lane_heads(p_final text[], p_preliminary text[], p_list int[], p_right int[], p_pool uuid[], p_subspecialty text[], p_kind text[], p_site uuid[],
  p_depth int[], p_readers uuid[])
RETURNS TABLE (list int, studies json)
LANGUAGE plpgsql STABLE SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off SET plan_cache_mode = force_generic_plan SET jit = off AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  WITH rights AS MATERIALIZED (
    SELECT u.n, u.final::uuid[] AS final, u.preliminary::uuid[] AS preliminary FROM unnest(p_final, p_preliminary) WITH ORDINALITY AS u(final, preliminary, n)
  ), asked AS MATERIALIZED (
    SELECT q.*, r.final, r.preliminary FROM unnest(p_list, p_right, p_pool, p_subspecialty, p_kind, p_site, p_depth) AS q(list, n, pool, subspecialty, kind, site, depth)
      JOIN rights r ON r.n = q.n
  )
  SELECT q.list, (SELECT json_agg(json_build_array(l.study_id, l.pool_id, l.subspecialty, l.urgency_rank, l.latest_start, l.kind, l.site_id, l.preliminary)) FROM (
    SELECT * FROM study_lane s WHERE s.pool_id = q.pool AND s.subspecialty = q.subspecialty
      AND (s.site_id = ANY (q.final) OR (NOT s.preliminary AND s.site_id = ANY (q.preliminary)))
    ORDER BY s.urgency_rank, s.latest_start, s.study_id LIMIT q.depth) l) FROM asked q WHERE q.kind IS NULL AND q.site IS NULL
  UNION ALL
  SELECT q.list, (SELECT json_agg(json_build_array(l.study_id, l.pool_id, l.subspecialty, l.urgency_rank, l.latest_start, l.kind, l.site_id, l.preliminary)) FROM (
    SELECT * FROM study_lane s WHERE s.pool_id = q.pool AND s.subspecialty = q.subspecialty AND s.kind = q.kind
      AND (s.site_id = ANY (q.final) OR (NOT s.preliminary AND s.site_id = ANY (q.preliminary)))
    ORDER BY s.urgency_rank, s.latest_start, s.study_id LIMIT q.depth) l) FROM asked q WHERE q.kind IS NOT NULL
  UNION ALL
  SELECT q.list, (SELECT json_agg(json_build_array(l.study_id, l.pool_id, l.subspecialty, l.urgency_rank, l.latest_start, l.kind, l.site_id, l.preliminary)) FROM (
    SELECT * FROM study_lane s WHERE s.pool_id = q.pool AND s.subspecialty = q.subspecialty AND s.site_id = q.site
      AND (s.site_id = ANY (q.final) OR NOT s.preliminary)
    ORDER BY s.urgency_rank, s.latest_start, s.study_id LIMIT q.depth) l) FROM asked q WHERE q.site IS NOT NULL
  UNION ALL
  SELECT -r.n::int, (SELECT json_agg(json_build_array(l.study_id, l.pool_id, l.subspecialty, l.urgency_rank, l.latest_start, l.kind, l.site_id, l.preliminary)) FROM (
    SELECT s.* FROM study_own_prior o JOIN study_lane s ON s.study_id = o.study_id WHERE o.reader_id = r.id
    ORDER BY s.urgency_rank, s.latest_start, s.study_id LIMIT 200) l)
  FROM unnest(p_readers) WITH ORDINALITY AS r(id, n);
END $$;
