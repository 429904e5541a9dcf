import type { Actor } from "@readroom/shared/domain/access.js";
import type { Authenticate, CredentialLookups } from "../kernel/credentials.js";
import { sha256 } from "../kernel/secrets.js";

export const SESSION_COOKIE = "rr_session";
export const GUEST_COOKIE = "rr_guest";

export function makeAuthenticate(lookups: CredentialLookups): Authenticate {
  return async (headers, address) => {
    const anonymous: Actor = { kind: "anonymous", address };
    const bearer = /^Bearer ([A-Za-z0-9._~+/=-]{16,512})$/i.exec(headers.authorization ?? "");
    if (bearer?.[1]) return (await lookups.token(sha256(bearer[1]), address)) ?? anonymous;
    const cookies = readCookies(headers.cookie ?? "");
    const session = cookies.get(SESSION_COOKIE);
    if (session) {
      const actor = await lookups.session(sha256(session), address);
      if (actor) return actor;
    }
    const guest = cookies.get(GUEST_COOKIE);
    return (guest ? await lookups.guest(sha256(guest), address) : null) ?? anonymous;
  };
}

/** Name → value of a Cookie header; the socket's handshake needs it where Fastify's cookie plugin is not at hand. */
function readCookies(header: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const part of header.split(";")) {
    const at = part.indexOf("=");
    if (at > 0) found.set(part.slice(0, at).trim(), part.slice(at + 1).trim());
  }
  return found;
}
