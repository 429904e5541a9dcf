import { createHash, randomBytes } from "node:crypto";

/** SHA-256 in hex: what is stored of a random secret. (Passwords are another matter: features/identity/passwords.ts.) */
export const sha256 = (secret: string | Uint8Array): string => createHash("sha256").update(secret).digest("hex");

/** 256 random bits, URL-safe. */
export const newSecret = (): string => randomBytes(32).toString("base64url");
