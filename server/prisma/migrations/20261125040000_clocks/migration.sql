-- Contract clocks: what starts them, what makes them stand still, how wrong the devices' clocks are, how many images a study has, and
-- whom each minute of a study's life belongs to.

-- matched_at: since when it is known whose study it is. exam_ended_at: corrected (shared/domain/clock-skew.ts). paused_ms: ended pauses.
-- late_images: images that came after the report was signed and that nobody has looked at yet.
ALTER TABLE "study" ADD COLUMN "matched_at" TIMESTAMPTZ(3),
  ADD COLUMN "exam_ended_at" TIMESTAMPTZ(3),
  ADD COLUMN "exam_end_note" TEXT NOT NULL DEFAULT '',
  ADD COLUMN "paused_at" TIMESTAMPTZ(3),
  ADD COLUMN "paused_reason" TEXT,
  ADD COLUMN "paused_ms" BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN "late_images" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "late_since" TIMESTAMPTZ(3),
  ADD COLUMN "images_missing" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "expected_from" TEXT NOT NULL DEFAULT '';

UPDATE study SET matched_at = first_instance_at WHERE match_state IN ('matched', 'confirmed');

-- Every way to a match (ingest, a late order, a person) passes here: none can forget it.
CREATE FUNCTION study_matched_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.match_state NOT IN ('matched', 'confirmed') THEN NEW.matched_at := NULL;
  ELSIF TG_OP = 'INSERT' THEN NEW.matched_at := coalesce(NEW.matched_at, NEW.first_instance_at);
  ELSIF OLD.match_state NOT IN ('matched', 'confirmed') THEN NEW.matched_at := now();
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER study_matched_at BEFORE INSERT OR UPDATE OF match_state ON study FOR EACH ROW EXECUTE FUNCTION study_matched_at();

CREATE INDEX study_late_images ON study (group_id, late_since) WHERE late_images > 0;

CREATE TABLE "clock_pause" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "study_id" UUID NOT NULL,
    "reason" TEXT NOT NULL,
    "note" TEXT NOT NULL DEFAULT '',
    "began_at" TIMESTAMPTZ(3) NOT NULL,
    "began_by_name" TEXT NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "ended_by_name" TEXT,
    "ended_by" TEXT,
    "answer" TEXT NOT NULL DEFAULT '',
    CONSTRAINT "clock_pause_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "clock_pause_study_id_fkey" FOREIGN KEY ("study_id") REFERENCES "study"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "clock_pause_study_id_began_at_idx" ON "clock_pause"("study_id", "began_at");
CREATE UNIQUE INDEX clock_pause_open ON clock_pause (study_id) WHERE ended_at IS NULL;

CREATE TABLE "clock_sample" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "site_id" UUID NOT NULL,
    "device" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "behind_ms" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    CONSTRAINT "clock_sample_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "clock_sample_site_id_device_at_idx" ON "clock_sample"("site_id", "device", "at");

CREATE TABLE "device_clock" (
    "site_id" UUID NOT NULL,
    "device" TEXT NOT NULL,
    "samples" INTEGER NOT NULL,
    "ahead_ms" BIGINT NOT NULL,
    "spread_ms" BIGINT NOT NULL,
    "flagged_since" TIMESTAMPTZ(3),
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    CONSTRAINT "device_clock_pkey" PRIMARY KEY ("site_id", "device")
);

CREATE TABLE "performed_step" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "organisation_id" UUID NOT NULL,
    "site_id" UUID NOT NULL,
    "sop_instance_uid" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "station" TEXT NOT NULL DEFAULT '',
    "modality" TEXT NOT NULL DEFAULT '',
    "study_instance_uid" TEXT NOT NULL DEFAULT '',
    "accession_number" TEXT NOT NULL DEFAULT '',
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "ended_heard_at" TIMESTAMPTZ(3),
    "series" JSONB NOT NULL DEFAULT '[]',
    "reason" TEXT NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    CONSTRAINT "performed_step_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "performed_step_organisation_id_sop_instance_uid_key" ON "performed_step"("organisation_id", "sop_instance_uid");
CREATE INDEX "performed_step_organisation_id_study_instance_uid_idx" ON "performed_step"("organisation_id", "study_instance_uid");

CREATE TABLE "study_expectation" (
    "study_id" UUID NOT NULL,
    "source" TEXT NOT NULL,
    "instances" INTEGER NOT NULL,
    "series" JSONB NOT NULL DEFAULT '{}',
    "final" BOOLEAN NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    CONSTRAINT "study_expectation_pkey" PRIMARY KEY ("study_id", "source"),
    CONSTRAINT "study_expectation_study_id_fkey" FOREIGN KEY ("study_id") REFERENCES "study"("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- A storage commitment that was asked for. The answer to N-ACTION promises a report: it is written down before that answer goes out.
CREATE TABLE "commitment_request" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "organisation_id" UUID NOT NULL,
    "site_id" UUID NOT NULL,
    "ae_title" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "transaction_uid" TEXT NOT NULL,
    "requested" JSONB NOT NULL,
    "failed" INTEGER,
    "reported_at" TIMESTAMPTZ(3),
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_at" TIMESTAMPTZ(3) NOT NULL,
    "last_error" TEXT NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    CONSTRAINT "commitment_request_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "commitment_request_organisation_id_ae_title_transaction_uid_key" ON "commitment_request"("organisation_id", "ae_title", "transaction_uid");
CREATE INDEX commitment_request_due ON commitment_request (next_at) WHERE reported_at IS NULL;

-- The attribution of a study that has its final report, kept so that a month of them is one sum.
CREATE TABLE "study_life" (
    "study_id" UUID NOT NULL,
    "organisation_id" UUID NOT NULL,
    "site_id" UUID NOT NULL,
    "group_id" UUID,
    "pool_id" UUID,
    "from_at" TIMESTAMPTZ(3) NOT NULL,
    "to_at" TIMESTAMPTZ(3) NOT NULL,
    "spans" JSONB NOT NULL,
    CONSTRAINT "study_life_pkey" PRIMARY KEY ("study_id"),
    CONSTRAINT "study_life_study_id_fkey" FOREIGN KEY ("study_id") REFERENCES "study"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "study_life_group_id_to_at_idx" ON "study_life"("group_id", "to_at");
CREATE INDEX "study_life_organisation_id_to_at_idx" ON "study_life"("organisation_id", "to_at");
