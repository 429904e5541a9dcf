import { Button } from "@mantine/core";
import type { LifeView } from "@readroom/shared/contract/http/clocks.js";
import { PAUSE_WORDS } from "@readroom/shared/domain/clock-pause.js";
import type { ReactNode } from "react";
import { timeOfDay } from "../../../ui/format";
import { useClockAct, useLife } from "../source";

/** How the place that embeds these draws a line under its header. */
export type Line = (props: { tone: "calm" | "warn"; children: ReactNode; action?: ReactNode }) => ReactNode;

/** What a reader must know of a study's images and clock before reading on: some are missing, some came late, the clock stands still. */
export function StudyNotices({ studyId, timeZone, line }: { studyId: string; timeZone: string; line: Line }) {
  const { data } = useLife(studyId);
  const act = useClockAct(studyId);
  if (!data) return null;
  const seen = data.may.seen ? (
    <Button size="compact-sm" variant="default" loading={act.isPending} onClick={() => act.mutate({ act: "seen" })}>
      Seen, nothing to add
    </Button>
  ) : null;
  return (
    <>
      {data.late ? line({ tone: "warn", children: lateWords(data.late), action: seen }) : null}
      {data.completeness.missing > 0
        ? line({ tone: "warn", children: <IncompleteWords sentence={data.completeness.sentence} /> })
        : null}
      {pausedOf(data, timeZone) ? line({ tone: "calm", children: pausedOf(data, timeZone) }) : null}
    </>
  );
}

const lateWords = ({ images }: NonNullable<LifeView["late"]>): ReactNode => (
  <>
    <strong>
      {images} image{images === 1 ? "" : "s"} came after the report was signed.
    </strong>{" "}
    Look at {images === 1 ? "it" : "them"}; add to the report, or say that there is nothing to add.
  </>
);

function IncompleteWords({ sentence }: { sentence: string }) {
  return (
    <>
      <strong>This study is not complete.</strong> {sentence}
    </>
  );
}

function pausedOf(data: LifeView, timeZone: string): string | null {
  const open = data.pauses.find((pause) => pause.endedAt === null);
  if (!open) return null;
  const note = open.note === "" ? "" : ` “${open.note}”`;
  return `The clock stands still since ${timeOfDay(open.beganAt, timeZone)}: ${PAUSE_WORDS[open.reason]}.${note}`;
}
