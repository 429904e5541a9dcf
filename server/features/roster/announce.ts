import type { Actor } from "@readroom/shared/domain/access.js";
import { type AuditEntry, audit } from "../../kernel/audit.js";
import { appendEvents } from "../../kernel/outbox.js";
import { topics } from "../../kernel/topics.js";

type Tx = Parameters<typeof appendEvents>[0];

/** What changed of a group's roster: "profile", "licence", "privilege", "shift", "pool", "contract". */
export interface RosterChange {
  readonly groupId: string;
  readonly what: string;
  readonly userIds?: readonly string[];
}

/**
 * The change's audit entry and `roster.changed {groupId, what, userIds}`, for the group and the people concerned: open studies are routed
 * anew, and screens load the roster again.
 */
export async function rosterChanged(
  tx: Tx,
  actor: Actor,
  change: RosterChange,
  entry: Omit<AuditEntry, "organisationId">,
): Promise<void> {
  const { groupId, what, userIds = [] } = change;
  await audit(tx, actor, [{ ...entry, organisationId: groupId }]);
  await appendEvents(tx, actor, [
    {
      stream: `group:${groupId}`,
      type: "roster.changed",
      payload: { groupId, what, userIds },
      topics: [topics.group(groupId), ...userIds.map(topics.user)],
    },
  ]);
}
