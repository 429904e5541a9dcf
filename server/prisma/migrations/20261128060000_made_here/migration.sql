-- Objects that the hub makes itself of a signed report (its text, its marks): series of their own, that count nowhere as images that came.
ALTER TABLE "series" ADD COLUMN IF NOT EXISTS "made_here" BOOLEAN NOT NULL DEFAULT false;

-- The marks on the study's images as they stood when the version was signed; null: signed before they were kept.
ALTER TABLE "report_version" ADD COLUMN IF NOT EXISTS "marks" JSONB;
