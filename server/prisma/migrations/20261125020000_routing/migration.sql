-- Rules in versions (draft, published, earlier), what each decision stood on, and studies that wait to be routed anew.

-- content: {rules, mapping} (shared/domain/routing/rules.ts); mapping null: the hub's own. number: from 1 in a group, given at publication;
-- 0 is the hub's own set, which a group starts with. revision counts the saves of a draft, so that two editors can't overwrite each other.
CREATE TABLE IF NOT EXISTS routing_rule_set (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  group_id uuid NOT NULL,
  state text NOT NULL CHECK (state IN ('draft', 'published', 'earlier')),
  number int,
  revision int NOT NULL DEFAULT 1,
  content jsonb NOT NULL,
  based_on uuid,
  note text NOT NULL DEFAULT '',
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  created_by_name text NOT NULL,
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_by uuid,
  updated_by_name text NOT NULL,
  published_at timestamptz(3),
  published_by_name text
);
CREATE UNIQUE INDEX IF NOT EXISTS routing_rule_set_draft ON routing_rule_set (group_id) WHERE state = 'draft';
CREATE UNIQUE INDEX IF NOT EXISTS routing_rule_set_published ON routing_rule_set (group_id) WHERE state = 'published';
CREATE UNIQUE INDEX IF NOT EXISTS routing_rule_set_group_id_number_key ON routing_rule_set (group_id, number);

INSERT INTO routing_rule_set (group_id, state, number, content, created_by_name, updated_by_name, published_at, published_by_name)
SELECT r.group_id, 'published', 1, jsonb_build_object(
    'rules', jsonb_agg(jsonb_build_object('id', r.id, 'name', r.name, 'condition', r.condition, 'action', r.action, 'enabled', r.enabled) ORDER BY r.position),
    'mapping', (SELECT h.value FROM hub_state h WHERE h.key = 'routing.subspecialties:' || r.group_id)),
  'Readroom', 'Readroom', now(), 'Readroom'
FROM routing_rule r GROUP BY r.group_id ON CONFLICT DO NOTHING;
DELETE FROM hub_state WHERE key LIKE 'routing.subspecialties:%';
DROP TABLE IF EXISTS routing_rule;

-- A published set is what stored explanations are told from: it never changes, only its state does.
CREATE OR REPLACE FUNCTION routing_rule_set_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.state <> 'draft' THEN RAISE EXCEPTION 'a published set of rules is kept'; END IF;
    RETURN OLD;
  END IF;
  IF OLD.state <> 'draft' AND (NEW.content IS DISTINCT FROM OLD.content OR NEW.number IS DISTINCT FROM OLD.number OR NEW.state = 'draft') THEN
    RAISE EXCEPTION 'a published set of rules does not change';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER routing_rule_set_kept BEFORE UPDATE OR DELETE ON routing_rule_set
  FOR EACH ROW EXECUTE FUNCTION routing_rule_set_kept();

ALTER TABLE routing_decision ADD COLUMN IF NOT EXISTS group_id uuid;
ALTER TABLE routing_decision ADD COLUMN IF NOT EXISTS rule_set_id uuid;
-- {facts, byHand}: what routing saw, so that another set can be tried on it.
ALTER TABLE routing_decision ADD COLUMN IF NOT EXISTS facts jsonb;
ALTER TABLE routing_decision ADD COLUMN IF NOT EXISTS eligibility_id text;
CREATE INDEX IF NOT EXISTS routing_decision_group_id_at_idx ON routing_decision (group_id, at);

-- Who was eligible and why each other reader was not. The same for many studies of a site and subspecialty: kept once, under the hash of its content.
CREATE TABLE IF NOT EXISTS routing_eligibility (
  id text PRIMARY KEY,
  content jsonb NOT NULL,
  at timestamptz(3) NOT NULL DEFAULT now()
);

-- Studies to be routed anew because rules or readers changed, the most urgent first; drained in batches between the work of the night.
CREATE TABLE IF NOT EXISTS routing_queue (
  study_id uuid PRIMARY KEY REFERENCES study (id) ON DELETE CASCADE,
  group_id uuid NOT NULL,
  urgency_rank int NOT NULL,
  wanted_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS routing_queue_next ON routing_queue (urgency_rank, wanted_at);

-- routing_seen: hash of what routing last saw of the images' headers; a burst of images that changes none of it asks nothing.

ALTER TABLE study ADD COLUMN IF NOT EXISTS double_read boolean NOT NULL DEFAULT false;
ALTER TABLE study ADD COLUMN IF NOT EXISTS routing_seen text NOT NULL DEFAULT '';

-- Counts changes of readers, pools and contracts, in the changer's own transaction: who reads the count and then the tables knows whether
-- what is kept in memory still holds. (A sequence would count before the change can be seen.)
CREATE TABLE IF NOT EXISTS routing_stamp ("only" boolean PRIMARY KEY DEFAULT true CHECK ("only"), changes bigint NOT NULL DEFAULT 0);
INSERT INTO routing_stamp DEFAULT VALUES ON CONFLICT DO NOTHING;
CREATE OR REPLACE FUNCTION routing_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE routing_stamp SET changes = changes + 1;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER routing_changed AFTER INSERT OR UPDATE OR DELETE ON licence FOR EACH STATEMENT EXECUTE FUNCTION routing_changed();
CREATE OR REPLACE TRIGGER routing_changed AFTER INSERT OR UPDATE OR DELETE ON privilege FOR EACH STATEMENT EXECUTE FUNCTION routing_changed();
CREATE OR REPLACE TRIGGER routing_changed AFTER INSERT OR UPDATE OR DELETE ON reader_profile FOR EACH STATEMENT EXECUTE FUNCTION routing_changed();
CREATE OR REPLACE TRIGGER routing_changed AFTER INSERT OR UPDATE OR DELETE ON shift FOR EACH STATEMENT EXECUTE FUNCTION routing_changed();
CREATE OR REPLACE TRIGGER routing_changed AFTER INSERT OR UPDATE OR DELETE ON pool FOR EACH STATEMENT EXECUTE FUNCTION routing_changed();
CREATE OR REPLACE TRIGGER routing_changed AFTER INSERT OR UPDATE OR DELETE ON pool_member FOR EACH STATEMENT EXECUTE FUNCTION routing_changed();
CREATE OR REPLACE TRIGGER routing_changed AFTER INSERT OR UPDATE OR DELETE ON contract FOR EACH STATEMENT EXECUTE FUNCTION routing_changed();
CREATE OR REPLACE TRIGGER routing_changed AFTER INSERT OR UPDATE OR DELETE ON routing_rule_set FOR EACH STATEMENT EXECUTE FUNCTION routing_changed();
CREATE OR REPLACE TRIGGER routing_changed AFTER INSERT OR DELETE OR UPDATE OF disabled_at, display_name ON user_account
  FOR EACH STATEMENT EXECUTE FUNCTION routing_changed();

