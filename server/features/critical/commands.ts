import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import type { CriticalView, RaiseCritical } from "@readroom/shared/contract/http/critical.js";
import { type Action, type Actor, actorStamp, may } from "@readroom/shared/domain/access.js";
import {
  type Contact,
  type CriticalCommand,
  type CriticalRefusal,
  decide,
  type Person,
  raise,
  rung,
} from "@readroom/shared/domain/critical.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import { audit } from "../../kernel/audit.js";
import type { Tx } from "../../kernel/database.js";
import type { Deps } from "../../kernel/deps.js";
import { appendEvents } from "../../kernel/outbox.js";
import { studyTopics, topics } from "../../kernel/topics.js";
import {
  appendStep,
  criticalView,
  type FindingRow,
  insertFinding,
  ladderOf,
  lockFinding,
  type NewStep,
  saveCritical,
  showOnStudy,
  studyForCritical,
} from "./store.js";

const NOT_HERE = refusal("not_found", "There is no such critical finding.");

const WORDS: Record<CriticalRefusal, Refusal> = {
  already_closed: refusal("conflict", "This critical finding is closed already."),
  not_due: refusal("conflict", "The present contact still has time."),
  read_back_first: refusal("conflict", "Read the finding back first, then acknowledge it.", { action: "Read back" }),
  reason_missing: refusal("invalid", "Say why it is withdrawn."),
  text_missing: refusal("invalid", "Repeat the finding in your own words."),
};

/** Opens the loop: finding, category with its limit, and who is rung first. Returns what the call panel shows. */
export async function raiseCritical(
  deps: Deps,
  actor: Actor,
  studyId: string,
  body: RaiseCritical,
): Promise<Result<CriticalView, Refusal>> {
  return deps.db.tx(async (tx) => {
    const study = await studyForCritical(tx, studyId);
    if (!study || !may(actor, "critical.raise", { hospitalId: study.organisationId, siteId: study.siteId, studyId })) {
      return err(refusal("not_found", "There is no such study."));
    }
    const ladder = await ladderOf(tx, study);
    const step = body.contactId ? ladder.findIndex((contact) => contact.id === body.contactId) : 0;
    if (step < 0) return err(refusal("invalid", "That contact is not on this site's ladder."));
    const now = deps.clock.now();
    const raised = raise(body.category, now);
    if (raised.state !== "notifying") throw new Error("a raised finding notifies");
    const stamp = actorStamp(actor);
    const id = await insertFinding(tx, study, raised, {
      finding: body.finding,
      raisedBy: stamp.id,
      raisedByName: stamp.name,
      step,
    });
    const contact = ladder[step] ?? null;
    await appendStep(tx, id, now, { kind: "raised", byName: stamp.name });
    await appendStep(tx, id, now, notified(contact));
    await showOnStudy(tx, studyId);
    const finding = await lockFinding(tx, id);
    if (!finding) throw new Error("the finding just written is gone");
    await tell(tx, actor, finding, "critical.raised", contact);
    return ok(required(await criticalView(tx, id)));
  });
}

export interface Change {
  readonly action: Action;
  readonly command: CriticalCommand;
  readonly step: NewStep;
  readonly event: string;
}

/** One change of an open loop: state, append-only step, audit and event in one transaction. Saying the same thing twice changes nothing. */
export async function changeCritical(
  deps: Deps,
  actor: Actor,
  id: string,
  change: Change,
): Promise<Result<CriticalView, Refusal>> {
  return deps.db.tx(async (tx) => {
    const finding = await lockFinding(tx, id);
    if (!finding || !visible(actor, change.action, finding)) return err(NOT_HERE);
    if (repeated(finding, change.command)) return ok(required(await criticalView(tx, id)));
    const decided = decide(finding.critical, change.command, deps.clock.now());
    if (!decided.ok) return err(WORDS[decided.error]);
    await saveCritical(tx, id, decided.value);
    await appendStep(tx, id, deps.clock.now(), change.step);
    await showOnStudy(tx, finding.studyId);
    await tell(tx, actor, finding, change.event, null);
    return ok(required(await criticalView(tx, id)));
  });
}

/** A second press of "Acknowledge" after the first was saved is no error: the person wants to know that it is done. */
const repeated = (finding: FindingRow, command: CriticalCommand): boolean =>
  command.type === "acknowledge" &&
  finding.critical.state === "closed" &&
  finding.critical.closed.how === "acknowledged";

/** Rings the next contact of a finding whose present contact's time is over. Called by the timer; harmless when it is not due. */
export async function escalate(deps: Deps, id: string): Promise<void> {
  const system: Actor = { kind: "system", name: "escalation" };
  await deps.db.tx(async (tx) => {
    const finding = await lockFinding(tx, id);
    if (!finding) return;
    const study = await studyForCritical(tx, finding.studyId);
    const ladder = study ? await ladderOf(tx, study) : [];
    const decided = decide(finding.critical, { type: "escalate", ladderLength: ladder.length }, deps.clock.now());
    if (!decided.ok || decided.value.state !== "notifying") return;
    await saveCritical(tx, id, decided.value);
    const contact = ladder[rung(decided.value.step, ladder.length)] ?? null;
    await appendStep(tx, id, deps.clock.now(), { ...notified(contact), kind: "escalated", byName: "Readroom" });
    await tell(tx, system, finding, "critical.escalated", contact);
  });
}

const notified = (contact: Contact | null): NewStep => ({
  kind: "notified",
  contact,
  channel: contact?.userId ? "Readroom and phone" : "phone",
  note: contact ? `${contact.role} ${contact.phone}`.trim() : "No contact is known: ring the hospital's switchboard",
});

const visible = (actor: Actor, action: Action, finding: FindingRow): boolean =>
  may(actor, action, { hospitalId: finding.organisationId, siteId: finding.siteId, studyId: finding.studyId }) &&
  (actor.kind !== "guest" || actor.findingId === null || actor.findingId === finding.id);

async function tell(tx: Tx, actor: Actor, finding: FindingRow, type: string, contact: Contact | null): Promise<void> {
  await audit(tx, actor, [
    {
      action: type,
      organisationId: finding.organisationId,
      patientId: finding.patientId,
      studyId: finding.studyId,
      subject: `finding:${finding.id}`,
    },
  ]);
  const heard = studyTopics({ id: finding.studyId, organisationId: finding.organisationId, groupId: finding.groupId });
  await appendEvents(tx, actor, [
    {
      stream: `critical:${finding.id}`,
      type,
      payload: {
        findingId: finding.id,
        studyId: finding.studyId,
        contactUserId: contact?.userId ?? null,
        contactName: contact?.name ?? null,
      },
      topics: contact?.userId ? [...heard, topics.user(contact.userId)] : heard,
    },
  ]);
}

/** Who acts on the clinician's side: a guest or physician for themselves; a radiologist on the phone names whom they heard. */
export function clinician(actor: Actor, named: string | undefined): Result<Person, Refusal> {
  if (actor.kind === "guest") return ok({ name: actor.name, role: actor.role });
  if (actor.kind === "user" && actor.roles.includes("referrer")) return ok({ name: actor.name, role: "Physician" });
  if (!named) return err(refusal("invalid", "Name the clinician that you heard this from."));
  return ok({ name: named, role: `by phone with ${actorStamp(actor).name}` });
}

function required<T>(value: T | null): T {
  if (value === null) throw new Error("the finding is gone inside its own transaction");
  return value;
}
