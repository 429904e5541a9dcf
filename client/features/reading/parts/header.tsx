import { ActionIcon, Button, Tooltip } from "@mantine/core";
import type { StudyDetail } from "@readroom/shared/contract/http/worklist.js";
import { IconArrowLeft, IconSignature } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { serverClock } from "../../../kernel/clock";
import { DeadlineClock } from "../../../ui/deadline-clock";
import { dateTime, timeOfDay } from "../../../ui/format";
import { useNow } from "../../../ui/now";
import { PatientBanner } from "../../../ui/patient-banner";
import { UrgencyChip } from "../../../ui/urgency-chip";
import { CallStrip } from "../../consult/public";
import { Bell } from "../../notices/public";
import { arrivalInWords } from "../model";
import type { Presence } from "../use-presence";
import type { WallSeries } from "../wall";
import classes from "./header.module.css";
import { People } from "./people";

interface HeaderProps {
  detail: StudyDetail;
  presence: Presence;
  series: readonly WallSeries[];
  mine: boolean;
  /** What one does with a study that one holds; null while one does not. */
  claim: ReactNode;
  /** null: this person's role signs nothing. */
  onSign: (() => void) | null;
}

/** Whose images these are, what is asked, how much time is left, who is here. */
export function Header({ detail, presence, series, mine, claim, onSign }: HeaderProps) {
  const { row } = detail;
  return (
    <header className={classes.header}>
      <Tooltip label="Back to the worklist">
        <ActionIcon component={Link} to="/" aria-label="Back to the worklist" className={classes.back}>
          <IconArrowLeft size={18} />
        </ActionIcon>
      </Tooltip>
      <div className={classes.banner}>
        <PatientBanner
          name={row.patient.name}
          birthDate={row.patient.birthDate}
          sex={row.patient.sex}
          mrn={row.patient.mrn}
          studyAt={row.studyAt}
          facts={factsOf(row)}
        >
          <UrgencyChip level={row.urgency} reason={row.urgencyReason} />
          {row.clock ? (
            <DeadlineClock
              startedAt={row.clock.startedAt}
              dueAt={row.clock.deadline}
              zone={row.site.timeZone}
              rule={row.routing}
              stoppedAt={row.claim.state === "done" ? row.claim.at : null}
            />
          ) : null}
          <People presence={presence} series={series} />
          <CallStrip studyId={row.studyId} />
          <Bell room />
          {claim}
          {onSign ? (
            <Tooltip label="Sign the report (Ctrl Enter)">
              <Button
                size="compact-sm"
                variant={mine ? "filled" : "default"}
                leftSection={<IconSignature size={15} aria-hidden="true" />}
                onClick={onSign}
              >
                Sign
              </Button>
            </Tooltip>
          ) : null}
        </PatientBanner>
      </div>
      <output className="rr-visually-hidden">Open: {row.patient.name}</output>
    </header>
  );
}

function factsOf(row: StudyDetail["row"]) {
  return [
    <span key="what" className={classes.what}>
      {row.procedure}
    </span>,
    row.studyAt ? (
      <span key="when" title={`Time of ${row.site.name} (${row.site.timeZone})`}>
        {studyTime(row.studyAt, row.site.timeZone)}
      </span>
    ) : null,
    row.accessionNumber ? `Acc ${row.accessionNumber}` : null,
    row.site.name,
    <Arrival key="arrival" row={row} />,
  ];
}

/** With its year unless that is this one: an old study must not pass for today's. */
function studyTime(at: number, zone: string): string {
  const day = (instant: number, options: Intl.DateTimeFormatOptions) =>
    new Date(instant).toLocaleDateString(undefined, { ...options, timeZone: zone });
  const year = { year: "numeric" } as const;
  if (day(at, year) === day(serverClock.now(), year)) return dateTime(at, zone);
  return `${day(at, { ...year, day: "numeric", month: "short" })}, ${timeOfDay(at, zone)}`;
}

function Arrival({ row }: { row: StudyDetail["row"] }) {
  const arrival = arrivalInWords(row, useNow());
  if (!arrival) return null;
  return (
    <span className={classes.arrival} data-live={arrival.live}>
      {arrival.text}
    </span>
  );
}
