import { randomUUID } from "node:crypto";
import type { Actor, DeviceActor } from "@readroom/shared/domain/access.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import { appendEvents } from "../../kernel/outbox.js";
import { hostMatches } from "../../kernel/peer-address.js";
import { topics } from "../../kernel/topics.js";
import { applyMessage } from "./apply.js";
import type { Answer, Hl7Engine, MessageHeader, MessageProblem } from "./ports.js";
import { type Client, firstSite, type SiteRow, siteByHl7Name } from "./store.js";
import {
  earlierMessages,
  insertMessage,
  lockMessage,
  messageById,
  rawDigest,
  settleMessage,
} from "./store-messages.js";

export interface InboundDeps extends Deps {
  readonly hl7: Hl7Engine;
  /** In the demo world a sender from this machine that nobody set up belongs to the first hospital. */
  readonly demo: boolean;
}

export interface Peer {
  readonly address: string;
}

/**
 * One message from the wire: stored, carried out and answered. The answer is given after commit, and says what is committed.
 *
 * The same message again (same sender, control id and content, whatever its time stamp) is answered as before and does nothing. A control
 * id that comes again with other content is a new message, with a remark in the log: senders restart their counters every night, and
 * some send one constant id, as two of the real messages do; refusing them would lose orders, and the order numbers keep them apart.
 */
export async function receiveMessage(deps: InboundDeps, raw: Uint8Array, peer: Peer): Promise<Uint8Array[]> {
  const header = deps.hl7.header(raw);
  if (!header.ok) return rejectUnread(deps, raw, peer, header.error);
  try {
    return await deps.db.pgTx((client) => process(deps, client, raw, peer, header.value));
  } catch (error) {
    deps.log.error(
      { err: { message: error instanceof Error ? error.message : String(error) }, type: header.value.messageType },
      "message failed inside the hub",
    );
    return internalError(deps, raw, peer, header.value);
  }
}

/** A frame that never became a message: cut off, too long, too slow. Kept and answered AR where there is anything to keep. */
export async function receiveBroken(
  deps: InboundDeps,
  head: Uint8Array,
  why: "unfinished" | "oversize" | "timeout",
  peer: Peer,
): Promise<Uint8Array[]> {
  const words = {
    unfinished: "the message was cut off: its end block did not come",
    oversize: "the message is longer than 16 MB",
    timeout: "the message did not end within a minute",
  };
  return rejectUnread(deps, head, peer, { condition: 207, location: "", text: words[why] });
}

async function process(
  deps: InboundDeps,
  client: Client,
  raw: Uint8Array,
  peer: Peer,
  header: MessageHeader,
): Promise<Uint8Array[]> {
  const sender = senderKey(header);
  await lockMessage(client, sender, header.controlId);
  const earlier = await earlierMessages(client, sender, header.controlId, header.digest);
  if (earlier.same) {
    return deps.hl7.acknowledge(
      raw,
      { verdict: "accept", problem: null },
      earlier.same.settledAt.getTime(),
      replyId(earlier.same.id),
    );
  }
  const site = await findSite(deps, client, header, peer);
  const id = randomUUID();
  const now = deps.clock.now();
  const outcome = await carryOut(deps, client, { raw, header, site, peer });
  const remarks = [...outcome.remarks, ...(earlier.reused ? ["this control id came before with other content"] : [])];
  const reason = [outcome.answer.problem?.text, ...remarks]
    .filter((part) => part !== undefined && part !== "")
    .join("; ");
  const replies = deps.hl7.acknowledge(raw, outcome.answer, now, replyId(id));
  await insertMessage(client, {
    id,
    organisationId: site?.organisationId ?? null,
    siteId: site?.id ?? null,
    sender,
    controlId: header.controlId,
    messageType: header.messageType,
    version: header.version,
    raw,
    digest: header.digest,
    state: ({ accept: "accepted", error: "failed", reject: "rejected" } as const)[outcome.answer.verdict],
    reason,
    reply: joined(replies),
    peer: peer.address,
    at: new Date(now),
  });
  if (outcome.answer.verdict !== "accept" && site) await tellFailure(client, deviceActor(header, site, peer), id, site);
  return replies;
}

interface Incoming {
  readonly raw: Uint8Array;
  readonly header: MessageHeader;
  readonly site: SiteRow | undefined;
  readonly peer: Peer;
}

/** Interprets and applies within a savepoint: a refusal leaves nothing behind but the stored message. */
async function carryOut(
  deps: InboundDeps,
  client: Client,
  incoming: Incoming,
): Promise<{ answer: Answer; remarks: readonly string[] }> {
  const { raw, header, site, peer } = incoming;
  if (!site) {
    const problem: MessageProblem = {
      condition: 204,
      location: "MSH^1^4",
      text: "no site is set up for this sending facility (MSH-4) or application (MSH-3) at this address",
    };
    return { answer: { verdict: "reject", problem }, remarks: [] };
  }
  const meaning = deps.hl7.interpret(raw, {
    patientIdIssuer: site.patientIdIssuer,
    timeZone: site.timeZone,
    accessionFrom: site.accessionFrom,
  });
  if (meaning.kind === "unsupported") return { answer: { verdict: "reject", problem: meaning.problem }, remarks: [] };
  if (meaning.kind === "unacceptable") return { answer: { verdict: "error", problem: meaning.problem }, remarks: [] };
  await client.query("SAVEPOINT message");
  const work = {
    client,
    actor: deviceActor(header, site, peer),
    site,
    at: new Date(deps.clock.now()),
    source: "hl7",
  } as const;
  const applied = await applyMessage(work, meaning);
  if (applied.ok) return { answer: { verdict: "accept", problem: null }, remarks: meaning.warnings };
  await client.query("ROLLBACK TO SAVEPOINT message");
  return { answer: { verdict: "error", problem: applied.error }, remarks: meaning.warnings };
}

/** Carries out a message of the log that was not taken when it came: after a site was set up, or the missing order arrived. */
export async function replayMessage(
  deps: InboundDeps,
  actor: Actor,
  messageId: string,
): Promise<Result<{ state: "accepted" | "failed" | "rejected"; reason: string }, "unknown" | "settled">> {
  return deps.db.pgTx(async (client) => {
    const message = await messageById(client, messageId, true);
    if (message?.direction !== "in") return err("unknown");
    if (message.state === "accepted") return err("settled");
    const raw = new Uint8Array(message.raw);
    const header = deps.hl7.header(raw);
    const peer = { address: message.peer };
    const site = header.ok ? await findSite(deps, client, header.value, peer) : undefined;
    const { answer } = header.ok
      ? await carryOut(deps, client, { raw, header: header.value, site, peer })
      : { answer: { verdict: "reject", problem: header.error } as const };
    const state = ({ accept: "accepted", error: "failed", reject: "rejected" } as const)[answer.verdict];
    const reason = answer.problem?.text ?? "taken on replay; the sender had been told otherwise";
    await settleMessage(client, messageId, state, reason, new Date(deps.clock.now()), site ?? null);
    await audit(client, actor, [
      { action: "message.replay", organisationId: site?.organisationId ?? null, subject: messageId, detail: { state } },
    ]);
    if (site) {
      await appendEvents(client, actor, [
        {
          stream: `message:${messageId}`,
          type: "message.replayed",
          payload: { messageId, state, hospitalId: site.organisationId },
          topics: [topics.hospital(site.organisationId)],
        },
      ]);
    }
    return ok({ state, reason });
  });
}

async function findSite(
  deps: InboundDeps,
  client: Client,
  header: MessageHeader,
  peer: Peer,
): Promise<SiteRow | undefined> {
  const named = await siteByHl7Name(client, header.facilityNames);
  if (named) return (await maySend(named, peer.address)) ? named : undefined;
  return deps.demo && isLoopback(peer.address) ? firstSite(client) : undefined;
}

/** MSH-4 is what the sender says of itself: a site that names its addresses is believed only from there. */
async function maySend(site: SiteRow, address: string): Promise<boolean> {
  if (site.hl7Addresses.length === 0) return true;
  const matches = await Promise.all(site.hl7Addresses.map((host) => hostMatches(host, address)));
  return matches.includes(true);
}

export function isLoopback(address: string): boolean {
  return address === "::1" || /^127\./.test(address);
}

function deviceActor(header: MessageHeader, site: SiteRow, peer: Peer): DeviceActor {
  return {
    kind: "device",
    name: `HL7 ${header.sendingApplication || "?"} at ${header.sendingFacility || site.name}`.slice(0, 100),
    siteId: site.id,
    hospitalIds: [site.organisationId],
    address: peer.address,
  };
}

function senderKey(header: MessageHeader): string {
  return `${header.sendingApplication}|${header.sendingFacility}`.slice(0, 300);
}

/** MSH-10 of the reply: 20 characters is what v2.5 and before allow. */
function replyId(messageId: string): string {
  return messageId.replaceAll("-", "").slice(0, 18);
}

function joined(replies: readonly Uint8Array[]): Uint8Array | null {
  return replies.length === 0 ? null : Buffer.concat(replies);
}

async function tellFailure(client: Client, actor: Actor, messageId: string, site: SiteRow): Promise<void> {
  await appendEvents(client, actor, [
    {
      stream: `message:${messageId}`,
      type: "message.failed",
      payload: { messageId, siteId: site.id, hospitalId: site.organisationId },
      topics: [topics.hospital(site.organisationId)],
    },
  ]);
}

async function rejectUnread(
  deps: InboundDeps,
  raw: Uint8Array,
  peer: Peer,
  problem: MessageProblem,
): Promise<Uint8Array[]> {
  const id = randomUUID();
  const now = deps.clock.now();
  const replies = deps.hl7.acknowledge(raw, { verdict: "reject", problem }, now, replyId(id));
  await insertMessage(deps.db.pool, {
    id,
    organisationId: null,
    siteId: null,
    sender: "",
    controlId: "",
    messageType: "",
    version: "",
    raw,
    digest: rawDigest(raw),
    state: "rejected",
    reason: problem.text,
    reply: joined(replies),
    peer: peer.address,
    at: new Date(now),
  });
  return replies;
}

/** A fault of ours is AE, stored and replayable; where even storing fails (no database) it throws, and nothing is answered. */
async function internalError(
  deps: InboundDeps,
  raw: Uint8Array,
  peer: Peer,
  header: MessageHeader,
): Promise<Uint8Array[]> {
  const problem: MessageProblem = {
    condition: 207,
    location: "",
    text: "the hub could not carry this out; it keeps the message and can be sent it again",
  };
  const id = randomUUID();
  const now = deps.clock.now();
  const replies = deps.hl7.acknowledge(raw, { verdict: "error", problem }, now, replyId(id));
  await deps.db.pgTx(async (client) => {
    const site = await findSite(deps, client, header, peer);
    await insertMessage(client, {
      id,
      organisationId: site?.organisationId ?? null,
      siteId: site?.id ?? null,
      sender: senderKey(header),
      controlId: header.controlId,
      messageType: header.messageType,
      version: header.version,
      raw,
      digest: header.digest,
      state: "failed",
      reason: problem.text,
      reply: joined(replies),
      peer: peer.address,
      at: new Date(now),
    });
  });
  return replies;
}
