import type { Actor } from "@readroom/shared/domain/access.js";
import { type Announcement, announcements } from "@readroom/shared/domain/roster/expiry.js";
import { dayOf } from "@readroom/shared/domain/roster/zone.js";
import { DAY, HOUR, type Instant, MINUTE } from "@readroom/shared/kernel/instant.js";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import { appendEvents } from "../../kernel/outbox.js";
import type { Timer } from "../../kernel/reactions.js";
import { topics } from "../../kernel/topics.js";
import { layOut } from "./commands-shifts.js";
import * as people from "./store-people.js";
import * as shifts from "./store-shifts.js";

const ROSTER: Actor = { kind: "system", name: "roster" };

/** Keeps every pattern laid out for the weeks ahead. Each in its own transaction: one that fails does not keep the others from their shifts. */
export async function layOutAll(deps: Deps): Promise<void> {
  const now = deps.clock.now();
  const patterns = await shifts.patternsOf(deps.db.pool, null, dayOf(now - 2 * DAY, "UTC"));
  for (const { id, groupId, userId } of patterns)
    await deps.db.pgTx(async (tx) => {
      await shifts.lockPeople(tx, [userId]);
      // Read again under the lock: it may have been ended meanwhile.
      const pattern = await shifts.patternById(tx, groupId, id);
      const laid = pattern ? await layOut(tx, pattern, now) : { shifts: 0, skipped: 0 };
      if (laid.shifts + laid.skipped === 0) return;
      await audit(tx, ROSTER, [
        { action: "shift.lay_out", organisationId: groupId, subject: userId, detail: { patternId: id, ...laid } },
      ]);
    });
}

/** How long after its end a credential is still announced, for a hub that was down on the day. */
const ANNOUNCED_AFTER = 7 * DAY;

/** Says of each credential that runs out what has not been said: `credential.expiring`, to its holder and to those who run the group. */
export async function announceExpiring(deps: Deps): Promise<void> {
  const now = deps.clock.now();
  const rows = await people.endingCredentials(deps.db.pool, null, now - ANNOUNCED_AFTER);
  const said = new Map(rows.map((row) => [row.id, row.said]));
  const byId = new Map(rows.map((row) => [row.id, row]));
  for (const one of announcements(rows, said, now)) {
    const row = byId.get(one.credentialId);
    if (row) await announce(deps, row, one, now);
  }
}

async function announce(deps: Deps, row: people.ExpiringRow, one: Announcement, now: Instant): Promise<void> {
  await deps.db.pgTx(async (tx) => {
    // The row in credential_notice is what makes it once: a second leader finds it there.
    if (!(await people.noteAnnounced(tx, row.id, row.validTo, one.settles))) return;
    const recipients = [...new Set([row.userId, ...(await people.runnersOf(tx, row.groupId))])];
    const payload = {
      ...{ kind: row.kind, credentialId: row.id, userId: row.userId, name: row.name, groupId: row.groupId },
      ...{ covers: row.coversName, lastDay: dayOf(row.validTo - 1, row.zone), expired: row.validTo <= now },
      ...{ threshold: one.threshold, daysLeft: one.daysLeft, recipients },
    };
    await audit(tx, ROSTER, [
      {
        action: "credential.announce",
        organisationId: row.groupId,
        subject: row.userId,
        detail: { kind: row.kind, credentialId: row.id, threshold: one.threshold },
      },
    ]);
    await appendEvents(tx, ROSTER, [
      {
        stream: `credential:${row.id}`,
        type: "credential.expiring",
        payload,
        topics: recipients.map(topics.user),
      },
    ]);
  });
}

export const rosterTimers: readonly Timer[] = [
  { name: "roster.lay_out", everyMs: HOUR, run: layOutAll },
  { name: "roster.credentials", everyMs: 10 * MINUTE, run: announceExpiring },
];
