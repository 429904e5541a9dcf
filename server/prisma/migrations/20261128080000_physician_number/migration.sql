-- The ordering physician as an account: by the number that the hospital's orders name them with, never by name alone.
ALTER TABLE "user_account" ADD COLUMN IF NOT EXISTS "physician_number" TEXT;
CREATE UNIQUE INDEX IF NOT EXISTS "user_account_organisation_id_physician_number_key" ON "user_account"("organisation_id", "physician_number");
ALTER TABLE "imaging_order" ADD COLUMN IF NOT EXISTS "referring_number" TEXT NOT NULL DEFAULT '';
-- Nothing ever wrote it.
ALTER TABLE "imaging_order" DROP COLUMN IF EXISTS "referring_user_id";
