/**
 * Who may do what, in one place for http, socket and DICOM alike. Two questions, both pure:
 * `mayRole`: does anything in this actor's roles allow the action at all (asked by the gateway before a handler runs);
 * `may`: is it allowed on this very subject (tenant, site, study), asked by commands and by every read.
 */
export const ROLES = [
  "radiologist",
  "resident",
  "referrer",
  "coordinator",
  "operator",
  "administrator",
  "integration",
] as const;
export type Role = (typeof ROLES)[number];

export const ACTIONS = [
  "public",
  "session.read",
  "worklist.read",
  "study.claim",
  "study.takeover",
  "study.read",
  "study.find",
  "study.images",
  "study.import",
  "study.route",
  "order.read",
  "order.write",
  "room.join",
  "room.mark",
  "history.read",
  "report.read",
  "report.write",
  "report.sign.preliminary",
  "report.sign.final",
  "template.read",
  "template.write",
  "critical.read",
  "critical.raise",
  "critical.acknowledge",
  "consult.join",
  "delivery.read",
  "delivery.act",
  "message.read",
  "message.replay",
  "queue.read",
  "queue.act",
  "operations.read",
  "operations.act",
  "hospital.read",
  "clock.read",
  "clock.pause",
  "clock.resume",
  "rule.read",
  "rule.write",
  "people.read",
  "people.write",
  "peer.read",
  "peer.write",
  "token.write",
  "audit.read",
  "roster.own",
  "roster.read",
  "roster.write",
  "contract.read",
  "contract.write",
  "site.read",
  "site.write",
  "notice.read",
  "fairness.read",
] as const;
export type Action = (typeof ACTIONS)[number];

export interface UserActor {
  readonly kind: "user";
  readonly userId: string;
  readonly name: string;
  readonly organisationId: string;
  readonly organisationKind: "hospital" | "reading_group";
  readonly roles: readonly Role[];
  /** Sites of the own hospital that the roles are limited to; null: all. */
  readonly siteIds: readonly string[] | null;
  /** Hospitals whose studies may be seen: the own one, or those under contract with the reading group. */
  readonly hospitalIds: readonly string[];
  readonly sessionId: string;
  readonly address: string;
}
export interface MachineActor {
  readonly kind: "machine";
  readonly tokenId: string;
  readonly name: string;
  readonly role: "integration" | "administrator";
  /** null: every hospital of the hub. */
  readonly hospitalIds: readonly string[] | null;
  readonly siteIds: readonly string[] | null;
  readonly address: string;
}
export interface GuestActor {
  readonly kind: "guest";
  readonly linkId: string;
  readonly name: string;
  readonly role: string;
  readonly studyId: string;
  readonly findingId: string | null;
  readonly hospitalIds: readonly string[];
  readonly address: string;
}
export interface DeviceActor {
  readonly kind: "device";
  readonly name: string;
  readonly siteId: string;
  readonly hospitalIds: readonly string[];
  readonly address: string;
}
export interface SystemActor {
  readonly kind: "system";
  readonly name: string;
}
export interface AnonymousActor {
  readonly kind: "anonymous";
  readonly address: string;
}
export type Actor = UserActor | MachineActor | GuestActor | DeviceActor | SystemActor | AnonymousActor;

/** What an action is done to. Leave out what does not apply: an unknown part never widens a right. */
export interface Subject {
  readonly hospitalId?: string;
  readonly siteId?: string;
  readonly studyId?: string;
}

const READER: readonly Action[] = [
  "session.read",
  "roster.own",
  "notice.read",
  "fairness.read",
  "worklist.read",
  "study.claim",
  "clock.read",
  "clock.pause",
  "clock.resume",
  "study.read",
  "study.find",
  "study.images",
  "room.join",
  "room.mark",
  "report.read",
  "report.write",
  "report.sign.preliminary",
  "template.read",
  "template.write",
  "critical.read",
  "critical.raise",
  "critical.acknowledge",
  "consult.join",
  "order.read",
  "queue.read",
  "delivery.read",
];

const BY_ROLE: Record<Role, readonly Action[]> = {
  radiologist: [...READER, "report.sign.final", "study.takeover", "history.read"],
  resident: READER,
  referrer: [
    "session.read",
    "notice.read",
    "hospital.read",
    "clock.read",
    "clock.resume",
    "study.read",
    "study.find",
    "study.images",
    "room.join",
    "report.read",
    "critical.read",
    "critical.acknowledge",
    "consult.join",
    "order.read",
    "order.write",
  ],
  coordinator: [
    "session.read",
    "contract.read",
    "site.read",
    "site.write",
    "notice.read",
    "hospital.read",
    "clock.read",
    "clock.resume",
    "study.read",
    "study.find",
    "study.images",
    "study.import",
    "order.read",
    "order.write",
    "report.read",
    "critical.read",
    "delivery.read",
    "message.read",
    "queue.read",
    "queue.act",
  ],
  operator: [
    "session.read",
    "roster.read",
    "roster.write",
    "contract.read",
    "site.read",
    "notice.read",
    "fairness.read",
    "worklist.read",
    "study.read",
    "study.find",
    "study.route",
    "clock.read",
    "clock.pause",
    "clock.resume",
    "study.takeover",
    "study.import",
    "order.read",
    "order.write",
    "critical.read",
    "delivery.read",
    "delivery.act",
    "message.read",
    "message.replay",
    "queue.read",
    "queue.act",
    "operations.read",
    "operations.act",
    "rule.read",
    "rule.write",
    "people.read",
    "template.read",
    "template.write",
  ],
  administrator: [
    "session.read",
    "roster.read",
    "roster.write",
    "contract.read",
    "contract.write",
    "site.read",
    "site.write",
    "notice.read",
    "people.read",
    "people.write",
    "peer.read",
    "peer.write",
    "token.write",
    "audit.read",
    "history.read",
    "message.read",
    "rule.read",
    "rule.write",
    "delivery.read",
    "operations.read",
    "operations.act",
    "clock.read",
  ],
  integration: [
    "session.read",
    "study.read",
    "study.images",
    "study.import",
    "order.read",
    "order.write",
    "report.read",
    "delivery.read",
  ],
};

const GUEST: readonly Action[] = [
  "session.read",
  "study.read",
  "study.images",
  "room.join",
  "report.read",
  "critical.read",
  "critical.acknowledge",
  "consult.join",
];
const DEVICE: readonly Action[] = ["study.import", "study.read", "study.images", "order.read", "order.write"];

/** A list for each role of the actor. */
function listsOf(actor: Actor): readonly (readonly Action[])[] {
  switch (actor.kind) {
    case "user":
      return actor.roles.map((role) => BY_ROLE[role]);
    case "machine":
      return [BY_ROLE[actor.role]];
    case "guest":
      return [GUEST];
    case "device":
      return [DEVICE];
    case "system":
      return [ACTIONS];
    case "anonymous":
      return [];
  }
}

/** What the person's own client may show or hide; the server asks `may` again. */
export const actionsOf = (actor: Actor): readonly Action[] => [...new Set(listsOf(actor).flat())];

/** Does any role of this actor allow the action at all? "public" is open to everybody, also without a session. */
export const mayRole = (actor: Actor, action: Action): boolean =>
  action === "public" || listsOf(actor).some((list) => list.includes(action));

/** May this actor do this to this subject? False on a foreign tenant, a foreign site, and a study that a guest was not asked to. */
export function may(actor: Actor, action: Action, subject: Subject): boolean {
  if (!mayRole(actor, action)) return false;
  switch (actor.kind) {
    case "system":
      return true;
    case "anonymous":
      return action === "public";
    case "guest":
      return subject.studyId === actor.studyId;
    case "device":
      return (
        within(actor.hospitalIds, subject.hospitalId) &&
        (subject.siteId === undefined || subject.siteId === actor.siteId)
      );
    case "machine":
      return within(actor.hospitalIds, subject.hospitalId) && within(actor.siteIds, subject.siteId);
    case "user":
      return within(actor.hospitalIds, subject.hospitalId) && within(actor.siteIds, subject.siteId);
  }
}

const within = (allowed: readonly string[] | null, id: string | undefined): boolean =>
  allowed === null || id === undefined || allowed.includes(id);

/** Hospitals whose rows a query may return; null: all. An empty list: none. */
export function visibleHospitals(actor: Actor): readonly string[] | null {
  switch (actor.kind) {
    case "system":
      return null;
    case "anonymous":
      return [];
    default:
      return actor.hospitalIds;
  }
}

/** How an actor is written into events and the audit trail. */
export function actorStamp(actor: Actor): { kind: Actor["kind"]; id: string; name: string } {
  switch (actor.kind) {
    case "user":
      return { kind: actor.kind, id: actor.userId, name: actor.name };
    case "machine":
      return { kind: actor.kind, id: actor.tokenId, name: actor.name };
    case "guest":
      return { kind: actor.kind, id: actor.linkId, name: actor.name };
    case "device":
      return { kind: actor.kind, id: actor.name, name: actor.name };
    case "system":
      return { kind: actor.kind, id: actor.name, name: actor.name };
    case "anonymous":
      return { kind: actor.kind, id: "", name: "not logged in" };
  }
}
