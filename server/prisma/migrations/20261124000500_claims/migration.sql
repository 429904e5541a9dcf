-- Claims and routing: what people decide by hand, lanes by pool and subspecialty, and "next study" for many readers at once.

ALTER TABLE "study" ADD COLUMN "urgency_override" TEXT,
  ADD COLUMN "pool_override" UUID,
  ADD COLUMN "claim_note" TEXT NOT NULL DEFAULT '';

-- A lane is a pool's studies of one subspecialty, most urgent first. By subspecialty alone, a reader of one group would walk over the
-- other groups' studies; by pool alone, a rare subspecialty's reader would walk over the common ones. Only what "next" may give is in it.
DROP INDEX study_lane;
CREATE INDEX study_lane ON study (pool_id, subspecialty, urgency_rank, deadline, id) INCLUDE (site_id, report_state)
  WHERE claim_state = 'open' AND routable AND state = 'readable' AND report_state IN ('none', 'draft', 'preliminary');
CREATE INDEX study_group_open ON study (group_id, urgency_rank, deadline) WHERE report_state IN ('none', 'draft', 'preliminary');
CREATE INDEX study_organisation_deadline ON study (organisation_id, deadline) WHERE deadline IS NOT NULL;
CREATE INDEX study_group_signed ON study (group_id, signed_at) WHERE signed_at IS NOT NULL;

-- Gives each waiting reader, in the order of asking, the strictly best study that the reader may read: one statement and one commit for
-- up to 64 of them. Each probes the heads of the reader's lanes, then locks one row; a row that somebody else is changing at this
-- moment is passed over, so that nobody waits behind a lock. A request: {n, reader, pools, subspecialties, final, preliminary}, the last two the
-- sites where the reader may sign finally and preliminarily.
CREATE FUNCTION claim_next(p_requests jsonb, p_now timestamptz, p_until timestamptz)
RETURNS TABLE (n int, study_id uuid, fence bigint, organisation_id uuid, group_id uuid, patient_id uuid, report_state text, site_id uuid)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  asked record;
  best uuid;
  passed uuid[];
  tries int;
BEGIN
  FOR asked IN
    SELECT (q ->> 'n')::int AS n, (q ->> 'reader')::uuid AS reader,
      ARRAY(SELECT jsonb_array_elements_text(q -> 'pools'))::uuid[] AS pools,
      ARRAY(SELECT jsonb_array_elements_text(q -> 'subspecialties')) AS subspecialties,
      ARRAY(SELECT jsonb_array_elements_text(q -> 'final'))::uuid[] AS final_sites,
      ARRAY(SELECT jsonb_array_elements_text(q -> 'preliminary'))::uuid[] AS preliminary_sites
    FROM jsonb_array_elements(p_requests) q
  LOOP
    passed := '{}';
    FOR tries IN 1..8 LOOP
      SELECT head.id INTO best
      FROM unnest(asked.pools) AS pool(id) CROSS JOIN unnest(asked.subspecialties) AS lane(subspecialty)
      CROSS JOIN LATERAL (
        SELECT s.id, s.urgency_rank, s.deadline FROM study s
        WHERE s.pool_id = pool.id AND s.subspecialty = lane.subspecialty
          AND s.claim_state = 'open' AND s.routable AND s.state = 'readable' AND s.report_state IN ('none', 'draft', 'preliminary')
          AND (s.site_id = ANY (asked.final_sites) OR (s.report_state <> 'preliminary' AND s.site_id = ANY (asked.preliminary_sites)))
          AND s.id <> ALL (passed)
        ORDER BY s.urgency_rank, s.deadline, s.id LIMIT 1
      ) head
      ORDER BY head.urgency_rank, head.deadline, head.id LIMIT 1;
      EXIT WHEN best IS NULL;

      PERFORM 1 FROM study s WHERE s.id = best AND s.claim_state = 'open' AND s.state = 'readable' AND s.routable FOR UPDATE SKIP LOCKED;
      IF FOUND THEN
        RETURN QUERY UPDATE study s SET claim_state = 'held', claimed_by = asked.reader, claim_fence = s.claim_fence + 1, claimed_at = p_now,
            claim_until = p_until, claim_note = '', version = s.version + 1
          WHERE s.id = best
          RETURNING asked.n, s.id, s.claim_fence, s.organisation_id, s.group_id, s.patient_id, s.report_state, s.site_id;
        EXIT;
      END IF;
      passed := passed || best;
    END LOOP;
  END LOOP;
END $$;
