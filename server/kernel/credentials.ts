import type { IncomingHttpHeaders } from "node:http";
import type { Actor } from "@readroom/shared/domain/access.js";

/** Looks up what a secret stands for; each is asked with the SHA-256 (hex) of the secret, which alone is stored. */
export interface CredentialLookups {
  session(hash: string, address: string): Promise<Actor | null>;
  token(hash: string, address: string): Promise<Actor | null>;
  guest(hash: string, address: string): Promise<Actor | null>;
}

/** Who sends this request: bearer token, else session cookie, else guest cookie, else anonymous. Never throws for bad credentials. */
export type Authenticate = (headers: IncomingHttpHeaders, address: string) => Promise<Actor>;
