-- Where a site's HL7 messages may come from: addresses, CIDR ranges or names; empty: from anywhere that reaches the port.
ALTER TABLE site ADD COLUMN hl7_addresses text[] NOT NULL DEFAULT '{}';
