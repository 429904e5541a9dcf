import type { Actor } from "@readroom/shared/domain/access.js";
import { type AttemptOutcome, type DeliveryCommand, decideDelivery } from "@readroom/shared/domain/delivery.js";
import type { Deps } from "../../kernel/deps.js";
import { appendEvents } from "../../kernel/outbox.js";
import { studyTopics } from "../../kernel/topics.js";
import type { Acknowledgement, DeliveryPorts } from "./ports.js";
import {
  abandonAttempts,
  attemptLeaves,
  beginAttempt,
  type Client,
  type DeliveryRow,
  endAttempt,
  lockDelivery,
  lockDue,
  lockSending,
  logMessage,
  payloadOf,
  saveState,
  stateOf,
} from "./store.js";

const SYSTEM = { kind: "system", name: "result delivery" } as const;
const PARALLEL = 8;

/**
 * Sends what is due. An attempt is committed as begun before a connection is asked for, and as leaving before its first byte: a hub that
 * is killed at any moment finds it and knows whether the receiver may have it. Deliveries of one ordering key go one after the other, of others beside each other.
 */
export class DeliveryWorker {
  readonly #deps: Deps;
  readonly #ports: DeliveryPorts;
  readonly #underWay = new Map<string, Promise<void>>();
  #stopped = false;

  constructor(deps: Deps, ports: DeliveryPorts) {
    this.#deps = deps;
    this.#ports = ports;
  }

  /** Attempts that no living hub is working on any more: for the start, before anything is sent. */
  async recover(): Promise<number> {
    return this.#deps.db.pgTx(async (client) => {
      const rows = (await lockSending(client)).filter((row) => !this.#underWay.has(row.id));
      for (const row of rows) {
        const left = await abandonAttempts(client, row.id, this.#now());
        await settle(this.#deps, client, row, { kind: "recover", left, deduplicates: row.deduplicates }, SYSTEM);
      }
      return rows.length;
    });
  }

  /** Begins what is due and returns at once; `idle` waits for what is under way. */
  async sendDue(): Promise<number> {
    const free = PARALLEL - this.#underWay.size;
    if (this.#stopped || free <= 0) return 0;
    const begun = await this.#deps.db.pgTx(async (client) => {
      const due = await lockDue(client, this.#now(), free);
      const attempts: { row: DeliveryRow; attemptId: string }[] = [];
      for (const row of due) {
        const next = decideDelivery(stateOf(row), { kind: "begin" }, this.#deps.clock.now());
        if (!next.ok) continue;
        await saveState(client, row.id, next.value, this.#now(), null);
        attempts.push({ row, attemptId: await beginAttempt(client, row.id, this.#now()) });
      }
      return attempts;
    });
    for (const { row, attemptId } of begun) {
      const work = this.#attempt(row, attemptId)
        .catch((error: unknown) => {
          // The outcome could not be written (no database): the row stays `sending` and the next start finds it.
          this.#deps.log.error(
            { delivery: row.id, err: { message: error instanceof Error ? error.message : String(error) } },
            "delivery attempt failed",
          );
        })
        .finally(() => this.#underWay.delete(row.id));
      this.#underWay.set(row.id, work);
    }
    return begun.length;
  }

  async idle(): Promise<void> {
    await Promise.all(this.#underWay.values());
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.idle();
  }

  async #attempt(row: DeliveryRow, attemptId: string): Promise<void> {
    const payload = await payloadOf(this.#deps.db.pool, row.id);
    const { outcome, reply } =
      row.kind === "pdf" ? await this.#putFile(row, payload) : await this.#sendMessage(row, payload, attemptId);
    await this.#deps.db.pgTx(async (client) => {
      const current = await lockDelivery(client, row.id);
      if (!current) return;
      const ours = await endAttempt(
        client,
        attemptId,
        outcome.kind,
        "reason" in outcome ? outcome.reason : "accepted",
        this.#now(),
      );
      // Who took it for lost has gone on from there; only that the receiver has it is news.
      if (!ours && outcome.kind !== "acknowledged") return;
      await settle(
        this.#deps,
        client,
        current,
        { kind: "outcome", outcome, deduplicates: current.deduplicates },
        SYSTEM,
        reply,
      );
    });
  }

  async #putFile(row: DeliveryRow, payload: Uint8Array): Promise<{ outcome: AttemptOutcome; reply: null }> {
    try {
      await this.#ports.folder.put(row.siteCode, row.detail.fileName ?? `${row.controlId}.pdf`, payload);
      return { outcome: { kind: "acknowledged" }, reply: null };
    } catch (error) {
      return {
        outcome: {
          kind: "not_sent",
          reason: `the file could not be written (${error instanceof Error ? error.message : String(error)})`,
        },
        reply: null,
      };
    }
  }

  async #sendMessage(
    row: DeliveryRow,
    payload: Uint8Array,
    attemptId: string,
  ): Promise<{ outcome: AttemptOutcome; reply: Uint8Array | null }> {
    if (row.host === null || row.port === null)
      return { outcome: { kind: "not_sent", reason: "the site has no result host and port" }, reply: null };
    const leaving = async (): Promise<void> => {
      if (!(await attemptLeaves(this.#deps.db.pool, attemptId)))
        throw new Error("another hub took this attempt for lost");
    };
    const sent = await this.#ports.transport.send({ host: row.host, port: row.port }, payload, leaving);
    if (sent.kind !== "replied") return { outcome: sent, reply: null };
    return { outcome: outcomeOf(this.#ports.codec.acknowledgement(sent.reply), row.controlId), reply: sent.reply };
  }

  #now(): Date {
    return new Date(this.#deps.clock.now());
  }
}

/** HL7 table 0357 conditions that may pass by themselves: 206 record locked, 207 application internal error. */
const TRANSIENT = new Set([206, 207]);

/**
 * What a reply means. Retry by code, never by "failed": AR and most AE say that the same message will be refused again. A reply to another
 * control id, or one that can't be read, says nothing about this message.
 */
export function outcomeOf(reply: Acknowledgement, controlId: string): AttemptOutcome {
  if (reply.kind === "unreadable") return { kind: "ambiguous", reason: `the reply can't be read: ${reply.text}` };
  if (reply.controlId !== controlId)
    return { kind: "ambiguous", reason: "the reply is to another message (MSA-2 differs)" };
  if (reply.code === "AA" || reply.code === "CA") return { kind: "acknowledged" };
  const condition = reply.condition === null ? "" : ` ${reply.condition}`;
  const transient =
    reply.code === "CE" || (reply.code === "AE" && reply.condition !== null && TRANSIENT.has(reply.condition));
  return {
    kind: "refused",
    transient,
    reason: `${reply.code}${condition}${reply.text === "" ? "" : `: ${reply.text}`}`,
  };
}

/** Decides, writes and tells; a command that no longer fits changes nothing. Gives why not, or null. */
export async function settle(
  deps: Deps,
  client: Client,
  row: DeliveryRow,
  command: DeliveryCommand,
  actor: Actor,
  reply: Uint8Array | null = null,
): Promise<string | null> {
  const now = deps.clock.now();
  const next = decideDelivery(stateOf(row), command, now);
  if (!next.ok) return next.error;
  const byPerson = actor.kind === "user" ? actor.name : null;
  await saveState(client, row.id, next.value, byPerson === null ? null : new Date(now), byPerson);
  if (row.kind === "oru") await logMessage(client, row, next.value.state, reply, new Date(now));
  await appendEvents(client, actor, [
    {
      stream: `delivery:${row.id}`,
      type: "delivery.changed",
      payload: {
        deliveryId: row.id,
        studyId: row.studyId,
        siteId: row.siteId,
        hospitalId: row.organisationId,
        state: next.value.state,
        kind: row.kind,
      },
      topics: studyTopics({ id: row.studyId, organisationId: row.organisationId, groupId: row.groupId }),
    },
  ]);
  return null;
}
