-- How a site's sender writes its orders, and what it wants back.
ALTER TABLE "site" ADD COLUMN "hl7_accession_from" TEXT;
ALTER TABLE "site" ADD COLUMN "result_pdf_folder" BOOLEAN NOT NULL DEFAULT true;

-- A merged patient stays, pointing at the survivor: late messages and images still name it (HL7 v2.5.1 §3.3.40, ADT^A40).
ALTER TABLE "patient" ADD COLUMN "merged_into" UUID;

-- Accession numbers of orders that were entered by form.
CREATE SEQUENCE "order_accession_seq" START 1;

-- Results of one ordering key leave in this order.
ALTER TABLE "delivery" ADD COLUMN "position" BIGSERIAL NOT NULL;
CREATE UNIQUE INDEX "delivery_position_key" ON "delivery"("position");
CREATE INDEX "delivery_ordering_key_position_idx" ON "delivery"("ordering_key", "position");

CREATE INDEX "hl7_message_organisation_id_at_idx" ON "hl7_message"("organisation_id", "at");
