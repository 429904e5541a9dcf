import { SegmentedControl } from "@mantine/core";
import type { WorklistRow } from "@readroom/shared/contract/http/worklist.js";
import { useState } from "react";
import { DeadlineClock } from "../../../ui/deadline-clock";
import { dateTime } from "../../../ui/format";
import { List } from "../../../ui/list";
import { EmptyState } from "../../../ui/states";
import { UrgencyChip } from "../../../ui/urgency-chip";
import classes from "../page.module.css";

const STAGES: Record<string, string> = {
  expected: "ordered",
  receiving: "arriving",
  complete: "order missing",
  readable: "waiting",
  closed: "reported",
};

/** In the hospital's words: where a study is on its way from the scanner to the report. */
function stageOf(row: WorklistRow): string {
  if (row.claim.state === "held") return `being read by ${row.claim.by.name}`;
  if (row.report.state === "preliminary") return "preliminary report";
  if (row.claim.state === "done") return "reported";
  return STAGES[row.state] ?? row.state;
}

/** The hospital's studies with their state and clock: those open first, or those reported in the last day. */
export function Studies({ rows, now }: { rows: readonly WorklistRow[]; now: number }) {
  const [which, setWhich] = useState("open");
  const done = rows.filter((row) => row.claim.state === "done");
  const open = rows.filter((row) => row.claim.state !== "done");
  const late = open.filter((row) => row.clock !== null && row.clock.deadline < now);
  const shown = { open, done, late }[which] ?? open;
  return (
    <>
      <div style={{ padding: "8px 16px" }}>
        <SegmentedControl
          aria-label="Which studies"
          value={which}
          onChange={setWhich}
          data={[
            { value: "open", label: `Open ${open.length}` },
            { value: "late", label: `Late ${late.length}` },
            { value: "done", label: `Reported ${done.length}` },
          ]}
        />
      </div>
      <List
        label="Our studies"
        loaded={{ data: shown, error: null, refetch: () => undefined }}
        rowId={(row) => row.studyId}
        columns={[
          {
            header: "Patient",
            render: (row) => (
              <>
                <strong style={{ fontWeight: 550 }}>{row.patient.name || "Name not sent"}</strong>{" "}
                <span className={classes.soft}>
                  {[row.patient.age?.replace(/ Y$/, ""), row.patient.sex].filter(Boolean).join(" ")}
                </span>
              </>
            ),
          },
          { header: "Procedure", wide: true, render: (row) => row.procedure },
          { header: "Urgency", render: (row) => <UrgencyChip level={row.urgency} reason={row.urgencyReason} /> },
          {
            header: "Time left",
            render: (row) =>
              row.clock ? (
                <DeadlineClock
                  startedAt={row.clock.startedAt}
                  dueAt={row.clock.deadline}
                  zone={row.site.timeZone}
                  rule={row.routing}
                  stoppedAt={row.report.signedAt}
                />
              ) : (
                <span className={classes.soft}>not started</span>
              ),
          },
          { header: "State", render: (row) => stageOf(row) },
          { header: "Site", render: (row) => <span className={classes.soft}>{row.site.name}</span> },
          {
            header: "Imaged",
            render: (row) => (
              <span className={classes.soft}>{row.studyAt ? dateTime(row.studyAt, row.site.timeZone) : "–"}</span>
            ),
          },
        ]}
        empty={
          <EmptyState title={which === "late" ? "Nothing is late" : "No studies here"}>
            {which === "open"
              ? "Studies appear with their first image, or when they are ordered."
              : "They appear here by themselves."}
          </EmptyState>
        }
      />
    </>
  );
}
