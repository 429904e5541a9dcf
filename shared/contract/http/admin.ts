import { z } from "zod";
import { ROLES } from "../../domain/access.js";

const Id = z.guid();
const Ms = z.number().int();
const Kind = z.enum(["hospital", "reading_group"]);

export const RoleGrant = z.object({ role: z.enum(ROLES), siteId: Id.nullable().default(null) });

/** The organisations and sites that the caller administers. */
export const AdminScope = z.object({
  organisations: z.array(
    z.object({
      id: Id,
      kind: Kind,
      code: z.string(),
      name: z.string(),
      timeZone: z.string(),
      sites: z.array(
        z.object({ id: Id, code: z.string(), name: z.string(), timeZone: z.string(), jurisdiction: z.string() }),
      ),
    }),
  ),
});
export type AdminScope = z.infer<typeof AdminScope>;

export const UserView = z.object({
  id: Id,
  email: z.string(),
  name: z.string(),
  shortName: z.string(),
  title: z.string(),
  phone: z.string().nullable(),
  /** As the hospital's orders name who ordered (HL7 XCN.1): by it a physician is rung on their own screen. */
  physicianNumber: z.string().nullable(),
  organisation: z.object({ id: Id, name: z.string(), kind: Kind }),
  roles: z.array(z.object({ role: z.enum(ROLES), siteId: Id.nullable() })),
  disabledAt: Ms.nullable(),
  lastSeenAt: Ms.nullable(),
  createdAt: Ms,
  subspecialties: z.array(z.string()),
});
export type UserView = z.infer<typeof UserView>;

export const NewUser = z.object({
  organisationId: Id,
  email: z.email().max(200),
  name: z.string().trim().min(1).max(120),
  shortName: z.string().trim().max(40).optional(),
  title: z.string().trim().max(120).default(""),
  phone: z.string().trim().max(40).optional(),
  physicianNumber: z.string().trim().min(1).max(40).optional(),
  roles: z.array(RoleGrant).min(1, "at least one role").max(20),
  /** Left out: the hub makes one and shows it once. */
  password: z.string().min(12, "at least 12 characters").max(200).optional(),
});
export type NewUser = z.input<typeof NewUser>;

/** password is set only when the hub made it, and is shown this once. */
export const UserMade = z.object({ user: UserView, password: z.string().nullable() });
export type UserMade = z.infer<typeof UserMade>;

/** What is left out stays. Any change of roles, and disabling, ends every session and live socket of the person at once. */
export const UserChange = z.object({
  name: z.string().trim().min(1).max(120).optional(),
  title: z.string().trim().max(120).optional(),
  phone: z.string().trim().max(40).nullable().optional(),
  physicianNumber: z.string().trim().min(1).max(40).nullable().optional(),
  roles: z.array(RoleGrant).min(1).max(20).optional(),
  disabled: z.boolean().optional(),
});
export type UserChange = z.input<typeof UserChange>;

export const PasswordMade = z.object({ password: z.string() });

export const PeerView = z.object({
  id: Id,
  aeTitle: z.string(),
  host: z.string(),
  port: z.number().int().nullable(),
  siteId: Id,
  siteName: z.string(),
  label: z.string(),
  createdAt: Ms,
  lastSeenAt: Ms.nullable(),
});
export type PeerView = z.infer<typeof PeerView>;

/** AE title as PS3.5 §6.2 has it: 1 to 16 printable characters, no backslash, no space at the ends. */
export const AeTitle = z
  .string()
  .trim()
  .regex(
    /^[\x21-\x5b\x5d-\x7e]([\x20-\x5b\x5d-\x7e]{0,14}[\x21-\x5b\x5d-\x7e])?$/,
    "must be 1 to 16 printable characters without a backslash",
  );
export const PeerHost = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9._:-]{1,253}$/, "must be a host name or an address");

export const NewPeer = z.object({
  aeTitle: AeTitle,
  host: PeerHost,
  port: z.number().int().min(1).max(65_535).optional(),
  siteId: Id,
  label: z.string().trim().max(120).default(""),
});
export type NewPeer = z.input<typeof NewPeer>;

const TOKEN_ROLES = ["integration", "administrator"] as const;

export const TokenView = z.object({
  id: Id,
  label: z.string(),
  role: z.enum(TOKEN_ROLES),
  organisationId: Id.nullable(),
  siteId: Id.nullable(),
  createdAt: Ms,
  createdBy: z.string().nullable(),
  lastUsedAt: Ms.nullable(),
  revokedAt: Ms.nullable(),
});
export type TokenView = z.infer<typeof TokenView>;

export const NewToken = z.object({
  label: z.string().trim().min(1).max(120),
  role: z.enum(TOKEN_ROLES).default("integration"),
  organisationId: Id,
  siteId: Id.optional(),
});
export type NewToken = z.input<typeof NewToken>;

/** secret is shown this once; only its hash is kept. */
export const TokenMade = z.object({ token: TokenView, secret: z.string() });
export type TokenMade = z.infer<typeof TokenMade>;

export const UserList = z.object({ users: z.array(UserView) });
export const PeerList = z.object({ peers: z.array(PeerView) });
export const TokenList = z.object({ tokens: z.array(TokenView) });
export const IdParams = z.object({ id: Id });
