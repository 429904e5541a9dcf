import { Button, SegmentedControl } from "@mantine/core";
import type { FairnessReader, FairnessView } from "@readroom/shared/contract/http/fairness.js";
import { PERIODS, type Period } from "@readroom/shared/domain/fairness.js";
import { IconScale } from "@tabler/icons-react";
import { useState } from "react";
import { useMay } from "../../kernel/session";
import { dateTime } from "../../ui/format";
import { List, type ListColumn } from "../../ui/list";
import { mapLoaded } from "../../ui/loaded";
import { Page, Panel, Stat } from "../../ui/page";
import { EmptyState } from "../../ui/states";
import { balanceInWords, barOf, minutesInWords, ordered, PERIOD_WORDS } from "./model";
import classes from "./page.module.css";
import { Entries } from "./parts/entries";
import { RvuEditor } from "./parts/rvu-editor";
import { useFairness } from "./source";

/** How the work is shared, what was passed over and how long it waited for it: for the readers themselves. */
export default function FairnessPage() {
  const [period, setPeriod] = useState<Period>("tonight");
  const [reader, setReader] = useState<string | null>(null);
  const [table, setTable] = useState(false);
  const query = useFairness(period);
  const edits = useMay("rule.write");
  const view = query.data;
  return (
    <Page
      title="Fairness"
      lead="How the group shares its work. A study counts as passed over where it clearly stood first and could have been read by whoever chose another from the list; asking for the next study passes over nothing."
      tools={
        <>
          <SegmentedControl
            aria-label="Period"
            value={period}
            data={PERIODS.map((value) => ({ value, label: PERIOD_WORDS[value] }))}
            onChange={(value) => setPeriod(PERIODS.find((one) => one === value) ?? "tonight")}
          />
          <Button variant="default" onClick={() => setTable(true)}>
            {edits ? "Edit the work values" : "Work values"}
          </Button>
        </>
      }
    >
      {view ? <Summary view={view} /> : null}
      <Panel
        title="Readers"
        flush
        {...(view ? { aside: <span className={classes.quiet}>since {dateTime(view.from)}</span> } : {})}
      >
        <List<FairnessReader>
          label="Readers"
          loaded={mapLoaded(query, (value) => ordered(value.readers, value.me))}
          rowId={(one) => one.id}
          onPick={(one) => setReader(one.id)}
          empty={
            <EmptyState icon={<IconScale size={26} stroke={1.4} />} title="No readers yet">
              Readers show here once an administrator has given them a reader's profile.
            </EmptyState>
          }
          columns={columnsOf(view)}
        />
      </Panel>
      <Entries reader={reader} period={period} close={() => setReader(null)} />
      <RvuEditor opened={table} edits={edits} close={() => setTable(false)} />
    </Page>
  );
}

function Summary({ view }: { view: FairnessView }) {
  const sum = (of: (reader: FairnessReader) => number) => view.readers.reduce((all, one) => all + of(one), 0);
  return (
    <div className={classes.stats}>
      <Stat value={sum((one) => one.reads)} label="studies signed" />
      <Stat value={sum((one) => one.rvu).toFixed(1)} label="work (RVU)" />
      <Stat
        value={view.mean.rvuPerHour === null ? "–" : view.mean.rvuPerHour.toFixed(1)}
        label="RVU an hour, the group's mean"
      />
      <Stat value={sum((one) => one.passedOver)} label="passed over" />
      <Stat value={sum((one) => one.returned)} label="put back with a reason" />
    </div>
  );
}

function columnsOf(view: FairnessView | undefined): ListColumn<FairnessReader>[] {
  const longest = Math.max(0, ...(view?.readers ?? []).map(({ rvuPerHour }) => rvuPerHour ?? 0));
  const mean = view?.mean.rvuPerHour ?? null;
  return [
    {
      header: "Reader",
      render: (one) => (
        <span className={classes.name}>
          {one.name}
          {one.id === view?.me ? <span className={classes.you}>you</span> : null}
        </span>
      ),
    },
    { header: "Signed", align: "right", render: (one) => one.reads },
    { header: "RVU", align: "right", render: (one) => one.rvu.toFixed(1) },
    { header: "Hours on shift", align: "right", render: (one) => one.hours.toFixed(1) },
    { header: "RVU an hour", render: (one) => <Bar value={one.rvuPerHour} longest={longest} mean={mean} /> },
    { header: "Against the mean", render: (one) => balanceInWords(one.balance, one.hours) },
    { header: "Chosen from the list", align: "right", render: (one) => one.picked },
    { header: "Passed over", align: "right", render: (one) => one.passedOver },
    {
      header: "They waited",
      align: "right",
      render: (one) => (one.medianWaitMs === null ? "–" : minutesInWords(one.medianWaitMs)),
    },
    { header: "Put back", align: "right", render: (one) => one.returned + one.expired },
  ];
}

/** The line in it is the group's mean; the figure stands beside it. */
function Bar({ value, longest, mean }: { value: number | null; longest: number; mean: number | null }) {
  if (value === null) return <span className={classes.quiet}>not on shift</span>;
  return (
    <span className={classes.bar}>
      <span className={classes.track} aria-hidden="true">
        <span className={classes.fill} style={{ width: `${barOf(value, longest)}%` }} />
        {mean !== null && longest > 0 ? (
          <span className={classes.mean} style={{ left: `${Math.min(100, (mean / longest) * 100)}%` }} />
        ) : null}
      </span>
      {value.toFixed(1)}
    </span>
  );
}
