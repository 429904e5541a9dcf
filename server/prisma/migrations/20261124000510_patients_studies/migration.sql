-- Priors of a patient whose images were never matched to an order are found by the number in the images.
CREATE INDEX study_images_patient ON study (organisation_id, dicom_patient_id) WHERE dicom_patient_id <> '';
