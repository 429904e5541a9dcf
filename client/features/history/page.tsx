import { Button } from "@mantine/core";
import type { HistoryLine } from "@readroom/shared/contract/http/history.js";
import { IconEyeOff, IconHistoryOff } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { Link, useParams } from "react-router";
import { asHubError } from "../../kernel/api";
import { useMay } from "../../kernel/session";
import { dateTime } from "../../ui/format";
import { PatientBanner } from "../../ui/patient-banner";
import { EmptyState, ErrorState, SkeletonRows } from "../../ui/states";
import classes from "./history.module.css";
import { axisOf, instantsOf, momentInWords, screenOf } from "./model";
import { PastImage } from "./parts/past-image";
import { PastMarks, PastReport } from "./parts/past-report";
import { TimeLine } from "./parts/time-line";
import { useLine, useStateAt, useStudyOf } from "./source";
import { usePlayback } from "./use-playback";

/** Time travel: a reading's room as it stood at any instant. */
export default function HistoryPage() {
  const { studyId = "" } = useParams();
  const line = useLine(studyId);
  const mayStudy = useMay("study.read");
  const study = useStudyOf(studyId, mayStudy);
  const row = study.data?.row;
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <h1 className={classes.title}>Time travel</h1>
        {row ? (
          <PatientBanner
            name={row.patient.name}
            birthDate={row.patient.birthDate}
            sex={row.patient.sex}
            mrn={row.patient.mrn}
            studyAt={row.studyAt}
            facts={[row.procedure, row.accessionNumber ? `Acc ${row.accessionNumber}` : null, row.site.name]}
          />
        ) : null}
        <span className={classes.grow} />
        {mayStudy ? (
          <Button component={Link} to={`/read/${studyId}`} variant="default">
            Back to the room
          </Button>
        ) : null}
      </header>
      <Content studyId={studyId} line={line} />
    </div>
  );
}

function Content({ studyId, line }: { studyId: string; line: ReturnType<typeof useLine> }) {
  if (line.isPending) return <SkeletonRows rows={8} />;
  if (line.error)
    return (
      <ErrorState
        title="The history could not be loaded"
        error={asHubError(line.error)}
        onRetry={() => void line.refetch()}
      />
    );
  if (line.data.until === 0)
    return (
      <EmptyState icon={<IconHistoryOff size={28} stroke={1.4} />} title="Nothing has happened in this room yet">
        As soon as somebody opens the study, what they mark, write and show can be seen here.
      </EmptyState>
    );
  return <Travel studyId={studyId} line={line.data} />;
}

function Travel({ studyId, line }: { studyId: string; line: HistoryLine }) {
  const axis = useMemo(() => axisOf(instantsOf(line)), [line]);
  const playback = usePlayback(axis);
  const [chosen, setChosen] = useState<string | null>(null);
  const mayImages = useMay("study.images");
  const state = useStateAt(studyId, playback.at);
  const colours = useMemo(() => new Map(line.people.map((person) => [person.personId, person.colour])), [line]);
  const now = state.data;
  const screen = now ? screenOf(now, chosen, line.readerId) : null;
  const whose = line.people.find((person) => person.personId === (screen?.personId ?? chosen));
  const last = line.moments.findLast((moment) => moment.at <= playback.at);
  return (
    <>
      <div className={classes.then}>
        <section className={classes.film} aria-label="Screen as it was">
          {screen && mayImages ? (
            <PastImage view={screen.view} marks={now?.annotations ?? []} colours={colours} />
          ) : null}
          {screen && mayImages ? (
            <p className={classes.whose}>
              {screen.presenting ? "Presented by" : "On the screen of"} {whose?.name ?? "somebody"}, since{" "}
              {dateTime(screen.at)}
            </p>
          ) : (
            <EmptyState
              icon={<IconEyeOff size={28} stroke={1.4} />}
              title={mayImages ? "No screen is known" : "Images are not shown to you"}
            >
              {mayImages
                ? `${whose ? `${whose.name} showed nothing` : "Nobody showed anything"} at this instant: not there, hidden, or before ${dateTime(line.viewsSince)}, since when it is kept.`
                : "Your role reads what was written and when, not the images."}
            </EmptyState>
          )}
        </section>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
        <section className={classes.side} aria-label="Report and marks as they were" tabIndex={0}>
          {last ? <p className={classes.last}>{momentInWords(last)}</p> : null}
          {now ? (
            <>
              <PastReport state={now} colours={colours} />
              <h2 className={classes.heading}>Marks</h2>
              <PastMarks state={now} colours={colours} />
            </>
          ) : state.error ? (
            <ErrorState
              title="This instant could not be read"
              error={asHubError(state.error)}
              onRetry={() => void state.refetch()}
            />
          ) : (
            <SkeletonRows rows={5} />
          )}
        </section>
      </div>
      <TimeLine
        line={line}
        axis={axis}
        playback={playback}
        here={now?.here ?? []}
        chosen={chosen}
        onChoose={setChosen}
      />
    </>
  );
}
