import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";

const port = (fallback: number) =>
  z.coerce
    .number("must be a number")
    .int("must be a whole number")
    .min(0, "must be between 0 and 65535")
    .max(65_535, "must be between 0 and 65535")
    .default(fallback);
const flag = z
  .enum(["0", "1", "true", "false", "on", "off", "yes", "no"], "must be one of on, off, true, false, 1, 0")
  .transform((text) => ["1", "true", "on", "yes"].includes(text));

export const HUB_ROLES = ["web", "dimse", "hl7", "relay", "worker", "media"] as const;
export type HubRole = (typeof HUB_ROLES)[number];

const Environment = z.object({
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, "must begin with postgresql://")
    .optional(),
  READROOM_DATA: z.string().min(1, "must name a folder").default("./data"),
  READROOM_HTTP_HOST: z.string().min(1).default("0.0.0.0"),
  READROOM_HTTP_PORT: port(8080),
  READROOM_DICOM_HOST: z.string().min(1).default("0.0.0.0"),
  READROOM_DICOM_PORT: port(11_112),
  READROOM_DICOM_TLS_PORT: port(2762),
  READROOM_MLLP_HOST: z.string().min(1).default("0.0.0.0"),
  READROOM_MLLP_TLS_PORT: port(2576),
  READROOM_TLS_CERT: z.string().min(1).optional(),
  READROOM_TLS_KEY: z.string().min(1).optional(),
  READROOM_TLS_CLIENT_CA: z.string().min(1).optional(),
  READROOM_MLLP_PORT: port(2575),
  READROOM_MEDIA_PORT: port(20_080),
  READROOM_MEDIA_ANNOUNCED: z.string().optional(),
  READROOM_AE_TITLE: z
    .string()
    .regex(
      /^[\x21-\x5b\x5d-\x7e]([\x20-\x5b\x5d-\x7e]{0,14}[\x21-\x5b\x5d-\x7e])?$/,
      "must be 1 to 16 printable characters without a backslash (PS3.5 §6.2, AE)",
    )
    .default("READROOM"),
  READROOM_DEMO: flag.optional(),
  READROOM_DEMO_TRAFFIC: z.coerce.number("must be a number of studies an hour").min(0).max(3600).default(12),
  READROOM_ROLES: z
    .string()
    .default(HUB_ROLES.join(","))
    .transform((text) => text.split(",").map((part) => part.trim()))
    .pipe(z.array(z.enum(HUB_ROLES, `must be a comma-separated list of ${HUB_ROLES.join(", ")}`)).min(1)),
  READROOM_PUBLIC_URL: z.url("must be an http or https address").optional(),
  READROOM_TRUST_PROXY: flag.default(false),
  READROOM_REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\/[^\s]+$/, "must be redis://host:port or rediss://:password@host:port")
    .optional(),
  READROOM_SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\/[^\s/]+\/?$/, "must be smtp://host:port or smtps://user:password@host:port")
    .optional(),
  READROOM_MAIL_FROM: z
    .string()
    .regex(/^[^\r\n]*[^\s@<>]+@[^\s@<>]+>?$/, "must be an address, as in Readroom <readroom@hospital.example>")
    .default("Readroom <readroom@localhost>"),
  READROOM_SPEECH_URL: z
    .url({ protocol: /^https?$/, error: "must be the http or https address of a transcription endpoint" })
    .optional(),
  READROOM_SPEECH_MODEL: z.string().max(200).default("whisper-1"),
  READROOM_SPEECH_KEY: z
    .string()
    .regex(/^[\x21-\x7e]{1,500}$/, "must be a key without spaces")
    .optional(),
  READROOM_ROOM_HISTORY_DAYS: z.coerce.number().int().min(1).max(3650).default(180),
  READROOM_LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "silent"]).default("warn"),
});

export interface Config {
  readonly databaseUrl: string | undefined;
  readonly dataDir: string;
  readonly http: {
    readonly host: string;
    readonly port: number;
    readonly publicUrl: string | undefined;
    readonly trustProxy: boolean;
  };
  readonly dicom: {
    readonly host: string;
    readonly port: number;
    readonly aeTitle: string;
    readonly tls: TlsListener | undefined;
  };
  readonly mllp: { readonly host: string; readonly port: number; readonly tls: TlsListener | undefined };
  readonly media: { readonly port: number; readonly announced: string | undefined };
  readonly mail: { readonly smtpUrl: string | undefined; readonly from: string };
  /** Where dictation becomes text; undefined: in the browser, where that can. */
  readonly speech: { readonly url: string; readonly model: string; readonly key: string | undefined } | undefined;
  /** How long it is kept who was in a room and what they showed, days. Edits and signatures stay. */
  readonly history: { readonly days: number };
  readonly demo: { readonly on: boolean; readonly studiesPerHour: number };
  /** Where the words between several processes of the hub go; undefined: over PostgreSQL. */
  readonly redisUrl: string | undefined;
  readonly roles: readonly HubRole[];
  readonly logLevel: string;
}

/** A second, encrypted listener (PS3.15 B.9; IHE ITI TF-2 §3.19). Paths of PEM files; `clientCa`: only senders with a certificate of this authority are let in. */
export interface TlsListener {
  readonly port: number;
  readonly cert: string;
  readonly key: string;
  readonly clientCa?: string;
}

/** What a listener needs of it: the files' texts. */
export const tlsTexts = ({ port, cert, key, clientCa }: TlsListener) => ({
  port,
  cert: readFileSync(cert, "utf8"),
  key: readFileSync(key, "utf8"),
  ...(clientCa === undefined ? {} : { clientCa: readFileSync(clientCa, "utf8") }),
});

/** A bad environment stops the start with this one line. */
export class ConfigError extends Error {}

/** Variables whose value may hold a password and is not shown. */
const SECRET: readonly string[] = [
  "DATABASE_URL",
  "READROOM_SMTP_URL",
  "READROOM_REDIS_URL",
  "READROOM_SPEECH_URL",
  "READROOM_SPEECH_KEY",
];

/** Reads and checks the environment. Throws ConfigError with one line that names the variable, its value and what it must be. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const known = Object.fromEntries(
    Object.entries(env).filter(([key, value]) => key in Environment.shape && value !== ""),
  );
  const parsed = Environment.safeParse(known);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const name = String(issue?.path[0] ?? "environment");
    const shown = SECRET.includes(name) ? "" : `="${env[name] ?? ""}"`;
    throw new ConfigError(`${name}${shown} ${issue?.message ?? "is not valid"}`);
  }
  const e = parsed.data;
  return {
    databaseUrl: e.DATABASE_URL,
    dataDir: resolve(e.READROOM_DATA),
    http: {
      host: e.READROOM_HTTP_HOST,
      port: e.READROOM_HTTP_PORT,
      publicUrl: e.READROOM_PUBLIC_URL,
      trustProxy: e.READROOM_TRUST_PROXY,
    },
    dicom: {
      host: e.READROOM_DICOM_HOST,
      port: e.READROOM_DICOM_PORT,
      aeTitle: e.READROOM_AE_TITLE,
      tls: tlsListener(e, e.READROOM_DICOM_TLS_PORT),
    },
    mllp: { host: e.READROOM_MLLP_HOST, port: e.READROOM_MLLP_PORT, tls: tlsListener(e, e.READROOM_MLLP_TLS_PORT) },
    media: { port: e.READROOM_MEDIA_PORT, announced: e.READROOM_MEDIA_ANNOUNCED },
    mail: { smtpUrl: e.READROOM_SMTP_URL, from: e.READROOM_MAIL_FROM },
    speech: e.READROOM_SPEECH_URL
      ? { url: e.READROOM_SPEECH_URL, model: e.READROOM_SPEECH_MODEL, key: e.READROOM_SPEECH_KEY }
      : undefined,
    history: { days: e.READROOM_ROOM_HISTORY_DAYS },
    demo: { on: e.READROOM_DEMO ?? e.DATABASE_URL === undefined, studiesPerHour: e.READROOM_DEMO_TRAFFIC },
    redisUrl: e.READROOM_REDIS_URL,
    roles: e.READROOM_ROLES,
    logLevel: e.READROOM_LOG_LEVEL,
  };
}

function tlsListener(e: z.output<typeof Environment>, listenPort: number): TlsListener | undefined {
  const { READROOM_TLS_CERT: cert, READROOM_TLS_KEY: key, READROOM_TLS_CLIENT_CA: clientCa } = e;
  if (cert === undefined && key === undefined && clientCa === undefined) return undefined;
  if (cert === undefined || key === undefined)
    throw new ConfigError(`${cert === undefined ? "READROOM_TLS_CERT" : "READROOM_TLS_KEY"} must name a PEM file too`);
  return {
    port: listenPort,
    cert: pem("READROOM_TLS_CERT", cert),
    key: pem("READROOM_TLS_KEY", key),
    ...(clientCa === undefined ? {} : { clientCa: pem("READROOM_TLS_CLIENT_CA", clientCa) }),
  };
}

function pem(name: string, path: string): string {
  try {
    const text = readFileSync(path, "utf8");
    if (!text.includes("-----BEGIN ")) throw new Error("it is not a PEM file");
    return resolve(path);
  } catch (error) {
    throw new ConfigError(`${name}="${path}" can't be used: ${(error as Error).message}`);
  }
}
