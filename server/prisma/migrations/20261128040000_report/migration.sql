-- Structured templates of a person or a group, chosen by procedure; snippets; comments on the text; a second reader's grade.

ALTER TABLE "report_template"
  ADD COLUMN IF NOT EXISTS "owner_id" UUID,
  ADD COLUMN IF NOT EXISTS "procedures" TEXT[] NOT NULL DEFAULT '{}',
  ADD COLUMN IF NOT EXISTS "source" TEXT NOT NULL DEFAULT '',
  ADD COLUMN IF NOT EXISTS "notes" JSONB NOT NULL DEFAULT '[]',
  ADD COLUMN IF NOT EXISTS "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  ADD COLUMN IF NOT EXISTS "updated_by_name" TEXT NOT NULL DEFAULT '',
  ADD COLUMN IF NOT EXISTS "version" INTEGER NOT NULL DEFAULT 1,
  ADD COLUMN IF NOT EXISTS "retired_at" TIMESTAMPTZ(3);
CREATE INDEX IF NOT EXISTS "report_template_group_id_idx" ON "report_template"("group_id");

CREATE TABLE IF NOT EXISTS "report_snippet" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "group_id" UUID NOT NULL,
    "owner_id" UUID,
    "abbreviation" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "report_snippet_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX IF NOT EXISTS "report_snippet_abbreviation" ON "report_snippet"("group_id", coalesce("owner_id", '00000000-0000-0000-0000-000000000000'::uuid), "abbreviation");

CREATE TABLE IF NOT EXISTS "report_comment" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "study_id" UUID NOT NULL,
    "thread_id" TEXT NOT NULL,
    "quote" TEXT NOT NULL DEFAULT '',
    "text" TEXT NOT NULL,
    "mentions" UUID[] NOT NULL DEFAULT '{}',
    "author_id" UUID NOT NULL,
    "author_name" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "resolved_at" TIMESTAMPTZ(3),
    "resolved_by_name" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "report_comment_pkey" PRIMARY KEY ("id")
);
CREATE INDEX IF NOT EXISTS "report_comment_study_id_idx" ON "report_comment"("study_id");

ALTER TABLE "report_version" ADD COLUMN IF NOT EXISTS "review" JSONB;
