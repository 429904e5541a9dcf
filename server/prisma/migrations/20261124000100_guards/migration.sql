-- What Prisma's schema cannot say: the outbox and audit functions, append-only guards, partial indexes.

-- Appends an event to a stream, inside the caller's transaction. The advisory lock makes writers of one stream queue up instead of
-- failing on (stream, version); it is held until commit, so versions are committed in order.
CREATE FUNCTION outbox_append(p_stream text, p_type text, p_payload jsonb, p_topics text[], p_actor jsonb) RETURNS uuid
LANGUAGE plpgsql AS $$
DECLARE
  new_id uuid;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(p_stream, 7270));
  INSERT INTO outbox (stream, version, type, payload, topics, actor)
  VALUES (p_stream, (SELECT coalesce(max(o.version), 0) + 1 FROM outbox o WHERE o.stream = p_stream), p_type, p_payload, p_topics, p_actor)
  RETURNING id INTO new_id;
  PERFORM pg_notify('readroom_outbox', '');
  RETURN new_id;
END $$;

CREATE INDEX outbox_unpublished ON outbox (seq) WHERE published_seq IS NULL;

-- Gives the next numbers to committed events, in insert order. Only the relay's leader calls it.
CREATE FUNCTION outbox_publish(p_limit int) RETURNS SETOF outbox
LANGUAGE sql AS $$
  WITH due AS (
    SELECT id, row_number() OVER (ORDER BY seq) AS n FROM (SELECT id, seq FROM outbox WHERE published_seq IS NULL ORDER BY seq LIMIT p_limit) d
  ), base AS (SELECT coalesce(max(published_seq), 0) AS top FROM outbox)
  UPDATE outbox o SET published_seq = base.top + due.n FROM due, base WHERE o.id = due.id RETURNING o.*
$$;

-- The audit trail. Rows go in unsealed, so that readers of patient data never queue behind each other; the sealer then chains them.
CREATE FUNCTION audit_canonical(a audit_event) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_array(a.id, a.inserted_seq, to_char(a.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), a.actor_kind, a.actor_id, a.actor_name,
    a.organisation_id, a.address, a.action, a.outcome, a.patient_id, a.study_id, a.subject, a.detail, a.chain_seq)::text
$$;

CREATE FUNCTION audit_seal(p_limit int) RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
  row_to_seal audit_event;
  last_seq bigint;
  last_hash text;
  sealed int := 0;
BEGIN
  IF NOT pg_try_advisory_xact_lock(72707372) THEN RETURN 0; END IF;
  SELECT chain_seq, hash INTO last_seq, last_hash FROM audit_event WHERE chain_seq IS NOT NULL ORDER BY chain_seq DESC LIMIT 1;
  last_seq := coalesce(last_seq, 0);
  last_hash := coalesce(last_hash, repeat('0', 64));
  FOR row_to_seal IN SELECT * FROM audit_event WHERE chain_seq IS NULL ORDER BY inserted_seq LIMIT p_limit LOOP
    last_seq := last_seq + 1;
    row_to_seal.chain_seq := last_seq;
    UPDATE audit_event SET chain_seq = last_seq, previous_hash = last_hash,
      hash = encode(sha256(convert_to(last_hash || audit_canonical(row_to_seal), 'UTF8')), 'hex')
      WHERE id = row_to_seal.id RETURNING hash INTO last_hash;
    sealed := sealed + 1;
  END LOOP;
  RETURN sealed;
END $$;

-- The first place where the chain does not hold, or no row when it does.
CREATE FUNCTION audit_first_break() RETURNS TABLE (broken_seq bigint, why text)
LANGUAGE sql STABLE AS $$
  SELECT chain_seq, CASE
      WHEN expected_seq <> chain_seq THEN 'a row is missing before this one'
      WHEN previous_hash <> before_hash THEN 'does not follow the row before it'
      ELSE 'was changed after it was sealed' END
  FROM (
    SELECT a.chain_seq, a.previous_hash, a.hash, row_number() OVER w AS expected_seq,
      coalesce(lag(a.hash) OVER w, repeat('0', 64)) AS before_hash,
      encode(sha256(convert_to(a.previous_hash || audit_canonical(a), 'UTF8')), 'hex') AS computed
    FROM audit_event a WHERE a.chain_seq IS NOT NULL WINDOW w AS (ORDER BY a.chain_seq)
  ) c
  WHERE expected_seq <> chain_seq OR previous_hash <> before_hash OR hash <> computed
  ORDER BY chain_seq LIMIT 1
$$;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION audit_only_seal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.hash IS NOT NULL OR (to_jsonb(NEW) - ARRAY['chain_seq', 'previous_hash', 'hash']) <> (to_jsonb(OLD) - ARRAY['chain_seq', 'previous_hash', 'hash']) THEN
    RAISE EXCEPTION 'audit_event is append only' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER audit_event_update BEFORE UPDATE ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_only_seal();
CREATE TRIGGER audit_event_delete BEFORE DELETE ON audit_event FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_event_truncate BEFORE TRUNCATE ON audit_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER report_version_change BEFORE UPDATE OR DELETE ON report_version FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER report_version_truncate BEFORE TRUNCATE ON report_version FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER critical_step_change BEFORE UPDATE OR DELETE ON critical_step FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER critical_step_truncate BEFORE TRUNCATE ON critical_step FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER crdt_update_change BEFORE UPDATE ON crdt_update FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE INDEX audit_unsealed ON audit_event (inserted_seq) WHERE chain_seq IS NULL;

-- One lane per subspecialty for "next study": urgency, then deadline. Only what can still be claimed is in it.
CREATE INDEX study_lane ON study (subspecialty, urgency_rank, deadline) INCLUDE (site_id, id)
  WHERE claim_state = 'open' AND routable AND report_state IN ('none', 'draft', 'preliminary');
CREATE INDEX study_held ON study (claim_until) WHERE claim_state = 'held';
CREATE INDEX study_unread ON study (organisation_id, deadline) WHERE report_state IN ('none', 'draft');
CREATE INDEX critical_open ON critical_finding (next_escalation_at) WHERE state <> 'closed';
