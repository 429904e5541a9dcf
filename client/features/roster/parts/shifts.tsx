import { Button, Group } from "@mantine/core";
import type { RosterWeek, ShiftView } from "@readroom/shared/contract/http/roster.js";
import { addDays } from "@readroom/shared/domain/roster/zone.js";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useState } from "react";
import { serverClock } from "../../../kernel/clock";
import { useMay, useSignedIn } from "../../../kernel/session";
import { dateOnly } from "../../../ui/format";
import { asShown } from "../../../ui/loaded";
import { Panel } from "../../../ui/page";
import { EmptyState, ErrorState, OfflineState, SkeletonRows } from "../../../ui/states";
import { mondayOf } from "../model";
import classes from "../page.module.css";
import { useWeek } from "../source";
import { Cover } from "./cover";
import { Patterns } from "./patterns";
import { Requests } from "./requests";
import { ShiftDialog } from "./shift-dialog";
import { PatternForm, ShiftForm } from "./shift-forms";
import { WeekGrid } from "./week-grid";

/** Who is on when: a week by reader, and by pool where nobody is. */
export function Shifts() {
  const { timeZone } = useSignedIn().organisation;
  const [from, setFrom] = useState(() => mondayOf(serverClock.now(), timeZone));
  const shown = asShown(useWeek(from));
  switch (shown.state) {
    case "loading":
      return <SkeletonRows rows={8} tracks="160px 1fr" height={40} />;
    case "error":
      return <ErrorState title="The shifts could not be loaded" error={shown.error} onRetry={shown.retry} />;
    case "offline":
      return <OfflineState onRetry={shown.retry}>Shifts that are laid out hold all the same.</OfflineState>;
    case "ready":
      return <Week week={shown.value} onMove={setFrom} />;
  }
}

function Week({ week, onMove }: { week: RosterWeek; onMove: (from: string) => void }) {
  const may = useMay("roster.write");
  const [adding, setAdding] = useState<"shift" | "pattern" | null>(null);
  const [picked, setPicked] = useState<ShiftView | null>(null);
  const thisWeek = mondayOf(serverClock.now(), week.timeZone);
  return (
    <div className={classes.sections}>
      <Panel
        title={`Week of ${dateOnly(week.from.replaceAll("-", ""))}`}
        flush
        aside={
          <Group gap={8}>
            <Button variant="default" aria-label="The week before" onClick={() => onMove(addDays(week.from, -7))}>
              <IconChevronLeft size={14} aria-hidden="true" />
            </Button>
            <Button variant="default" disabled={week.from === thisWeek} onClick={() => onMove(thisWeek)}>
              This week
            </Button>
            <Button variant="default" aria-label="The week after" onClick={() => onMove(addDays(week.from, 7))}>
              <IconChevronRight size={14} aria-hidden="true" />
            </Button>
            {may ? (
              <>
                <Button variant="default" onClick={() => setAdding("shift")}>
                  Add a shift
                </Button>
                <Button onClick={() => setAdding("pattern")}>Add recurring shifts</Button>
              </>
            ) : null}
          </Group>
        }
      >
        {week.readers.length === 0 ? (
          <EmptyState title="No readers yet">Make their profiles under People &amp; credentials first.</EmptyState>
        ) : (
          <WeekGrid week={week} onPick={setPicked} />
        )}
      </Panel>
      <Cover week={week} />
      <Requests requests={week.requests} />
      <Patterns week={week} />
      {adding === "shift" ? <ShiftForm week={week} onClose={() => setAdding(null)} /> : null}
      {adding === "pattern" ? <PatternForm week={week} onClose={() => setAdding(null)} /> : null}
      {picked ? <ShiftDialog shift={picked} week={week} onClose={() => setPicked(null)} /> : null}
    </div>
  );
}
