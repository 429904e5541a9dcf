import { randomBytes } from "node:crypto";
import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import type { Credentials } from "@readroom/shared/contract/http/session.js";
import type { Actor, UserActor } from "@readroom/shared/domain/access.js";
import { HOUR, MINUTE } from "@readroom/shared/kernel/instant.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import { appendEvents } from "../../kernel/outbox.js";
import { newSecret, sha256 } from "../../kernel/secrets.js";
import { topics } from "../../kernel/topics.js";
import { hashPassword, passwordFits } from "./passwords.js";
import { insertSession, type UserRow, userByEmail } from "./store.js";

export const SESSION_LENGTH = 12 * HOUR;
const FAILURES_BEFORE_BLOCK = 5;
const BLOCK = MINUTE;

export interface Device {
  readonly address: string;
  readonly userAgent: string;
}

// Verified against when the account does not exist, so that both answers take the same time.
const nobodysHash = hashPassword(randomBytes(16).toString("hex"));

/** Checks the password and opens a session. Refuses for a while after five wrong ones (by account and by address). */
export async function logIn(
  deps: Deps,
  credentials: Credentials,
  device: Device,
): Promise<Result<{ token: string; user: UserRow }, Refusal>> {
  const keys = [`account:${credentials.email.toLowerCase()}`, `address:${device.address}`];
  const blockedFor = await blockedMs(deps, keys);
  if (blockedFor > 0) {
    return err(
      refusal("throttled", `Too many wrong passwords. Try again in ${Math.ceil(blockedFor / 1000)} seconds.`, {
        detail: { retryAfterMs: blockedFor },
      }),
    );
  }
  const user = await userByEmail(deps.db, credentials.email);
  const fits = await passwordFits(user?.passwordHash ?? (await nobodysHash), credentials.password);
  if (!user || !fits || user.disabled) {
    await recordFailure(deps, keys, device);
    return err(refusal("unauthenticated", "That e-mail and password do not belong together."));
  }
  const token = newSecret();
  const now = deps.clock.now();
  await deps.db.tx(async (tx) => {
    await insertSession(tx, {
      id: sha256(token),
      userId: user.id,
      expiresAt: new Date(now + SESSION_LENGTH),
      address: device.address,
      userAgent: device.userAgent.slice(0, 300),
      steppedUpAt: new Date(now),
    });
    await tx.loginThrottle.deleteMany({ where: { key: keys[0] } });
    await audit(tx, userActor(user, sha256(token), device.address), [
      { action: "session.open", organisationId: user.organisationId },
    ]);
  });
  return ok({ token, user });
}

/** Ends the session; live sockets of it close (the gateway listens for `session.closed`). */
export async function logOut(deps: Deps, actor: Actor): Promise<void> {
  if (actor.kind !== "user") return;
  await deps.db.tx(async (tx) => {
    await tx.session.deleteMany({ where: { id: actor.sessionId } });
    await audit(tx, actor, [{ action: "session.close", organisationId: actor.organisationId }]);
    await appendEvents(tx, actor, [
      {
        stream: `user:${actor.userId}`,
        type: "session.closed",
        payload: { sessionId: actor.sessionId },
        topics: [topics.user(actor.userId)],
      },
    ]);
  });
}

/** Confirms who is at the keyboard before a signature: the password once more, good for five minutes on this session. */
export async function stepUp(deps: Deps, actor: UserActor, password: string): Promise<Result<undefined, Refusal>> {
  const keys = [`step-up:${actor.userId}`];
  if ((await blockedMs(deps, keys)) > 0) return err(refusal("throttled", "Too many wrong passwords. Wait a minute."));
  const account = await deps.db.prisma.userAccount.findUniqueOrThrow({ where: { id: actor.userId } });
  if (!(await passwordFits(account.passwordHash, password))) {
    await recordFailure(deps, keys, { address: actor.address, userAgent: "" });
    return err(refusal("unauthenticated", "That is not your password."));
  }
  await deps.db.prisma.session.update({
    where: { id: actor.sessionId },
    data: { steppedUpAt: new Date(deps.clock.now()) },
  });
  return ok(undefined);
}

async function blockedMs(deps: Deps, keys: string[]): Promise<number> {
  const rows = await deps.db.prisma.loginThrottle.findMany({ where: { key: { in: keys } } });
  return Math.max(0, ...rows.map((row) => (row.blockedUntil?.getTime() ?? 0) - deps.clock.now()));
}

async function recordFailure(deps: Deps, keys: string[], device: Device): Promise<void> {
  const now = new Date(deps.clock.now());
  const until = new Date(deps.clock.now() + BLOCK);
  for (const key of keys) {
    // An address stands for many people behind one gateway: it gets ten times the patience of an account.
    const limit = key.startsWith("address:") ? FAILURES_BEFORE_BLOCK * 10 : FAILURES_BEFORE_BLOCK;
    await deps.db.pool.query(
      `INSERT INTO login_throttle (key, failures, first_at) VALUES ($1, 1, $2)
       ON CONFLICT (key) DO UPDATE SET
         failures = CASE WHEN login_throttle.first_at < $2::timestamptz - interval '15 minutes' THEN 1 ELSE login_throttle.failures + 1 END,
         first_at = CASE WHEN login_throttle.first_at < $2::timestamptz - interval '15 minutes' THEN $2 ELSE login_throttle.first_at END,
         blocked_until = CASE WHEN login_throttle.failures + 1 >= $4 AND login_throttle.first_at >= $2::timestamptz - interval '15 minutes' THEN $3::timestamptz END`,
      [key, now, until, limit],
    );
  }
  await audit(deps.db.pool, { kind: "anonymous", address: device.address }, [
    { action: "session.open", outcome: "refused" },
  ]);
}

export function userActor(user: UserRow, sessionId: string, address: string): UserActor {
  return {
    kind: "user",
    userId: user.id,
    name: user.displayName,
    organisationId: user.organisationId,
    organisationKind: user.organisationKind,
    roles: user.roles,
    siteIds: user.organisationKind === "hospital" ? user.siteIds : null,
    hospitalIds: user.hospitalIds,
    sessionId,
    address,
  };
}
