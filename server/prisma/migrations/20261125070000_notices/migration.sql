-- Notices: what each person is told, how they want to hear it, what waits behind an open report, and what leaves by push or mail.

CREATE TABLE IF NOT EXISTS notice (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id UUID NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  -- What it is about ("study:<id>", "delivery:<id>" …) and which of its occasions: a person is told of each once, whatever runs twice.
  subject TEXT NOT NULL,
  occasion TEXT NOT NULL,
  urgent BOOLEAN NOT NULL DEFAULT false,
  study_id UUID,
  facts JSONB NOT NULL DEFAULT '{}',
  state TEXT NOT NULL DEFAULT 'unread',
  at TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  -- When it reached the person's screens; null while it waits (for a signature, for the end of a snooze).
  released_at TIMESTAMPTZ(3),
  snoozed_until TIMESTAMPTZ(3),
  expires_at TIMESTAMPTZ(3) NOT NULL,
  ended_at TIMESTAMPTZ(3),
  ended_because TEXT NOT NULL DEFAULT '',
  UNIQUE (user_id, kind, subject, occasion)
);
CREATE INDEX IF NOT EXISTS notice_live ON notice (user_id, at DESC) WHERE state IN ('unread', 'read');
CREATE INDEX IF NOT EXISTS notice_unreleased ON notice (user_id) WHERE state = 'unread' AND released_at IS NULL;
CREATE INDEX IF NOT EXISTS notice_live_study ON notice (study_id) WHERE state IN ('unread', 'read');
CREATE INDEX IF NOT EXISTS notice_live_expiry ON notice (expires_at) WHERE state IN ('unread', 'read');

-- What a person chose; no row: the defaults of their roles.
CREATE TABLE IF NOT EXISTS notice_choice (
  user_id UUID PRIMARY KEY REFERENCES user_account (id) ON DELETE CASCADE,
  channels JSONB NOT NULL,
  updated_at TIMESTAMPTZ(3) NOT NULL DEFAULT now()
);

-- How much a site lets texts say that leave the hub (push, mail, desktop): 'none', or 'procedure' (never the patient).
CREATE TABLE IF NOT EXISTS notice_site (
  site_id UUID PRIMARY KEY REFERENCES site (id) ON DELETE CASCADE,
  outside_text TEXT NOT NULL DEFAULT 'none'
);

-- Which report a person has open. A lease: a tab that died holds nothing for long. Not worth a write-ahead log.
CREATE UNLOGGED TABLE IF NOT EXISTS notice_reading (
  user_id UUID NOT NULL,
  tab TEXT NOT NULL,
  study_id UUID NOT NULL,
  until TIMESTAMPTZ(3) NOT NULL,
  PRIMARY KEY (user_id, tab)
);

-- When the clocks of routed studies have three quarters of their time behind them.
CREATE TABLE IF NOT EXISTS notice_clock (
  study_id UUID PRIMARY KEY,
  due_at TIMESTAMPTZ(3) NOT NULL
);
CREATE INDEX IF NOT EXISTS notice_clock_due ON notice_clock (due_at);

-- When each channel last spoke to a person, by kind: several at once become one.
CREATE TABLE IF NOT EXISTS notice_spoken (
  user_id UUID NOT NULL,
  channel TEXT NOT NULL,
  kind TEXT NOT NULL,
  at TIMESTAMPTZ(3) NOT NULL,
  PRIMARY KEY (user_id, channel, kind)
);

CREATE TABLE IF NOT EXISTS push_subscription (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id UUID NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
  endpoint TEXT NOT NULL UNIQUE,
  keys JSONB NOT NULL,
  device TEXT NOT NULL DEFAULT '',
  created_at TIMESTAMPTZ(3) NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS push_subscription_user ON push_subscription (user_id);

-- What is to leave by push or mail. state: waiting | sent | dropped | failed.
CREATE TABLE IF NOT EXISTS notice_dispatch (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  notice_id UUID REFERENCES notice (id) ON DELETE CASCADE,
  user_id UUID NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
  channel TEXT NOT NULL,
  kind TEXT NOT NULL,
  urgent BOOLEAN NOT NULL,
  due_at TIMESTAMPTZ(3) NOT NULL,
  state TEXT NOT NULL DEFAULT 'waiting',
  attempts INT NOT NULL DEFAULT 0,
  last_error TEXT NOT NULL DEFAULT '',
  sent_at TIMESTAMPTZ(3)
);
CREATE INDEX IF NOT EXISTS notice_dispatch_due ON notice_dispatch (due_at) WHERE state = 'waiting';
CREATE INDEX IF NOT EXISTS notice_dispatch_notice ON notice_dispatch (notice_id);
