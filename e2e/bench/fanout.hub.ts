import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { UserActor } from "@readroom/shared/domain/access.js";
import { RowBroadcast } from "../../server/features/worklist/broadcast.js";
import { worklist } from "../../server/features/worklist/views.js";
import { topPublishedSeq } from "../../server/gateway/catchup.js";
import { buildSocket } from "../../server/gateway/socket.js";
import { systemClock } from "../../server/kernel/clock.js";
import { openDatabase } from "../../server/kernel/database.js";
import { makeLog } from "../../server/kernel/log.js";
import type { PublishedEvent } from "../../server/kernel/reactions.js";
import { topics } from "../../server/kernel/topics.js";
import { startFollower } from "../../server/relay/follower.js";
import { startPublisher } from "../../server/relay/publisher.js";

/**
 * The hub's own way from a committed event to the screens (publisher, follower, socket gateway, rows computed once for all) in a process
 * of its own, so that its processor time is its own. Patches or, as the peer, "something changed, fetch again". The token of a
 * connection is its reader: {userId, organisationId, hospitalIds}.
 */
const [url = "", design = "patches"] = process.argv.slice(2);
const db = openDatabase(url, { applicationName: "fanout-hub" });
const deps = { db, clock: systemClock, log: makeLog("silent") };

function actorOf(token: string): UserActor {
  const { userId, organisationId, hospitalIds } = JSON.parse(token) as Pick<
    UserActor,
    "userId" | "organisationId" | "hospitalIds"
  >;
  return {
    ...{
      kind: "user",
      userId,
      name: "reader",
      organisationId,
      organisationKind: "reading_group",
      roles: ["radiologist"],
    },
    ...{ siteIds: null, hospitalIds, sessionId: userId, address: "127.0.0.1" },
  };
}

async function refetch(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const list = await worklist(deps, actorOf(String(request.headers["x-reader"])), null);
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(list));
}

const server = createServer((request, response) => void refetch(request, response));
const standing = (actor: Parameters<Parameters<typeof buildSocket>[3]["standing"]>[0]) =>
  actor.kind === "user" && actor.organisationId ? [topics.group(actor.organisationId), topics.user(actor.userId)] : [];
const authenticate = async (headers: { authorization?: string | undefined }) =>
  actorOf(String(headers.authorization).slice("Bearer ".length));
const gateway = buildSocket(
  server,
  deps,
  authenticate as Parameters<typeof buildSocket>[2],
  { standing, studySubject: async () => null },
  [],
);
const publisher = startPublisher(deps, url, (events) => follower.offer(events));
const rows = new RowBroadcast(deps);
const toScreens = (events: readonly PublishedEvent[]): boolean => {
  if (design === "patches") {
    for (const event of events) gateway.publish(event);
    rows.follow(events, gateway.broadcast);
    return true;
  }
  for (const { publishedSeq: seq, topics: heard, at, actor } of events)
    gateway.broadcast(heard, { seq, type: "list.changed", payload: {}, at, actor });
  return true;
};
const follower = startFollower(deps, url, await topPublishedSeq(db), toScreens, publisher.isLeader);
server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));

process.on("message", (ask) => {
  if (ask === "time") process.send?.({ time: process.cpuUsage() });
  if (ask !== "stop") return;
  void (async () => {
    await follower.stop();
    await publisher.stop();
    await gateway.close();
    await db.close();
    process.exit(0);
  })();
});
