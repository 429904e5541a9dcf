-- Appends many events at once, numbered as if one by one. The locks come first and in one order: the statement after them sees what the
-- lock's last holder wrote, and two callers with the same streams can't deadlock. events: [{stream, type, payload, topics}]
CREATE OR REPLACE FUNCTION outbox_append_many(p_events jsonb, p_actor jsonb) RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
  appended int;
BEGIN
  PERFORM pg_advisory_xact_lock(lock) FROM (
    SELECT DISTINCT hashtextextended(e ->> 'stream', 7270) AS lock FROM jsonb_array_elements(p_events) e ORDER BY lock) locks;
  INSERT INTO outbox (stream, version, type, payload, topics, actor)
  SELECT e ->> 'stream',
    (SELECT coalesce(max(o.version), 0) FROM outbox o WHERE o.stream = e ->> 'stream') + row_number() OVER (PARTITION BY e ->> 'stream' ORDER BY place),
    e ->> 'type', e -> 'payload', ARRAY(SELECT jsonb_array_elements_text(e -> 'topics')), p_actor
  FROM jsonb_array_elements(p_events) WITH ORDINALITY AS given(e, place) ORDER BY place;
  GET DIAGNOSTICS appended = ROW_COUNT;
  PERFORM pg_notify('readroom_outbox', '');
  RETURN appended;
END $$;
