import { z } from "zod";
import { ROLES } from "@readroom/shared/domain/access.js";

export const SiteRef = z.object({
  id: z.string(),
  code: z.string(),
  name: z.string(),
  organisationName: z.string(),
  timeZone: z.string(),
});
export type SiteRef = z.infer<typeof SiteRef>;

export const Person = z.object({
  id: z.string(),
  name: z.string(),
  title: z.string(),
  email: z.string(),
  organisationName: z.string(),
  roles: z.array(z.enum(ROLES)),
  disabled: z.boolean(),
  subspecialties: z.array(z.string()),
  licences: z.array(z.object({ jurisdiction: z.string(), number: z.string(), validTo: z.number() })),
  privileges: z.array(z.object({ siteName: z.string(), readTypes: z.array(z.string()), validTo: z.number() })),
  shiftEndsAt: z.number().nullable(),
});
export type Person = z.infer<typeof Person>;

/** GET /api/admin/people; POST (NewPerson) and PATCH /api/admin/people/:id (ChangePerson) answer the person. */
export const People = z.object({ people: z.array(Person), serverNow: z.number() });
export type People = z.infer<typeof People>;
export const NewPerson = z.object({
  name: z.string().trim().min(1).max(120),
  email: z.email().max(200),
  title: z.string().max(120),
  role: z.enum(ROLES),
  password: z.string().min(12).max(200),
});
export type NewPerson = z.infer<typeof NewPerson>;
export const ChangePerson = z.object({ disabled: z.boolean() });

export const DicomPeerView = z.object({
  id: z.string(),
  aeTitle: z.string(),
  host: z.string(),
  port: z.number().int().nullable(),
  label: z.string(),
  site: SiteRef,
  lastSeenAt: z.number().nullable(),
});
export type DicomPeerView = z.infer<typeof DicomPeerView>;

/** GET /api/admin/peers: also our own address, to type into the modality. POST NewPeer, DELETE /api/admin/peers/:id. */
export const Peers = z.object({
  peers: z.array(DicomPeerView),
  sites: z.array(SiteRef),
  own: z.object({ aeTitle: z.string(), dicomPort: z.number().int(), mllpPort: z.number().int() }),
  serverNow: z.number(),
});
export type Peers = z.infer<typeof Peers>;
export const NewPeer = z.object({
  /** DICOM PS3.5 §6.2, VR AE: at most 16 characters of the default repertoire, no backslash. */
  aeTitle: z
    .string()
    .trim()
    .min(1)
    .max(16)
    .regex(/^[ -[\]-~]+$/, "holds a character that an AE title can't have"),
  host: z.string().trim().min(1).max(200),
  port: z.number().int().min(1).max(65_535).nullable(),
  label: z.string().max(120),
  siteId: z.string(),
});
export type NewPeer = z.infer<typeof NewPeer>;

export const TokenView = z.object({
  id: z.string(),
  label: z.string(),
  role: z.enum(["integration", "administrator"]),
  siteName: z.string().nullable(),
  createdAt: z.number(),
  lastUsedAt: z.number().nullable(),
  revokedAt: z.number().nullable(),
});
export type TokenView = z.infer<typeof TokenView>;

/** GET /api/admin/tokens; DELETE /api/admin/tokens/:id revokes. */
export const Tokens = z.object({ tokens: z.array(TokenView), sites: z.array(SiteRef), serverNow: z.number() });
export type Tokens = z.infer<typeof Tokens>;
export const NewToken = z.object({
  label: z.string().trim().min(1).max(120),
  role: z.enum(["integration", "administrator"]),
  siteId: z.string().nullable(),
});
export type NewToken = z.infer<typeof NewToken>;
/** POST /api/admin/tokens: the secret is shown this once and never stored. */
export const IssuedToken = z.object({ token: TokenView, secret: z.string() });
export type IssuedToken = z.infer<typeof IssuedToken>;

/** POST /api/admin/audit: who saw this patient. A POST, so that no identifier stands in a URL. */
export const AuditQuery = z.object({ mrn: z.string().trim().min(1).max(64) });
export type AuditQuery = z.infer<typeof AuditQuery>;
export const AuditAnswer = z.object({
  rows: z.array(
    z.object({
      id: z.string(),
      at: z.number(),
      actorName: z.string(),
      actorKind: z.string(),
      action: z.string(),
      outcome: z.string(),
      subject: z.string(),
      address: z.string(),
    }),
  ),
  /** The chain's state: every row sealed so far checks, or the first one that does not. */
  chain: z.object({ sealed: z.number().int(), intact: z.boolean(), brokenAt: z.number().nullable() }),
  serverNow: z.number(),
});
export type AuditAnswer = z.infer<typeof AuditAnswer>;
