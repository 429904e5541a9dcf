-- Every change of a study's urgency, pool or clock writes a new entry into each of its indexes: these three did nothing that another does not.
-- study_uid_search (text_pattern_ops) answers equality too; study_dicom_patient and study_organisation_deadline hold the same columns for all rows.
DROP INDEX IF EXISTS study_uid;
DROP INDEX IF EXISTS study_images_patient;
DROP INDEX IF EXISTS study_unread;
