import { createTransport } from "nodemailer";
import type { MailPort, Sent } from "../../features/notices/ports.js";

export interface SmtpOptions {
  /** smtp://user:password@host:port or smtps://… */
  readonly url: string;
  readonly from: string;
}

const TIMEOUT_MS = 15_000;

/**
 * Mail over SMTP (RFC 5321). Passwords go over an encrypted line only: a server that offers no TLS gets mail without a log-in, or none
 * where the address has a password in it.
 */
export function smtpMail({ url, from }: SmtpOptions): MailPort {
  const parsed = new URL(url);
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: 2,
    requireTLS: parsed.username !== "" && parsed.protocol === "smtp:",
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    send: async ({ to, subject, text, messageId }): Promise<Sent> => {
      try {
        await transport.sendMail({
          from,
          to,
          subject,
          text,
          messageId,
          headers: { "auto-submitted": "auto-generated" },
        });
        return { ok: true };
      } catch (error) {
        return {
          ok: false,
          permanent: isPermanent(error),
          reason: error instanceof Error ? error.message : String(error),
        };
      }
    },
    close: () => transport.close(),
  };
}

/** 5yz replies to the message itself mean that the same will be refused again (RFC 5321 §4.2.1); a log-in can be put right. */
function isPermanent(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  const { responseCode, code } = error as { responseCode?: unknown; code?: unknown };
  return typeof responseCode === "number" && responseCode >= 500 && code !== "EAUTH";
}
