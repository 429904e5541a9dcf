-- The lanes of many studies at once, for those who decide about many: the trigger (60 µs a row and more) is switched off for their own
-- statement (readroom.lanes = kept), and this called after it. Claims must be as they were; who holds what is not looked at. Plans are
-- pinned to a probe for each study: statistics of the lanes change by the minute.
CREATE FUNCTION study_lanes_refresh(p_studies uuid[]) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off
  SET plan_cache_mode = force_generic_plan SET jit = off AS $$
BEGIN
  DELETE FROM study_lane l USING unnest(p_studies) AS asked(id) WHERE l.study_id = asked.id;
  -- OFFSET 0: else the planner would look for all that may be read first, believing that they are few.
  INSERT INTO study_lane SELECT o.* FROM unnest(p_studies) AS asked(id)
    CROSS JOIN LATERAL (SELECT s AS whole FROM study s WHERE s.id = asked.id OFFSET 0) f CROSS JOIN LATERAL study_lanes_of(f.whole) o;
  INSERT INTO study_own_prior
    SELECT DISTINCT v.signed_by, s.id FROM unnest(p_studies) AS asked(id) JOIN study s ON s.id = asked.id
      JOIN study pr ON pr.patient_id = s.patient_id AND pr.id <> s.id JOIN report_version v ON v.study_id = pr.id
    WHERE EXISTS (SELECT 1 FROM study_lane l WHERE l.study_id = s.id)
    ON CONFLICT DO NOTHING;
  DELETE FROM study_own_prior o USING unnest(p_studies) AS asked(id) JOIN study s ON s.id = asked.id
    WHERE o.study_id = s.id AND (s.claim_state = 'done' OR s.state = 'closed');
END $$;

-- Without a subquery, and as a procedure: called for each row, a function of SQL that can't be inlined took longer than all the rest.
CREATE OR REPLACE FUNCTION main_modality(p_modalities text[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce((array_remove(array_remove(array_remove(array_remove(array_remove(array_remove(array_remove(array_remove(array_remove(array_remove(
    p_modalities, 'SR'), 'PR'), 'KO'), 'SEG'), 'REG'), 'DOC'), 'PLAN'), 'RTSTRUCT'), 'AU'), 'OT'))[1], '')
$$;
CREATE OR REPLACE FUNCTION reading_minutes(p_modality text) RETURNS int LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  RETURN CASE WHEN p_modality IN ('CR', 'DX', 'DR', 'RG', 'PX', 'IO') THEN 3 WHEN p_modality IN ('MG', 'US') THEN 6 WHEN p_modality = 'RF' THEN 8
    WHEN p_modality = 'XA' THEN 15 WHEN p_modality IN ('CT', 'NM') THEN 12 WHEN p_modality = 'MR' THEN 18 WHEN p_modality = 'PT' THEN 20 ELSE 8 END;
END $$;
