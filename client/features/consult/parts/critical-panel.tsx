import { Button } from "@mantine/core";
import type { CriticalView } from "@readroom/shared/contract/http/critical.js";
import { IconAlertOctagon, IconCheck, IconCircle } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { asHubError } from "../../../kernel/api";
import { useMay } from "../../../kernel/session";
import { DeadlineClock } from "../../../ui/deadline-clock";
import { ErrorState, SkeletonRows } from "../../../ui/states";
import { UrgencyChip } from "../../../ui/urgency-chip";
import { stagesOf, stepInWords } from "../model";
import { useCriticals } from "../source";
import { clock, useAct } from "../use-act";
import { ClinicianSide } from "./clinician-side";
import classes from "./critical-panel.module.css";
import { RadiologistSide } from "./radiologist-side";
import { hasDraft, RaiseForm } from "./raise-form";

export interface CriticalPanelProps {
  studyId: string;
  /** Each new value opens the form, as the key "c" and the header's button do. */
  openSignal?: number;
}

/** A study's critical findings: raise one, and see each loop until it is closed. */
export function CriticalPanel({ studyId, openSignal = 0 }: CriticalPanelProps) {
  const query = useCriticals(studyId);
  const mayRaise = useMay("critical.raise");
  const [raising, setRaising] = useState(hasDraft(studyId));
  useEffect(() => {
    if (openSignal > 0) setRaising(true);
  }, [openSignal]);

  if (query.isPending) return <SkeletonRows rows={2} tracks="1fr" height={40} />;
  if (query.error) {
    return (
      <ErrorState
        title="Critical findings could not be loaded"
        error={asHubError(query.error)}
        safe="Nothing that was recorded is lost."
        onRetry={() => void query.refetch()}
      />
    );
  }
  return (
    <section className={classes.panel} aria-label="Critical findings">
      {raising ? <RaiseForm studyId={studyId} onDone={() => setRaising(false)} /> : null}
      {!raising && mayRaise ? (
        <Button
          color="red"
          variant={query.data.length > 0 ? "light" : "filled"}
          leftSection={<IconAlertOctagon size={16} aria-hidden="true" />}
          onClick={() => setRaising(true)}
        >
          Critical finding
        </Button>
      ) : null}
      {query.data.length === 0 && !raising ? <p className={classes.quiet}>No critical finding on this study.</p> : null}
      {query.data.map((critical) => (
        <Loop key={critical.id} studyId={studyId} critical={critical} mayRaise={mayRaise} />
      ))}
    </section>
  );
}

function Loop({ studyId, critical, mayRaise }: { studyId: string; critical: CriticalView; mayRaise: boolean }) {
  const act = useAct(studyId);
  const open = critical.state !== "closed";
  return (
    <article className={classes.card} data-open={open} aria-label={`Critical finding: ${critical.finding}`}>
      <div className={classes.head}>
        <UrgencyChip
          level={critical.category === "red" ? "critical" : critical.category === "orange" ? "stat" : "urgent"}
          label={critical.category.toUpperCase()}
        />
        {open ? <DeadlineClock dueAt={critical.dueAt} startedAt={critical.raisedAt} /> : null}
        <span className={classes.quiet}>by {critical.raisedByName}</span>
      </div>
      <p className={classes.finding}>{critical.finding}</p>
      <Stages critical={critical} />
      {open && mayRaise ? <RadiologistSide critical={critical} act={act} /> : null}
      {open && !mayRaise ? <ClinicianSide critical={critical} act={act} /> : null}
      <details className={classes.record}>
        <summary>Record of this communication</summary>
        <ol>
          {critical.steps.map((step) => (
            <li key={`${step.at}:${step.kind}:${step.contactName}`}>
              <time dateTime={new Date(step.at).toISOString()}>{clock(step.at)}</time> {stepInWords(step)}
            </li>
          ))}
        </ol>
      </details>
    </article>
  );
}

function Stages({ critical }: { critical: CriticalView }) {
  return (
    <ol className={classes.stages}>
      {stagesOf(critical).map((stage) => (
        <li key={stage.label} className={classes.stage} data-done={stage.done}>
          {stage.done ? (
            <IconCheck size={14} aria-label="done" color="var(--rr-ok)" />
          ) : (
            <IconCircle size={12} aria-label="not yet" />
          )}
          <span>{stage.label}</span>
          <span className={classes.by}>{stage.by}</span>
          <span className={classes.at}>{stage.at ? clock(stage.at) : ""}</span>
        </li>
      ))}
    </ol>
  );
}
