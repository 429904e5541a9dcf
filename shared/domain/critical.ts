import { HOUR, type Instant, MINUTE } from "../kernel/instant.js";
import { assertNever, err, ok, type Result } from "../kernel/result.js";

/**
 * Categories as radiology departments use them (ACR Practice Parameter for Communication of Diagnostic Imaging Findings): how soon a
 * clinician must have acknowledged, and how long one contact is tried before the next is rung.
 */
export const CATEGORIES = {
  red: { label: "Red: minutes", limit: 30 * MINUTE, perContact: 5 * MINUTE },
  orange: { label: "Orange: hours", limit: 6 * HOUR, perContact: HOUR },
  yellow: { label: "Yellow: days", limit: 72 * HOUR, perContact: 24 * HOUR },
} as const;
export type Category = keyof typeof CATEGORIES;

export interface Contact {
  readonly id: string | null;
  readonly name: string;
  readonly role: string;
  readonly phone: string;
  readonly userId: string | null;
}

export interface Person {
  readonly name: string;
  readonly role: string;
}

interface Raised {
  readonly category: Category;
  readonly raisedAt: Instant;
  readonly dueAt: Instant;
}

/** The loop stays open and loud until it is closed. `step` counts the contacts tried, from 0. */
export type Critical =
  | (Raised & { readonly state: "notifying"; readonly step: number; readonly nextEscalationAt: Instant })
  | (Raised & {
      readonly state: "reached";
      readonly step: number;
      readonly nextEscalationAt: Instant;
      readonly by: Person;
      readonly at: Instant;
    })
  | (Raised & {
      readonly state: "read_back";
      readonly step: number;
      readonly nextEscalationAt: Instant;
      readonly by: Person;
      readonly text: string;
      readonly at: Instant;
    })
  | (Raised & { readonly state: "closed"; readonly closed: Closed });

export type Closed =
  | { readonly how: "acknowledged"; readonly by: Person; readonly at: Instant; readonly readBack: string | null }
  | { readonly how: "withdrawn"; readonly by: Person; readonly at: Instant; readonly reason: string };

export type CriticalCommand =
  | { readonly type: "reach"; readonly by: Person }
  | { readonly type: "readBack"; readonly by: Person; readonly text: string }
  | { readonly type: "acknowledge"; readonly by: Person }
  | { readonly type: "escalate"; readonly ladderLength: number }
  | { readonly type: "withdraw"; readonly by: Person; readonly reason: string };

export type CriticalRefusal = "already_closed" | "not_due" | "read_back_first" | "reason_missing" | "text_missing";

/** A new loop: the first contact is being told. */
export const raise = (category: Category, now: Instant): Critical => ({
  state: "notifying",
  category,
  raisedAt: now,
  dueAt: now + CATEGORIES[category].limit,
  step: 0,
  nextEscalationAt: now + CATEGORIES[category].perContact,
});

/**
 * The next state, or why not. Red and orange findings need the read-back before the acknowledgement (NPSG.02.03.01: the receiver
 * repeats what was heard); a yellow one may be acknowledged at once. Escalation goes round the ladder again when it is at its end: the
 * loop never falls silent.
 */
export function decide(critical: Critical, command: CriticalCommand, now: Instant): Result<Critical, CriticalRefusal> {
  if (critical.state === "closed") return err("already_closed");
  const { category, raisedAt, dueAt } = critical;
  const open = { category, raisedAt, dueAt, step: critical.step, nextEscalationAt: critical.nextEscalationAt };
  switch (command.type) {
    case "reach":
      return critical.state === "notifying"
        ? ok({ ...open, state: "reached", by: command.by, at: now, nextEscalationAt: patience(critical, now) })
        : ok(critical);
    case "readBack":
      if (command.text.trim() === "") return err("text_missing");
      return ok({
        ...open,
        state: "read_back",
        by: command.by,
        text: command.text.trim(),
        at: now,
        nextEscalationAt: patience(critical, now),
      });
    case "acknowledge": {
      if (critical.state !== "read_back" && category !== "yellow") return err("read_back_first");
      const readBack = critical.state === "read_back" ? critical.text : null;
      return ok({
        category,
        raisedAt,
        dueAt,
        state: "closed",
        closed: { how: "acknowledged", by: command.by, at: now, readBack },
      });
    }
    case "escalate":
      if (now < critical.nextEscalationAt) return err("not_due");
      return ok({
        ...open,
        state: "notifying",
        step: critical.step + 1,
        nextEscalationAt: now + CATEGORIES[category].perContact,
      });
    case "withdraw":
      if (command.reason.trim() === "") return err("reason_missing");
      return ok({
        category,
        raisedAt,
        dueAt,
        state: "closed",
        closed: { how: "withdrawn", by: command.by, at: now, reason: command.reason.trim() },
      });
    default:
      return assertNever(command);
  }
}

/** Somebody is on the line: the next contact waits a full turn from now. */
const patience = (critical: { category: Category; nextEscalationAt: Instant }, now: Instant): Instant =>
  Math.max(critical.nextEscalationAt, now + CATEGORIES[critical.category].perContact);

/** Which rung of a ladder of `length` contacts a step rings: it starts over at the end. */
export const rung = (step: number, length: number): number => (length === 0 ? -1 : step % length);
