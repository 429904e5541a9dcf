-- Until when the images that came after a signature have been looked at: "seen, nothing to add".
ALTER TABLE "study" ADD COLUMN "late_seen_at" TIMESTAMPTZ(3);
