-- Several hub processes write the log of one document. The database gives the place in the log, under the document's row lock, so
-- that rows become visible in order and without a hole; and one of the processes can hold a document still while it is signed.
ALTER TABLE "crdt_document" ADD COLUMN IF NOT EXISTS "held_by" TEXT, ADD COLUMN IF NOT EXISTS "held_until" TIMESTAMPTZ(3);
UPDATE "crdt_document" d SET "last_seq" = u.top
FROM (SELECT "document_id", max("seq") AS top FROM "crdt_update" GROUP BY "document_id") u
WHERE u."document_id" = d."id" AND u.top > d."last_seq";
-- The row changes with every commit: room for its new versions on the same page.
ALTER TABLE "crdt_document" SET (fillfactor = 50);

-- With it the hub seals what it hands on before it is committed (server/gateway/rooms/seal.ts).
CREATE TABLE IF NOT EXISTS "hub_secret" (
    "name" TEXT NOT NULL,
    "secret" BYTEA NOT NULL,
    "made_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "hub_secret_pkey" PRIMARY KEY ("name")
);
INSERT INTO "hub_secret" ("name", "secret")
VALUES ('edit-seal', decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'))
ON CONFLICT DO NOTHING;
