-- The room: what each person is in it, who was asked in, who came.

-- What a guest is when they come in by the link; room_member says otherwise where the reader changed it.
ALTER TABLE join_link ADD COLUMN IF NOT EXISTS room_role TEXT NOT NULL DEFAULT 'referrer';

-- person_id: an account's id, or of a guest the link's. role null: what fits the account. out_at: sent out, until let in again.
CREATE TABLE IF NOT EXISTS room_member (
  study_id UUID NOT NULL,
  person_id TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT,
  invited_by UUID,
  invited_at TIMESTAMPTZ(3),
  entered_at TIMESTAMPTZ(3),
  out_at TIMESTAMPTZ(3),
  PRIMARY KEY (study_id, person_id)
);
