-- Two decisions about a study may fall into one millisecond: which is the later is told by their number.
ALTER TABLE routing_decision ADD COLUMN IF NOT EXISTS seq bigserial;
