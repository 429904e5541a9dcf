-- The roster: shifts that come again, swaps and cover, limits against fatigue, opening hours, the zone in which a credential's days count.

-- Days of a credential are counted in a zone, so that it ends with its last day there; null: the reading group's.
ALTER TABLE licence ADD COLUMN IF NOT EXISTS time_zone text;
ALTER TABLE privilege ADD COLUMN IF NOT EXISTS time_zone text;

ALTER TABLE reader_profile ADD COLUMN IF NOT EXISTS max_hours_in_day double precision;
ALTER TABLE reader_profile ADD COLUMN IF NOT EXISTS max_rvu_per_shift double precision;

ALTER TABLE pool ADD COLUMN IF NOT EXISTS opening_hours jsonb NOT NULL DEFAULT '[]';
ALTER TABLE pool ADD COLUMN IF NOT EXISTS time_zone text;

CREATE TABLE IF NOT EXISTS shift_pattern (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL,
  kind text NOT NULL DEFAULT 'shift',
  weekdays int[] NOT NULL,
  every_weeks int NOT NULL DEFAULT 1,
  starts text NOT NULL,
  ends text NOT NULL,
  time_zone text NOT NULL,
  from_day text NOT NULL,
  until_day text,
  created_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS shift_pattern_user_id_idx ON shift_pattern (user_id);

-- A shift keeps the pattern and the day that it came from, also when somebody else took it: laying out the pattern again finds it there.
ALTER TABLE shift ADD COLUMN IF NOT EXISTS pattern_id uuid;
ALTER TABLE shift ADD COLUMN IF NOT EXISTS pattern_day text;
ALTER TABLE shift ADD COLUMN IF NOT EXISTS time_zone text;
CREATE UNIQUE INDEX IF NOT EXISTS shift_pattern_id_pattern_day_key ON shift (pattern_id, pattern_day);
CREATE INDEX IF NOT EXISTS shift_starts_at_idx ON shift (starts_at);

-- Days of a pattern on which there is no shift: taken out by a person, or in the way of another one.
CREATE TABLE IF NOT EXISTS shift_skip (
  pattern_id uuid NOT NULL REFERENCES shift_pattern (id) ON DELETE CASCADE,
  day text NOT NULL,
  reason text NOT NULL DEFAULT '',
  at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (pattern_id, day)
);

CREATE TABLE IF NOT EXISTS shift_request (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  group_id uuid NOT NULL,
  shift_id uuid NOT NULL REFERENCES shift (id) ON DELETE CASCADE,
  other_shift_id uuid REFERENCES shift (id) ON DELETE CASCADE,
  from_user_id uuid NOT NULL,
  to_user_id uuid,
  note text NOT NULL DEFAULT '',
  state text NOT NULL DEFAULT 'proposed',
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  settled_at timestamptz(3),
  settled_by uuid
);
CREATE INDEX IF NOT EXISTS shift_request_group_id_state_idx ON shift_request (group_id, state);
CREATE INDEX IF NOT EXISTS shift_request_shift_id_idx ON shift_request (shift_id);

-- What has been announced of a credential: once for each threshold and end.
CREATE TABLE IF NOT EXISTS credential_notice (
  credential_id uuid NOT NULL,
  valid_to timestamptz(3) NOT NULL,
  threshold int NOT NULL,
  at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (credential_id, valid_to, threshold)
);

-- What somebody has signed since the shift began.
CREATE INDEX IF NOT EXISTS report_version_signed_by_signed_at_idx ON report_version (signed_by, signed_at);
