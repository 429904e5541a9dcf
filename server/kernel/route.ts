import { type Refusal, refusal, statusOf } from "@readroom/shared/contract/errors.js";
import { type Action, type Actor, mayRole } from "@readroom/shared/domain/access.js";
import type { Result } from "@readroom/shared/kernel/result.js";
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from "fastify";
import type { z } from "zod";
import "@fastify/rate-limit";

declare module "fastify" {
  interface FastifyRequest {
    actor: Actor;
  }
  interface FastifyContextConfig {
    action?: Action;
    /** Answers in its own format (DICOMweb, files); errors are still our JSON. */
    raw?: boolean;
  }
}

type Schema = z.ZodType | undefined;
type Out<S extends Schema> = S extends z.ZodType ? z.output<S> : undefined;

export interface RouteSpec<P extends Schema, Q extends Schema, B extends Schema, R extends Schema> {
  readonly method: HTTPMethods;
  readonly url: string;
  readonly action: Action;
  readonly summary: string;
  readonly tag: string;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly response?: R;
  readonly status?: number;
  /** Requests that one address may send here within a time. */
  readonly limit?: { readonly max: number; readonly timeWindow: string };
  handle(input: {
    actor: Actor;
    params: Out<P>;
    query: Out<Q>;
    body: Out<B>;
    request: FastifyRequest;
    reply: FastifyReply;
  }): Promise<Result<Out<R>, Refusal>>;
}

/** Registers a JSON route: contract schema → actor → command → status. Every route names its action; `mayRole` is asked before the handler. */
export function route<
  P extends Schema = undefined,
  Q extends Schema = undefined,
  B extends Schema = undefined,
  R extends Schema = undefined,
>(app: FastifyInstance, spec: RouteSpec<P, Q, B, R>): void {
  app.route({
    method: spec.method,
    url: spec.url,
    config: { action: spec.action, ...(spec.limit ? { rateLimit: spec.limit } : {}) },
    schema: {
      summary: spec.summary,
      tags: [spec.tag],
      ...(spec.params ? { params: spec.params } : {}),
      ...(spec.query ? { querystring: spec.query } : {}),
      ...(spec.body ? { body: spec.body } : {}),
      ...(spec.response ? { response: { [spec.status ?? 200]: spec.response } } : {}),
    },
    handler: async (request, reply) => {
      const result = await spec.handle({
        actor: request.actor,
        params: request.params as Out<P>,
        query: request.query as Out<Q>,
        body: request.body as Out<B>,
        request,
        reply,
      });
      if (!result.ok) return sendRefusal(reply, result.error);
      return reply.code(spec.status ?? (spec.response ? 200 : 204)).send(result.value);
    },
  });
}

export const sendRefusal = (reply: FastifyReply, error: Refusal): FastifyReply =>
  reply.code(statusOf(error.code)).type("application/json; charset=utf-8").send(error);

/** The gate that every route passes: 401 without a session where one is needed, 403 where no role of the actor allows the action. */
export function gate(actor: Actor, action: Action): Refusal | null {
  if (mayRole(actor, action)) return null;
  return actor.kind === "anonymous"
    ? refusal("unauthenticated", "Please log in.", { action: "Log in and try again." })
    : refusal("forbidden", "Your role does not allow this.");
}
