-- What QIDO-RS, C-FIND and the ingest's reconciliation search by, beyond what Prisma's schema can say.
CREATE INDEX study_dicom_date ON study (organisation_id, (detail #>> '{dicom,00080020,Value,0}') DESC NULLS LAST);
CREATE INDEX study_dicom_patient ON study (organisation_id, dicom_patient_id);
CREATE INDEX study_uid ON study (study_instance_uid);
CREATE INDEX instance_path ON instance (path);
