import { Button, NativeSelect, TextInput } from "@mantine/core";
import type { RescueView } from "@readroom/shared/contract/http/operations.js";
import { PAUSE_REASONS, PAUSE_WORDS, type PauseReason } from "@readroom/shared/domain/clock-pause.js";
import { URGENCIES, type Urgency, urgencyRank } from "@readroom/shared/domain/urgency.js";
import { type ReactNode, useState } from "react";
import { moveTo, pauseClock, type Rescue, recall, resumeClock, setUrgency } from "../source";
import classes from "./study-card.module.css";

interface FormProps {
  view: RescueView;
  busy: boolean;
  rescue: Rescue;
}

function Form({ name, children, submit }: { name: string; children: ReactNode; submit(): void }) {
  return (
    <form
      className={classes.form}
      aria-label={name}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {children}
    </form>
  );
}

function Why({ label, value, set }: { label: string; value: string; set(value: string): void }) {
  return (
    <TextInput
      className={classes.grow}
      label={label}
      value={value}
      maxLength={300}
      onChange={(event) => set(event.currentTarget.value)}
    />
  );
}

/** Raised or lowered by a person it stays so, whatever rules and algorithms say later; lowering says what it means. */
export function UrgencyForm({ view, busy, rescue }: FormProps) {
  const others = URGENCIES.filter((urgency) => urgency !== view.urgency);
  const higher = URGENCIES[Math.max(0, urgencyRank(view.urgency) - 1)] ?? view.urgency;
  const [chosen, setChosen] = useState<Urgency | null>(null);
  const [reason, setReason] = useState("");
  const to =
    chosen && chosen !== view.urgency ? chosen : higher === view.urgency ? (others[0] ?? view.urgency) : higher;
  const lower = urgencyRank(to) > urgencyRank(view.urgency);
  const act = async () => {
    const done = await rescue(`${lower ? "Lowered" : "Raised"} to ${to}.`, () =>
      setUrgency(view.studyId, to, reason.trim()),
    );
    if (done) {
      setReason("");
      setChosen(null);
    }
  };
  return (
    <Form name="Urgency" submit={() => void act()}>
      <NativeSelect
        label="Urgency"
        value={to}
        onChange={(event) => setChosen(others.find((one) => one === event.currentTarget.value) ?? null)}
        data={others.map((one) => ({ value: one, label: one }))}
      />
      <Why label={lower ? "Why it may wait longer" : "Why it is raised"} value={reason} set={setReason} />
      <Button
        type="submit"
        variant="default"
        {...(lower ? { color: "red", variant: "outline" } : {})}
        disabled={busy || reason.trim().length < 3}
      >
        {lower ? "Lower" : "Raise"}
      </Button>
      {lower ? (
        <p className={classes.hint}>
          Lowered, it waits behind others. Your name and the reason stand beside its urgency.
        </p>
      ) : null}
    </Form>
  );
}

const RULES = "rules";

export function PoolForm({ view, busy, rescue }: FormProps) {
  const others = view.pools.filter((pool) => !pool.current);
  const [chosen, setChosen] = useState("");
  const [reason, setReason] = useState("");
  const best = [...others].sort((a, b) => b.readyNow - a.readyNow || b.credentialed - a.credentialed)[0];
  const to = others.find((pool) => pool.id === chosen)?.id ?? (chosen === RULES ? RULES : (best?.id ?? ""));
  const act = async () => {
    const pool = others.find(({ id }) => id === to);
    const done = await rescue(pool ? `Moved to ${pool.name}.` : "The rules decide again.", () =>
      moveTo(view.studyId, pool?.id, reason.trim() || "moved on the board"),
    );
    if (done) {
      setReason("");
      setChosen("");
    }
  };
  return (
    <Form name="Pool" submit={() => void act()}>
      <NativeSelect
        label="Pool"
        value={to}
        onChange={(event) => setChosen(event.currentTarget.value)}
        data={[
          ...others.map(({ id, name, readyNow, open }) => ({
            value: id,
            label: `${name}: ${readyNow} can read it now${open ? "" : ", closed"}`,
          })),
          ...(view.poolSetByHand ? [{ value: RULES, label: "Where the rules put it" }] : []),
        ]}
      />
      <Why label="Why there" value={reason} set={setReason} />
      <Button type="submit" variant="default" disabled={busy || to === ""}>
        Move
      </Button>
      {view.poolSetByHand ? <p className={classes.hint}>A person put it into its pool: rules do not move it.</p> : null}
    </Form>
  );
}

export function ClockForm({ view, busy, rescue }: FormProps) {
  const [reason, setReason] = useState<PauseReason>("missing_images");
  const [note, setNote] = useState("");
  const act = async () => {
    const text = note.trim();
    const done = view.paused
      ? await rescue("The clock runs again.", () => resumeClock(view.studyId, text))
      : await rescue("The clock stands still.", () => pauseClock(view.studyId, reason, text));
    if (done) setNote("");
  };
  if (view.paused)
    return (
      <Form name="Clock" submit={() => void act()}>
        <Why label="What came of the wait" value={note} set={setNote} />
        <Button type="submit" variant="default" disabled={busy || note.trim().length < 2}>
          Let the clock run
        </Button>
      </Form>
    );
  return (
    <Form name="Clock" submit={() => void act()}>
      <NativeSelect
        label="Pause the clock because"
        value={reason}
        onChange={(event) => setReason(PAUSE_REASONS.find((one) => one === event.currentTarget.value) ?? reason)}
        data={PAUSE_REASONS.map((one) => ({ value: one, label: PAUSE_WORDS[one] }))}
      />
      <Why label="Note" value={note} set={setNote} />
      <Button type="submit" variant="default" disabled={busy}>
        Pause
      </Button>
    </Form>
  );
}

export function RecallForm({
  studyId,
  holder,
  busy,
  rescue,
}: {
  studyId: string;
  holder: string;
  busy: boolean;
  rescue: Rescue;
}) {
  const [reason, setReason] = useState("");
  return (
    <Form
      name="Back to the pool"
      submit={() => void rescue("Back in its pool. The draft is kept.", () => recall(studyId, reason.trim()))}
    >
      <Why label={`Why it is taken from ${holder}`} value={reason} set={setReason} />
      <Button type="submit" variant="default" disabled={busy || reason.trim().length < 3}>
        Back to the pool
      </Button>
      <p className={classes.hint}>The draft is kept for whoever reads it next.</p>
    </Form>
  );
}
