-- The worklist: "one moment" holds, escalation to a subspecialist, saved views, and finding a study by any identifier or name.

ALTER TABLE study
  ADD COLUMN claim_hold_until TIMESTAMPTZ(3),
  ADD COLUMN escalated_at TIMESTAMPTZ(3),
  ADD COLUMN escalated_by UUID,
  ADD COLUMN escalated_subspecialty TEXT,
  ADD COLUMN escalation_note TEXT NOT NULL DEFAULT '';

-- An escalated study stands at the head of its lane until it is signed, whatever routing writes when it decides anew. (Rejected: raising
-- the urgency. That is a clinical statement with a contract's clock behind it; the reader who asks for help makes none.)
CREATE FUNCTION study_escalated_first() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.urgency_rank := -1;
  NEW.subspecialty := coalesce(NEW.escalated_subspecialty, NEW.subspecialty);
  RETURN NEW;
END $$;
CREATE TRIGGER study_escalated_first BEFORE UPDATE ON study FOR EACH ROW
  WHEN (NEW.escalated_at IS NOT NULL) EXECUTE FUNCTION study_escalated_first();

-- owner_id made it and changes it; shared: the whole group sees it. definition is validated by shared/contract/http/worklist-views.ts.
CREATE TABLE worklist_view (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  group_id UUID NOT NULL,
  owner_id UUID NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
  shared BOOLEAN NOT NULL DEFAULT false,
  name TEXT NOT NULL,
  definition JSONB NOT NULL,
  created_at TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  updated_at TIMESTAMPTZ(3) NOT NULL DEFAULT now()
);
CREATE INDEX worklist_view_group_id_owner_id_idx ON worklist_view (group_id, owner_id);
CREATE UNIQUE INDEX worklist_view_own_name ON worklist_view (owner_id, lower(name)) WHERE NOT shared;
CREATE UNIQUE INDEX worklist_view_shared_name ON worklist_view (group_id, lower(name)) WHERE shared;

-- Names are found without regard to case and accents (Greek and Cyrillic capitals by hand: the database's locale is C), by the beginning of any part of any of their three representations.
CREATE FUNCTION fold_name(p_text text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT translate(lower(regexp_replace(normalize(p_text, NFKD), '[\u0300-\u036f]', '', 'g')), 'ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЀЁЂЃЄЅІЇЈЉЊЋЌЍЎЏ', 'αβγδεζηθικλμνξοπρστυφχψωабвгдежзийклмнопрстуфхцчшщъыьэюяѐёђѓєѕіїјљњћќѝўџ') $$;

-- Beginnings of 1 to 12 characters of each part: an equality in a GIN index is then a search by prefix, without an extension.
-- (The folding is written out once more: what an index calls finds no function of ours by its bare name.)
CREATE FUNCTION name_beginnings(p_name jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT coalesce(array_agg(DISTINCT left(part, n)), '{}')
   FROM jsonb_each_text(CASE jsonb_typeof(p_name) WHEN 'object' THEN p_name ELSE '{}' END) AS written(kind, name),
     regexp_split_to_table(translate(lower(regexp_replace(normalize(written.name, NFKD), '[\u0300-\u036f]', '', 'g')), 'ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЀЁЂЃЄЅІЇЈЉЊЋЌЍЎЏ', 'αβγδεζηθικλμνξοπρστυφχψωабвгдежзийклмнопрстуфхцчшщъыьэюяѐёђѓєѕіїјљњћќѝўџ'),
       '[\^ =,.-]+') AS part, generate_series(1, least(length(part), 12)) AS n
   WHERE part <> '' $$;

CREATE INDEX patient_name_search ON patient USING gin (name_beginnings(name));
CREATE INDEX study_images_name_search ON study USING gin (name_beginnings(dicom_patient_name)) WHERE patient_id IS NULL;
CREATE INDEX patient_mrn_search ON patient (upper(mrn) text_pattern_ops);
CREATE INDEX study_images_mrn_search ON study (upper(dicom_patient_id) text_pattern_ops) WHERE patient_id IS NULL AND dicom_patient_id <> '';
CREATE INDEX study_accession_search ON study (upper(accession_number) text_pattern_ops) WHERE accession_number <> '';
CREATE INDEX imaging_order_accession_search ON imaging_order (upper(accession_number) text_pattern_ops) WHERE accession_number <> '';
CREATE INDEX study_uid_search ON study (study_instance_uid text_pattern_ops);
