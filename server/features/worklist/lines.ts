import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import { LinesQuery } from "@readroom/shared/contract/http/worklist-lines.js";
import type { Actor, UserActor } from "@readroom/shared/domain/access.js";
import { DAY } from "@readroom/shared/kernel/instant.js";
import type { FastifyInstance } from "fastify";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import { sendRefusal } from "../../kernel/route.js";
import { groupReaders } from "../roster/public.js";
import { FIRST_LINES, MORE_LINES, readLines, readNamed } from "./store-lines.js";
import { topSeq } from "./store-rows.js";
import { sessionReader } from "./views.js";

const zipped = promisify(gzip);
const FOREIGN: Refusal = refusal("forbidden", "The worklist belongs to a reading group.");

/**
 * The list a page at a time (shared/contract/http/worklist-lines.ts), compressed off the main thread. Rows that change between two pages
 * are pushed meanwhile, with a greater sequence number than the pages'.
 */
export function linesRoute(app: FastifyInstance, deps: Deps): void {
  app.route({
    method: "GET",
    url: "/api/worklist/lines",
    config: { action: "worklist.read", raw: true },
    schema: {
      tags: ["worklist"],
      summary: "The reading group's list by columns, a page at a time",
      querystring: LinesQuery,
    },
    handler: async (request, reply) => {
      const { actor } = request;
      if (!isGroups(actor)) return sendRefusal(reply, FOREIGN);
      const { after } = request.query as { after?: string };
      const body = await pageOf(deps, actor, after);
      reply.type("application/json; charset=utf-8").header("cache-control", "private, no-store");
      if (!/\bgzip\b/.test(String(request.headers["accept-encoding"] ?? ""))) return reply.send(body);
      // Level 1: half the time of the default for a tenth more bytes.
      return reply
        .header("content-encoding", "gzip")
        .header("vary", "accept-encoding")
        .send(await zipped(body, { level: 1 }));
    },
  });
}

const isGroups = (actor: Actor): actor is UserActor =>
  actor.kind === "user" && actor.organisationKind === "reading_group";

async function pageOf(deps: Deps, actor: UserActor, after: string | undefined): Promise<string> {
  const { pool } = deps.db;
  const serverNow = deps.clock.now();
  const since = serverNow - DAY;
  const groupId = actor.organisationId;
  const first = after === undefined;
  const seq = await topSeq(pool);
  const [named, reader] = await Promise.all([
    readNamed(pool, groupId, since, first),
    first ? groupReaders(pool, groupId, serverNow, actor.userId) : [],
  ]);
  const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id);
  const read = await readLines(
    pool,
    groupId,
    since,
    { sites: ids(named.sites), pools: ids(named.pools), people: ids(named.people) },
    after,
  );
  if (first)
    await audit(pool, actor, [
      { action: "worklist.read", organisationId: groupId, detail: { studies: named.total ?? 0 } },
    ]);
  const head = JSON.stringify({
    serverNow,
    seq,
    groupId,
    total: named.total,
    reader: reader[0] ? sessionReader(reader[0].scope) : null,
    next: read.lines < (first ? FIRST_LINES : MORE_LINES) ? null : read.last,
    sites: named.sites,
    pools: named.pools,
    people: named.people,
  });
  return `${head.slice(0, -1)},"columns":${read.columns},"claims":${read.claims},"escalations":${read.escalations}}`;
}
