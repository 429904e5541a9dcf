-- The room's history beside the log of edits: who was in it when, and what they showed.

-- One stay of one connection. until_at: left, or last seen there.
CREATE TABLE IF NOT EXISTS room_visit (
  id UUID PRIMARY KEY,
  study_id UUID NOT NULL,
  person_id TEXT NOT NULL,
  name TEXT NOT NULL,
  room_role TEXT NOT NULL,
  colour TEXT NOT NULL,
  from_at TIMESTAMPTZ(3) NOT NULL,
  until_at TIMESTAMPTZ(3) NOT NULL
);
CREATE INDEX IF NOT EXISTS room_visit_study ON room_visit (study_id, from_at);
CREATE INDEX IF NOT EXISTS room_visit_until ON room_visit (until_at);

-- What somebody showed, at most once a second and only when it changed. Nothing of who hides.
CREATE TABLE IF NOT EXISTS room_view (
  study_id UUID NOT NULL,
  person_id TEXT NOT NULL,
  at TIMESTAMPTZ(3) NOT NULL,
  presenting BOOLEAN NOT NULL,
  view JSONB NOT NULL,
  PRIMARY KEY (study_id, person_id, at)
);
CREATE INDEX IF NOT EXISTS room_view_at ON room_view USING brin (at);
