-- Studies that still arrive are few, and only they are looked for by when the last image came: the others, which routing and claims change,
-- need no entry.
DROP INDEX "study_state_last_instance_at_idx";
CREATE INDEX study_receiving ON study (last_instance_at) WHERE state = 'receiving';
