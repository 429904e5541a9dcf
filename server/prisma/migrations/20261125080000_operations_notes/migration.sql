-- What operators wrote beside an entry of the board's short list. settles: the entry stays away; kind and subject name the entry, and a cause
-- that comes again (another flag of a device's clock, the next notice before a licence ends) has another subject.
CREATE TABLE operations_note (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  group_id uuid NOT NULL REFERENCES organisation (id),
  kind text NOT NULL,
  subject text NOT NULL,
  note text NOT NULL,
  settles boolean NOT NULL DEFAULT false,
  by_id uuid NOT NULL REFERENCES user_account (id),
  by_name text NOT NULL,
  at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX operations_note_subject ON operations_note (group_id, kind, subject);
