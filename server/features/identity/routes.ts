import { refusal } from "@readroom/shared/contract/errors.js";
import { Credentials, HubInfo, SessionView } from "@readroom/shared/contract/http/session.js";
import { type Actor, actionsOf, mayRole, type Role } from "@readroom/shared/domain/access.js";
import { err, ok } from "@readroom/shared/kernel/result.js";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { Deps } from "../../kernel/deps.js";
import { route } from "../../kernel/route.js";
import { topics } from "../../kernel/topics.js";
import { logIn, logOut, SESSION_LENGTH, stepUp } from "./commands.js";
import type { IdentityPorts } from "./ports.js";
import { readerScope, userById } from "./store.js";

const COOKIE = "rr_session";

export function identityRoutes(app: FastifyInstance, deps: Deps, ports: IdentityPorts): void {
  route(app, {
    method: "GET",
    url: "/api/hub",
    action: "public",
    tag: "session",
    summary: "What anybody may know before logging in: name, version, whether this is the demo world",
    response: HubInfo,
    handle: async () => ok({ ...(await ports.hubInfo()), serverNow: deps.clock.now() }),
  });

  route(app, {
    method: "POST",
    url: "/api/session",
    action: "public",
    tag: "session",
    summary: "Log in with e-mail and password; sets the session cookie",
    body: Credentials,
    response: SessionView,
    handle: async ({ body, request, reply }) => {
      const result = await logIn(deps, body, { address: request.ip, userAgent: request.headers["user-agent"] ?? "" });
      if (!result.ok) return result;
      reply.setCookie(COOKIE, result.value.token, {
        path: "/",
        httpOnly: true,
        sameSite: "strict",
        secure: request.protocol === "https",
        maxAge: SESSION_LENGTH / 1000,
      });
      return ok(await sessionView(deps, result.value.user.id));
    },
  });

  route(app, {
    method: "GET",
    url: "/api/session",
    action: "public",
    tag: "session",
    summary: "Who is logged in, with what rights and topics; null when nobody is",
    response: SessionView.nullable(),
    // A browser asks this before it knows anything: "nobody" is an answer and not an error.
    handle: async ({ actor }) => ok(actor.kind === "user" ? await sessionView(deps, actor.userId) : null),
  });

  route(app, {
    method: "DELETE",
    url: "/api/session",
    action: "session.read",
    tag: "session",
    summary: "Log out; live sockets of this session close",
    handle: async ({ actor, reply }) => {
      await logOut(deps, actor);
      reply.clearCookie(COOKIE, { path: "/" });
      return ok(undefined);
    },
  });

  route(app, {
    method: "POST",
    url: "/api/session/step-up",
    action: "session.read",
    tag: "session",
    summary: "Confirm the password once more before signing",
    body: z.object({ password: z.string().min(1).max(200) }),
    handle: async ({ actor, body }) =>
      actor.kind === "user"
        ? stepUp(deps, actor, body.password)
        : err(refusal("forbidden", "Only people have a password.")),
  });

  route(app, {
    method: "PATCH",
    url: "/api/session/preferences",
    action: "session.read",
    tag: "session",
    summary: "Keep the person's own settings (theme, keys, saved views): at most 64 KB",
    body: z
      .record(z.string().max(80), z.unknown())
      .refine((value) => JSON.stringify(value).length < 65_536, "is larger than 64 KB"),
    handle: async ({ actor, body }) => {
      if (actor.kind !== "user") return err(refusal("forbidden", "Only people have preferences."));
      await deps.db.pool.query("UPDATE user_account SET preferences = preferences || $2::jsonb WHERE id = $1", [
        actor.userId,
        JSON.stringify(body),
      ]);
      return ok(undefined);
    },
  });
}

async function sessionView(deps: Deps, userId: string): Promise<SessionView> {
  const user = await userById(deps.db, userId);
  if (!user) throw new Error("a session without its user");
  const actor: Actor = {
    kind: "user",
    userId: user.id,
    name: user.displayName,
    organisationId: user.organisationId,
    organisationKind: user.organisationKind,
    roles: user.roles,
    siteIds: user.siteIds,
    hospitalIds: user.hospitalIds,
    sessionId: "",
    address: "",
  };
  return {
    user: {
      id: user.id,
      name: user.displayName,
      shortName: user.shortName,
      email: user.email,
      colour: user.colour,
      locale: user.locale,
      preferences: user.preferences,
    },
    organisation: {
      id: user.organisationId,
      name: user.organisationName,
      kind: user.organisationKind,
      timeZone: user.organisationTimeZone,
    },
    roles: [...user.roles] as Role[],
    actions: [...actionsOf(actor)],
    topics: topicsOf(actor),
    reader: await readerScope(deps.db, user.id),
    serverNow: deps.clock.now(),
  };
}

/** Topics that an actor may hear without asking for a study: one's own, and those of one's organisation. */
export function topicsOf(actor: Actor): string[] {
  if (actor.kind !== "user") return [];
  const own = [topics.user(actor.userId)];
  // Rows on these topics name patients: they are for those who may see a list of them.
  if (!mayRole(actor, "worklist.read") && !mayRole(actor, "hospital.read")) return own;
  if (actor.organisationKind === "hospital")
    return actor.siteIds === null ? [...own, topics.hospital(actor.organisationId)] : own;
  return [...own, topics.group(actor.organisationId)];
}
