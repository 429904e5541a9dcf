-- Fairness ledger: what was read, what was passed over and how long it waited for it, what was put back. Ids only.

-- A study chosen from the list while others that the reader could have read were ahead of it.
CREATE TABLE IF NOT EXISTS fairness_pick (
  event_id UUID PRIMARY KEY,
  group_id UUID NOT NULL,
  user_id UUID NOT NULL,
  study_id UUID NOT NULL,
  at TIMESTAMPTZ(3) NOT NULL,
  -- How many were ahead; the most urgent of them are in fairness_skip.
  ahead INT NOT NULL
);
CREATE INDEX IF NOT EXISTS fairness_pick_group ON fairness_pick (group_id, at);

CREATE TABLE IF NOT EXISTS fairness_skip (
  event_id UUID NOT NULL REFERENCES fairness_pick (event_id) ON DELETE CASCADE,
  study_id UUID NOT NULL,
  user_id UUID NOT NULL,
  at TIMESTAMPTZ(3) NOT NULL,
  places INT NOT NULL,
  taken_at TIMESTAMPTZ(3),
  taken_by UUID,
  PRIMARY KEY (event_id, study_id)
);
CREATE INDEX IF NOT EXISTS fairness_skip_open ON fairness_skip (study_id) WHERE taken_at IS NULL;
CREATE INDEX IF NOT EXISTS fairness_skip_user ON fairness_skip (user_id, at);

-- how: released | returned | declined | expired.
CREATE TABLE IF NOT EXISTS fairness_return (
  event_id UUID PRIMARY KEY,
  group_id UUID NOT NULL,
  user_id UUID NOT NULL,
  study_id UUID NOT NULL,
  at TIMESTAMPTZ(3) NOT NULL,
  how TEXT NOT NULL,
  reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS fairness_return_group ON fairness_return (group_id, at);

CREATE TABLE IF NOT EXISTS fairness_read (
  event_id UUID PRIMARY KEY,
  group_id UUID NOT NULL,
  user_id UUID NOT NULL,
  study_id UUID NOT NULL,
  pool_id UUID,
  at TIMESTAMPTZ(3) NOT NULL,
  kind TEXT NOT NULL,
  rvu DOUBLE PRECISION NOT NULL
);
CREATE INDEX IF NOT EXISTS fairness_read_group ON fairness_read (group_id, at);
