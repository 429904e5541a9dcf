-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "organisation" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "kind" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "time_zone" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "organisation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "site" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "organisation_id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "time_zone" TEXT NOT NULL,
    "jurisdiction" TEXT NOT NULL,
    "patient_id_issuer" TEXT NOT NULL,
    "hl7_facilities" TEXT[],
    "hl7_version" TEXT NOT NULL DEFAULT '2.5.1',
    "result_host" TEXT,
    "result_port" INTEGER,
    "result_facility" TEXT NOT NULL DEFAULT '',
    "result_application" TEXT NOT NULL DEFAULT '',
    "result_deduplicates" BOOLEAN NOT NULL DEFAULT false,
    "result_embed_pdf" BOOLEAN NOT NULL DEFAULT true,
    "quiet_seconds" INTEGER NOT NULL DEFAULT 20,
    "phone" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "site_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "contract" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "hospital_id" UUID NOT NULL,
    "group_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "turnaround" JSONB NOT NULL,
    "attainment_target" DOUBLE PRECISION NOT NULL DEFAULT 0.95,
    "valid_from" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "valid_to" TIMESTAMPTZ(3),

    CONSTRAINT "contract_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "user_account" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "organisation_id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "display_name" TEXT NOT NULL,
    "short_name" TEXT NOT NULL,
    "title" TEXT NOT NULL DEFAULT '',
    "password_hash" TEXT NOT NULL,
    "locale" TEXT NOT NULL DEFAULT 'en',
    "time_zone" TEXT,
    "phone" TEXT,
    "colour" TEXT NOT NULL DEFAULT '#2dd4bf',
    "preferences" JSONB NOT NULL DEFAULT '{}',
    "disabled_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "user_account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "role_grant" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "user_id" UUID NOT NULL,
    "role" TEXT NOT NULL,
    "site_id" UUID,

    CONSTRAINT "role_grant_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "session" (
    "id" TEXT NOT NULL,
    "user_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "address" TEXT NOT NULL,
    "user_agent" TEXT NOT NULL,
    "stepped_up_at" TIMESTAMPTZ(3),

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "login_throttle" (
    "key" TEXT NOT NULL,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "first_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "blocked_until" TIMESTAMPTZ(3),

    CONSTRAINT "login_throttle_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "api_token" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "hash" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "organisation_id" UUID,
    "site_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" TEXT,
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_token_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "dicom_peer" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "ae_title" TEXT NOT NULL,
    "host" TEXT NOT NULL,
    "port" INTEGER,
    "site_id" UUID NOT NULL,
    "label" TEXT NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_seen_at" TIMESTAMPTZ(3),

    CONSTRAINT "dicom_peer_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "licence" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "user_id" UUID NOT NULL,
    "jurisdiction" TEXT NOT NULL,
    "number" TEXT NOT NULL,
    "valid_from" TIMESTAMPTZ(3) NOT NULL,
    "valid_to" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "licence_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "privilege" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "user_id" UUID NOT NULL,
    "site_id" UUID NOT NULL,
    "read_types" TEXT[],
    "valid_from" TIMESTAMPTZ(3) NOT NULL,
    "valid_to" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "privilege_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "reader_profile" (
    "user_id" UUID NOT NULL,
    "subspecialties" TEXT[],
    "read_types" TEXT[],
    "rvu_per_hour" DOUBLE PRECISION NOT NULL DEFAULT 8,
    "on_break_since" TIMESTAMPTZ(3),

    CONSTRAINT "reader_profile_pkey" PRIMARY KEY ("user_id")
);

-- CreateTable
CREATE TABLE "shift" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "user_id" UUID NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,
    "kind" TEXT NOT NULL DEFAULT 'shift',

    CONSTRAINT "shift_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "pool" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "group_id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "subspecialties" TEXT[],
    "fallback_pool_id" UUID,

    CONSTRAINT "pool_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "pool_member" (
    "pool_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,

    CONSTRAINT "pool_member_pkey" PRIMARY KEY ("pool_id","user_id")
);

-- CreateTable
CREATE TABLE "routing_rule" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "group_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "condition" JSONB NOT NULL,
    "action" JSONB NOT NULL,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "routing_rule_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "routing_decision" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "study_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "outcome" TEXT NOT NULL,
    "pool_id" UUID,
    "urgency" TEXT NOT NULL,
    "subspecialty" TEXT NOT NULL,
    "deadline" TIMESTAMPTZ(3),
    "explanation" JSONB NOT NULL,

    CONSTRAINT "routing_decision_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "patient" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "organisation_id" UUID NOT NULL,
    "issuer" TEXT NOT NULL,
    "mrn" TEXT NOT NULL,
    "name" JSONB NOT NULL,
    "birth_date" TEXT,
    "sex" TEXT,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "patient_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "imaging_order" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "site_id" UUID NOT NULL,
    "patient_id" UUID NOT NULL,
    "accession_number" TEXT NOT NULL,
    "placer_order_number" TEXT NOT NULL DEFAULT '',
    "filler_order_number" TEXT NOT NULL DEFAULT '',
    "procedure_code" TEXT NOT NULL DEFAULT '',
    "procedure_coding_system" TEXT NOT NULL DEFAULT '',
    "procedure_text" TEXT NOT NULL,
    "modality" TEXT NOT NULL DEFAULT '',
    "body_part" TEXT NOT NULL DEFAULT '',
    "laterality" TEXT NOT NULL DEFAULT '',
    "priority" TEXT NOT NULL DEFAULT 'routine',
    "patient_class" TEXT NOT NULL DEFAULT '',
    "patient_location" TEXT NOT NULL DEFAULT '',
    "clinical_question" TEXT NOT NULL DEFAULT '',
    "study_instance_uid" TEXT,
    "referring_name" TEXT NOT NULL DEFAULT '',
    "referring_phone" TEXT NOT NULL DEFAULT '',
    "referring_user_id" UUID,
    "scheduled_at" TIMESTAMPTZ(3),
    "ordered_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "state" TEXT NOT NULL DEFAULT 'scheduled',
    "source" TEXT NOT NULL,
    "detail" JSONB NOT NULL DEFAULT '{}',
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "imaging_order_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "study" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "organisation_id" UUID NOT NULL,
    "site_id" UUID NOT NULL,
    "study_instance_uid" TEXT NOT NULL,
    "patient_id" UUID,
    "order_id" UUID,
    "accession_number" TEXT NOT NULL DEFAULT '',
    "dicom_patient_id" TEXT NOT NULL DEFAULT '',
    "dicom_issuer" TEXT NOT NULL DEFAULT '',
    "dicom_patient_name" JSONB NOT NULL DEFAULT '{}',
    "dicom_birth_date" TEXT,
    "dicom_sex" TEXT,
    "description" TEXT NOT NULL DEFAULT '',
    "modalities" TEXT[],
    "body_part" TEXT NOT NULL DEFAULT '',
    "study_at" TIMESTAMPTZ(3),
    "referring_name" TEXT NOT NULL DEFAULT '',
    "state" TEXT NOT NULL DEFAULT 'receiving',
    "match_state" TEXT NOT NULL DEFAULT 'unmatched',
    "match_reason" TEXT NOT NULL DEFAULT '',
    "instances_received" INTEGER NOT NULL DEFAULT 0,
    "series_count" INTEGER NOT NULL DEFAULT 0,
    "bytes_received" BIGINT NOT NULL DEFAULT 0,
    "instances_expected" INTEGER,
    "first_instance_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_instance_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "complete_at" TIMESTAMPTZ(3),
    "group_id" UUID,
    "pool_id" UUID,
    "subspecialty" TEXT NOT NULL DEFAULT 'general',
    "urgency" TEXT NOT NULL DEFAULT 'routine',
    "urgency_rank" INTEGER NOT NULL DEFAULT 3,
    "urgency_reason" TEXT NOT NULL DEFAULT '',
    "deadline" TIMESTAMPTZ(3),
    "clock_started_at" TIMESTAMPTZ(3),
    "routed_at" TIMESTAMPTZ(3),
    "routing_summary" TEXT NOT NULL DEFAULT '',
    "routable" BOOLEAN NOT NULL DEFAULT false,
    "claim_state" TEXT NOT NULL DEFAULT 'open',
    "claimed_by" UUID,
    "claim_fence" BIGINT NOT NULL DEFAULT 0,
    "claimed_at" TIMESTAMPTZ(3),
    "claim_until" TIMESTAMPTZ(3),
    "report_state" TEXT NOT NULL DEFAULT 'none',
    "signed_at" TIMESTAMPTZ(3),
    "critical_state" TEXT NOT NULL DEFAULT 'none',
    "is_demo" BOOLEAN NOT NULL DEFAULT false,
    "version" INTEGER NOT NULL DEFAULT 1,
    "detail" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "study_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "series" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "study_id" UUID NOT NULL,
    "series_instance_uid" TEXT NOT NULL,
    "modality" TEXT NOT NULL DEFAULT '',
    "series_number" INTEGER,
    "description" TEXT NOT NULL DEFAULT '',
    "body_part" TEXT NOT NULL DEFAULT '',
    "frame_of_reference_uid" TEXT,
    "instance_count" INTEGER NOT NULL DEFAULT 0,
    "attributes" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "series_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "instance" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "series_id" UUID NOT NULL,
    "study_id" UUID NOT NULL,
    "sop_instance_uid" TEXT NOT NULL,
    "sop_class_uid" TEXT NOT NULL,
    "transfer_syntax_uid" TEXT NOT NULL,
    "instance_number" INTEGER,
    "rows" INTEGER,
    "columns" INTEGER,
    "number_of_frames" INTEGER NOT NULL DEFAULT 1,
    "path" TEXT NOT NULL,
    "size" BIGINT NOT NULL,
    "digest" TEXT NOT NULL,
    "metadata" BYTEA NOT NULL,
    "frames" BYTEA,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "received_from" TEXT NOT NULL,
    "flags" TEXT[],

    CONSTRAINT "instance_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ingest_incident" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "organisation_id" UUID,
    "site_id" UUID,
    "study_id" UUID,
    "kind" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "path" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "resolved_at" TIMESTAMPTZ(3),
    "resolution" TEXT,
    "detail" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "ingest_incident_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "report_template" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "group_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "modality" TEXT NOT NULL DEFAULT '',
    "body_part" TEXT NOT NULL DEFAULT '',
    "sections" JSONB NOT NULL,

    CONSTRAINT "report_template_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "report" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "study_id" UUID NOT NULL,
    "template_id" UUID,
    "document_id" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'draft',
    "version" INTEGER NOT NULL DEFAULT 0,
    "draft_generation" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "report_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "report_version" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "report_id" UUID NOT NULL,
    "study_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "content" JSONB NOT NULL,
    "content_hash" TEXT NOT NULL,
    "document_state" BYTEA,
    "authors" JSONB NOT NULL,
    "signed_by" UUID NOT NULL,
    "signed_by_name" TEXT NOT NULL,
    "signed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "signer_fence" BIGINT NOT NULL,

    CONSTRAINT "report_version_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "crdt_document" (
    "id" TEXT NOT NULL,
    "study_id" UUID,
    "kind" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "frozen_at" TIMESTAMPTZ(3),
    "frozen_reason" TEXT,
    "bytes" BIGINT NOT NULL DEFAULT 0,
    "last_seq" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "crdt_document_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "crdt_update" (
    "document_id" TEXT NOT NULL,
    "seq" BIGINT NOT NULL,
    "update" BYTEA NOT NULL,
    "actor_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "crdt_update_pkey" PRIMARY KEY ("document_id","seq")
);

-- CreateTable
CREATE TABLE "crdt_snapshot" (
    "document_id" TEXT NOT NULL,
    "up_to_seq" BIGINT NOT NULL,
    "state" BYTEA NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "crdt_snapshot_pkey" PRIMARY KEY ("document_id")
);

-- CreateTable
CREATE TABLE "crdt_client" (
    "document_id" TEXT NOT NULL,
    "client_id" BIGINT NOT NULL,
    "actor_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "crdt_client_pkey" PRIMARY KEY ("document_id","client_id")
);

-- CreateTable
CREATE TABLE "critical_finding" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "study_id" UUID NOT NULL,
    "organisation_id" UUID NOT NULL,
    "category" TEXT NOT NULL,
    "finding" TEXT NOT NULL,
    "anatomy" TEXT NOT NULL DEFAULT '',
    "state" TEXT NOT NULL DEFAULT 'raised',
    "raised_by" UUID NOT NULL,
    "raised_by_name" TEXT NOT NULL,
    "raised_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "step" INTEGER NOT NULL DEFAULT 0,
    "next_escalation_at" TIMESTAMPTZ(3),
    "reached_at" TIMESTAMPTZ(3),
    "reached_name" TEXT,
    "read_back_text" TEXT,
    "read_back_at" TIMESTAMPTZ(3),
    "acknowledged_at" TIMESTAMPTZ(3),
    "acknowledged_name" TEXT,
    "acknowledged_via" TEXT,
    "closed_at" TIMESTAMPTZ(3),
    "close_reason" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "critical_finding_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "critical_step" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "finding_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "kind" TEXT NOT NULL,
    "contact_id" UUID,
    "contact_name" TEXT NOT NULL DEFAULT '',
    "channel" TEXT NOT NULL DEFAULT '',
    "note" TEXT NOT NULL DEFAULT '',
    "by_name" TEXT NOT NULL DEFAULT '',
    "link_id" UUID,

    CONSTRAINT "critical_step_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "escalation_contact" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "site_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "phone" TEXT NOT NULL DEFAULT '',
    "email" TEXT NOT NULL DEFAULT '',
    "user_id" UUID,

    CONSTRAINT "escalation_contact_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "join_link" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "hash" TEXT NOT NULL,
    "study_id" UUID NOT NULL,
    "finding_id" UUID,
    "guest_name" TEXT NOT NULL,
    "guest_role" TEXT NOT NULL,
    "contact_id" UUID,
    "created_by" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),
    "used_from" TEXT,
    "revoked_at" TIMESTAMPTZ(3),
    "guest_session_hash" TEXT,
    "guest_session_expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "join_link_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "consult" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "study_id" UUID NOT NULL,
    "finding_id" UUID,
    "started_by" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),
    "participants" JSONB NOT NULL DEFAULT '[]',

    CONSTRAINT "consult_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "hl7_message" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "direction" TEXT NOT NULL,
    "organisation_id" UUID,
    "site_id" UUID,
    "sender" TEXT NOT NULL,
    "control_id" TEXT NOT NULL,
    "message_type" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "raw" BYTEA NOT NULL,
    "digest" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "reason" TEXT NOT NULL DEFAULT '',
    "reply" BYTEA,
    "peer" TEXT NOT NULL DEFAULT '',
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "settled_at" TIMESTAMPTZ(3),

    CONSTRAINT "hl7_message_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "delivery" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "report_version_id" UUID NOT NULL,
    "study_id" UUID NOT NULL,
    "site_id" UUID NOT NULL,
    "destination" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "control_id" TEXT NOT NULL,
    "ordering_key" TEXT NOT NULL,
    "payload" BYTEA NOT NULL,
    "attempt" TEXT NOT NULL DEFAULT 'waiting',
    "receipt" TEXT NOT NULL DEFAULT 'none',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(3) DEFAULT CURRENT_TIMESTAMP,
    "last_attempt_at" TIMESTAMPTZ(3),
    "last_error" TEXT NOT NULL DEFAULT '',
    "accepted_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "version" INTEGER NOT NULL DEFAULT 1,
    "detail" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "delivery_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "delivery_attempt" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "delivery_id" UUID NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),
    "outcome" TEXT NOT NULL DEFAULT 'sending',
    "reply" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "delivery_attempt_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "outbox" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "seq" BIGSERIAL NOT NULL,
    "stream" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "type" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "topics" TEXT[],
    "actor" JSONB NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "published_seq" BIGINT,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "reaction" (
    "event_id" UUID NOT NULL,
    "handler" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "reaction_pkey" PRIMARY KEY ("event_id","handler")
);

-- CreateTable
CREATE TABLE "reaction_failure" (
    "event_id" UUID NOT NULL,
    "handler" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL,
    "last_error" TEXT NOT NULL,
    "next_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "reaction_failure_pkey" PRIMARY KEY ("event_id","handler")
);

-- CreateTable
CREATE TABLE "audit_event" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "inserted_seq" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT NOT NULL,
    "actor_name" TEXT NOT NULL,
    "organisation_id" UUID,
    "address" TEXT NOT NULL DEFAULT '',
    "action" TEXT NOT NULL,
    "outcome" TEXT NOT NULL DEFAULT 'allowed',
    "patient_id" UUID,
    "study_id" UUID,
    "subject" TEXT NOT NULL DEFAULT '',
    "detail" JSONB NOT NULL DEFAULT '{}',
    "chain_seq" BIGINT,
    "previous_hash" TEXT,
    "hash" TEXT,

    CONSTRAINT "audit_event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "hub_state" (
    "key" TEXT NOT NULL,
    "value" JSONB NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "hub_state_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE UNIQUE INDEX "organisation_code_key" ON "organisation"("code");

-- CreateIndex
CREATE UNIQUE INDEX "site_organisation_id_code_key" ON "site"("organisation_id", "code");

-- CreateIndex
CREATE UNIQUE INDEX "contract_hospital_id_group_id_key" ON "contract"("hospital_id", "group_id");

-- CreateIndex
CREATE UNIQUE INDEX "user_account_email_key" ON "user_account"("email");

-- CreateIndex
CREATE INDEX "role_grant_user_id_idx" ON "role_grant"("user_id");

-- CreateIndex
CREATE INDEX "session_user_id_idx" ON "session"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "api_token_hash_key" ON "api_token"("hash");

-- CreateIndex
CREATE UNIQUE INDEX "dicom_peer_ae_title_host_key" ON "dicom_peer"("ae_title", "host");

-- CreateIndex
CREATE INDEX "licence_user_id_idx" ON "licence"("user_id");

-- CreateIndex
CREATE INDEX "privilege_user_id_idx" ON "privilege"("user_id");

-- CreateIndex
CREATE INDEX "shift_user_id_ends_at_idx" ON "shift"("user_id", "ends_at");

-- CreateIndex
CREATE UNIQUE INDEX "pool_group_id_code_key" ON "pool"("group_id", "code");

-- CreateIndex
CREATE UNIQUE INDEX "routing_rule_group_id_position_key" ON "routing_rule"("group_id", "position");

-- CreateIndex
CREATE INDEX "routing_decision_study_id_at_idx" ON "routing_decision"("study_id", "at");

-- CreateIndex
CREATE UNIQUE INDEX "patient_organisation_id_issuer_mrn_key" ON "patient"("organisation_id", "issuer", "mrn");

-- CreateIndex
CREATE INDEX "imaging_order_site_id_accession_number_idx" ON "imaging_order"("site_id", "accession_number");

-- CreateIndex
CREATE INDEX "imaging_order_patient_id_idx" ON "imaging_order"("patient_id");

-- CreateIndex
CREATE UNIQUE INDEX "imaging_order_site_id_accession_number_placer_order_number_key" ON "imaging_order"("site_id", "accession_number", "placer_order_number");

-- CreateIndex
CREATE INDEX "study_site_id_accession_number_idx" ON "study"("site_id", "accession_number");

-- CreateIndex
CREATE INDEX "study_patient_id_idx" ON "study"("patient_id");

-- CreateIndex
CREATE INDEX "study_order_id_idx" ON "study"("order_id");

-- CreateIndex
CREATE INDEX "study_state_last_instance_at_idx" ON "study"("state", "last_instance_at");

-- CreateIndex
CREATE UNIQUE INDEX "study_organisation_id_study_instance_uid_key" ON "study"("organisation_id", "study_instance_uid");

-- CreateIndex
CREATE UNIQUE INDEX "series_study_id_series_instance_uid_key" ON "series"("study_id", "series_instance_uid");

-- CreateIndex
CREATE INDEX "instance_series_id_idx" ON "instance"("series_id");

-- CreateIndex
CREATE UNIQUE INDEX "instance_study_id_sop_instance_uid_key" ON "instance"("study_id", "sop_instance_uid");

-- CreateIndex
CREATE UNIQUE INDEX "report_study_id_key" ON "report"("study_id");

-- CreateIndex
CREATE UNIQUE INDEX "report_version_report_id_version_key" ON "report_version"("report_id", "version");

-- CreateIndex
CREATE INDEX "critical_finding_study_id_idx" ON "critical_finding"("study_id");

-- CreateIndex
CREATE INDEX "critical_step_finding_id_at_idx" ON "critical_step"("finding_id", "at");

-- CreateIndex
CREATE UNIQUE INDEX "escalation_contact_site_id_position_key" ON "escalation_contact"("site_id", "position");

-- CreateIndex
CREATE UNIQUE INDEX "join_link_hash_key" ON "join_link"("hash");

-- CreateIndex
CREATE UNIQUE INDEX "join_link_guest_session_hash_key" ON "join_link"("guest_session_hash");

-- CreateIndex
CREATE INDEX "consult_study_id_idx" ON "consult"("study_id");

-- CreateIndex
CREATE INDEX "hl7_message_direction_at_idx" ON "hl7_message"("direction", "at");

-- CreateIndex
CREATE INDEX "hl7_message_sender_control_id_idx" ON "hl7_message"("sender", "control_id");

-- CreateIndex
CREATE INDEX "delivery_attempt_next_attempt_at_idx" ON "delivery"("attempt", "next_attempt_at");

-- CreateIndex
CREATE INDEX "delivery_ordering_key_created_at_idx" ON "delivery"("ordering_key", "created_at");

-- CreateIndex
CREATE INDEX "delivery_study_id_idx" ON "delivery"("study_id");

-- CreateIndex
CREATE UNIQUE INDEX "delivery_report_version_id_destination_key" ON "delivery"("report_version_id", "destination");

-- CreateIndex
CREATE INDEX "delivery_attempt_delivery_id_idx" ON "delivery_attempt"("delivery_id");

-- CreateIndex
CREATE UNIQUE INDEX "outbox_seq_key" ON "outbox"("seq");

-- CreateIndex
CREATE UNIQUE INDEX "outbox_published_seq_key" ON "outbox"("published_seq");

-- CreateIndex
CREATE UNIQUE INDEX "outbox_stream_version_key" ON "outbox"("stream", "version");

-- CreateIndex
CREATE UNIQUE INDEX "audit_event_inserted_seq_key" ON "audit_event"("inserted_seq");

-- CreateIndex
CREATE UNIQUE INDEX "audit_event_chain_seq_key" ON "audit_event"("chain_seq");

-- CreateIndex
CREATE INDEX "audit_event_patient_id_at_idx" ON "audit_event"("patient_id", "at");

-- CreateIndex
CREATE INDEX "audit_event_study_id_at_idx" ON "audit_event"("study_id", "at");

-- CreateIndex
CREATE INDEX "audit_event_actor_id_at_idx" ON "audit_event"("actor_id", "at");

-- AddForeignKey
ALTER TABLE "site" ADD CONSTRAINT "site_organisation_id_fkey" FOREIGN KEY ("organisation_id") REFERENCES "organisation"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user_account" ADD CONSTRAINT "user_account_organisation_id_fkey" FOREIGN KEY ("organisation_id") REFERENCES "organisation"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "role_grant" ADD CONSTRAINT "role_grant_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user_account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "pool_member" ADD CONSTRAINT "pool_member_pool_id_fkey" FOREIGN KEY ("pool_id") REFERENCES "pool"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "imaging_order" ADD CONSTRAINT "imaging_order_site_id_fkey" FOREIGN KEY ("site_id") REFERENCES "site"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "study" ADD CONSTRAINT "study_site_id_fkey" FOREIGN KEY ("site_id") REFERENCES "site"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "study" ADD CONSTRAINT "study_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "imaging_order"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "study" ADD CONSTRAINT "study_patient_id_fkey" FOREIGN KEY ("patient_id") REFERENCES "patient"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "series" ADD CONSTRAINT "series_study_id_fkey" FOREIGN KEY ("study_id") REFERENCES "study"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "instance" ADD CONSTRAINT "instance_series_id_fkey" FOREIGN KEY ("series_id") REFERENCES "series"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "report_version" ADD CONSTRAINT "report_version_report_id_fkey" FOREIGN KEY ("report_id") REFERENCES "report"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "critical_step" ADD CONSTRAINT "critical_step_finding_id_fkey" FOREIGN KEY ("finding_id") REFERENCES "critical_finding"("id") ON DELETE RESTRICT ON UPDATE CASCADE;


