import { Button, Select, TextInput } from "@mantine/core";
import type { LifeSegmentView, LifeView } from "@readroom/shared/contract/http/clocks.js";
import { PAUSE_REASONS, PAUSE_WORDS, type PauseReason } from "@readroom/shared/domain/clock-pause.js";
import { useState } from "react";
import { asHubError } from "../../../kernel/api";
import { timeOfDay } from "../../../ui/format";
import { SkeletonRows } from "../../../ui/states";
import { span, words } from "../model";
import { useClockAct, useLife } from "../source";
import classes from "./life.module.css";

/** Where every minute of a study went, as a bar and as a table, how many of its images are here, and the clock's pauses. */
export function StudyLife({ studyId, timeZone }: { studyId: string; timeZone: string }) {
  const life = useLife(studyId);
  if (life.isPending) return <SkeletonRows rows={3} tracks="1fr" height={20} />;
  if (life.error && !life.data)
    return (
      <p className={classes.soft}>
        {asHubError(life.error).message}{" "}
        <Button size="compact-xs" variant="default" onClick={() => void life.refetch()}>
          Try again
        </Button>
      </p>
    );
  if (!life.data) return null;
  const { completeness, clock } = life.data;
  return (
    <div className={classes.life}>
      <Bar life={life.data} />
      <Table life={life.data} timeZone={timeZone} />
      <p className={classes.soft}>{completeness.sentence}</p>
      {clock?.because ? <p className={classes.soft}>Clock: {clock.because}.</p> : null}
      <Pause life={life.data} />
    </div>
  );
}

/** For the eye only: the table below says the same in words. */
function Bar({ life }: { life: LifeView }) {
  const whole = Math.max(1, life.to - life.from);
  return (
    <div className={classes.bar} aria-hidden="true">
      {life.segments.map((one) => (
        <span
          key={one.from}
          className={classes.piece}
          data-kind={one.kind}
          style={{ width: `${(100 * (one.to - one.from)) / whole}%` }}
          title={`${words(one)}, ${span(one.to - one.from)}`}
        />
      ))}
    </div>
  );
}

function Table({ life, timeZone }: { life: LifeView; timeZone: string }) {
  const line = (one: LifeSegmentView) => (
    <tr key={`${one.from} ${one.kind}`}>
      <td className={classes.time}>{timeOfDay(one.from, timeZone)}</td>
      <td>
        <span className={classes.swatch} data-kind={one.kind} aria-hidden="true" />
        {words(one)}
      </td>
      <td>{span(one.to - one.from)}</td>
    </tr>
  );
  return (
    <table className={classes.table} aria-label="Where the time went">
      <thead>
        <tr>
          <th scope="col">From</th>
          <th scope="col">What</th>
          <th scope="col">How long</th>
        </tr>
      </thead>
      <tbody>
        {life.segments.map(line)}
        <tr className={classes.total}>
          <td />
          <td>{life.finished ? "first image to final report" : "since the first image"}</td>
          <td>{span(life.to - life.from)}</td>
        </tr>
        {life.afterwards.map(line)}
      </tbody>
    </table>
  );
}

/** The clock stands still for the hospital: why and since when, or the way to let it. */
function Pause({ life }: { life: LifeView }) {
  const open = life.pauses.find((pause) => pause.endedAt === null);
  if (open) return life.may.resume ? <Resume studyId={life.studyId} /> : null;
  return life.may.pause ? <Begin studyId={life.studyId} /> : null;
}

function Begin({ studyId }: { studyId: string }) {
  const [reason, setReason] = useState<PauseReason | null>(null);
  const [note, setNote] = useState("");
  const [asking, setAsking] = useState(false);
  const act = useClockAct(studyId);
  if (!asking)
    return (
      <div className={classes.row}>
        <Button size="compact-sm" variant="default" onClick={() => setAsking(true)}>
          Wait for the hospital…
        </Button>
      </div>
    );
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (reason) act.mutate({ act: "pause", reason, note }, { onSuccess: () => setAsking(false) });
      }}
    >
      <Select
        label="What does it wait for?"
        data={PAUSE_REASONS.map((value) => ({ value, label: PAUSE_WORDS[value] }))}
        value={reason}
        onChange={(value) => setReason(PAUSE_REASONS.find((one) => one === value) ?? null)}
      />
      <TextInput
        label="Note"
        placeholder="What was asked, and whom"
        value={note}
        maxLength={500}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      <div className={classes.row}>
        <Button type="submit" size="compact-sm" disabled={reason === null} loading={act.isPending}>
          Stop the clock
        </Button>
        <Button size="compact-sm" variant="default" onClick={() => setAsking(false)}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

function Resume({ studyId }: { studyId: string }) {
  const [answer, setAnswer] = useState("");
  const act = useClockAct(studyId);
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        act.mutate({ act: "resume", answer });
      }}
    >
      <TextInput
        label="What came of it?"
        placeholder="They called back, the order is there…"
        value={answer}
        maxLength={500}
        onChange={(event) => setAnswer(event.currentTarget.value)}
      />
      <div className={classes.row}>
        <Button type="submit" size="compact-sm" disabled={answer.trim().length < 2} loading={act.isPending}>
          Let the clock run
        </Button>
      </div>
    </form>
  );
}
