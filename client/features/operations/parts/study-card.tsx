import { Drawer } from "@mantine/core";
import type { OperationsView, RescueView } from "@readroom/shared/contract/http/operations.js";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { refusalWords } from "../../../kernel/api";
import { useHubEvents } from "../../../kernel/socket";
import { DeadlineClock } from "../../../ui/deadline-clock";
import { ago } from "../../../ui/format";
import { asShown } from "../../../ui/loaded";
import { useNow } from "../../../ui/now";
import { ErrorState, OfflineState, SkeletonRows } from "../../../ui/states";
import { toast } from "../../../ui/toast";
import { UrgencyChip } from "../../../ui/urgency-chip";
import { type Rescue, rescueKey, useRescue } from "../source";
import { ClockForm, PoolForm, RecallForm, UrgencyForm } from "./rescue-forms";
import { Readers } from "./rescue-readers";
import classes from "./study-card.module.css";

type Row = OperationsView["rows"][number];

/** One study at risk: why nobody of its pool reads it, and everything that an operator may do about it. */
export function StudyCard({
  studyId,
  row,
  close,
  onDone,
}: {
  studyId: string | null;
  row: Row | null;
  close(): void;
  onDone(): void;
}) {
  return (
    <Drawer
      opened={studyId !== null}
      onClose={close}
      position="right"
      size={560}
      title={row ? row.procedure : "Study"}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {studyId ? <Body key={studyId} studyId={studyId} row={row} onDone={onDone} /> : null}
    </Drawer>
  );
}

function Body({ studyId, row, onDone }: { studyId: string; row: Row | null; onDone(): void }) {
  const client = useQueryClient();
  const query = useRescue(studyId);
  const [busy, setBusy] = useState(false);
  const again = () => client.invalidateQueries({ queryKey: rescueKey(studyId) });
  useHubEvents(({ type, payload }) => {
    if (type === "roster.changed" || type === "user.break" || (payload as { studyId?: unknown }).studyId === studyId)
      if (type !== "worklist.row") void again();
  });
  const rescue: Rescue = async (what, act) => {
    setBusy(true);
    try {
      await act();
      toast.done(what);
      return true;
    } catch (thrown) {
      toast.refused(refusalWords(thrown));
      return false;
    } finally {
      setBusy(false);
      onDone();
      await again();
    }
  };
  const shown = asShown(query);
  switch (shown.state) {
    case "loading":
      return <SkeletonRows rows={7} tracks="1fr 100px" height={44} />;
    case "error":
      return <ErrorState title="The study could not be loaded" error={shown.error} onRetry={shown.retry} />;
    case "offline":
      return <OfflineState onRetry={shown.retry}>Nothing about the study has changed.</OfflineState>;
    case "ready":
      return (
        <div className={classes.card} aria-busy={busy}>
          <Head row={row} view={shown.value} />
          {row?.claim.state === "done" ? (
            <p className={classes.facts}>It has been reported.</p>
          ) : (
            <>
              <Readers view={shown.value} busy={busy} rescue={rescue} />
              <section aria-label="What else can be done" className={classes.forms}>
                <UrgencyForm view={shown.value} busy={busy} rescue={rescue} />
                <PoolForm view={shown.value} busy={busy} rescue={rescue} />
                <ClockForm view={shown.value} busy={busy} rescue={rescue} />
                {row?.claim.state === "held" ? (
                  <RecallForm studyId={studyId} holder={row.claim.by.name} busy={busy} rescue={rescue} />
                ) : null}
              </section>
            </>
          )}
        </div>
      );
  }
}

function Head({ row, view }: { row: Row | null; view: RescueView }) {
  const now = useNow();
  return (
    <div className={classes.head}>
      {row ? (
        <>
          <p className={classes.line}>
            <UrgencyChip level={row.urgency} reason={row.urgencyReason} />
            {view.paused ? (
              <span className={classes.paused}>
                clock paused {ago(view.paused.since, now)}: {view.paused.words}
              </span>
            ) : row.clock ? (
              <DeadlineClock
                startedAt={row.clock.startedAt}
                dueAt={row.clock.deadline}
                zone={row.site.timeZone}
                size="lg"
              />
            ) : (
              <span>no clock</span>
            )}
            <span>{row.pool ? row.pool.name : "in no pool"}</span>
          </p>
          <p className={classes.facts}>
            {[row.patient.name, [row.patient.age, row.patient.sex].filter(Boolean).join(" "), row.site.name]
              .filter(Boolean)
              .join(" · ")}{" "}
            · <Link to={`/worklist?study=${row.studyId}`}>show in the worklist</Link>
          </p>
          <p className={classes.facts}>
            {row.claim.state === "held"
              ? `With ${row.claim.by.name} for ${ago(row.claim.since, now).replace(" ago", "")}${row.claim.note ? `: ${row.claim.note}` : ""}.`
              : "Waiting for a reader."}
          </p>
        </>
      ) : null}
      <p className={classes.summary}>{view.summary}</p>
      <p className={classes.why}>{view.routing}</p>
      {view.urgencyReason ? (
        <p className={classes.why}>
          Urgency {view.urgency}: {view.urgencyReason}
        </p>
      ) : null}
    </div>
  );
}
