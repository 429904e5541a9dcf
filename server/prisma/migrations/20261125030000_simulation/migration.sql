-- Try-outs of rules, pools and shifts on real or synthetic traffic, with what came of them.
CREATE TABLE IF NOT EXISTS simulation (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  group_id uuid NOT NULL,
  name text NOT NULL,
  state text NOT NULL DEFAULT 'running',
  progress double precision NOT NULL DEFAULT 0,
  requested_by uuid,
  requested_by_name text NOT NULL,
  request jsonb NOT NULL,
  basis text NOT NULL DEFAULT '',
  headline jsonb NOT NULL DEFAULT '[]',
  result jsonb,
  problem text NOT NULL DEFAULT '',
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  finished_at timestamptz(3)
);
CREATE INDEX IF NOT EXISTS simulation_group_id_created_at_idx ON simulation (group_id, created_at);
