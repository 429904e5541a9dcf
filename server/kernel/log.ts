import pino from "pino";

export type Log = pino.Logger;

/**
 * The hub's logger. Patient data never goes in: log ids, counts and codes. The redaction list is a net under that rule, not the rule.
 */
export function makeLog(level: string, name = "readroom"): Log {
  return pino({
    name,
    level,
    redact: {
      paths: [
        "password",
        "token",
        "cookie",
        "authorization",
        "*.password",
        "*.token",
        "*.patientName",
        "*.mrn",
        "req.headers",
      ],
      censor: "[redacted]",
    },
  });
}
