import { LineChart } from "@mantine/charts";
import type { SimulationResult } from "@readroom/shared/contract/http/simulation.js";
import { URGENCIES } from "@readroom/shared/domain/urgency.js";
import "@mantine/charts/styles.css";
import { useState } from "react";
import { dateTime, timeOfDay } from "../../../ui/format";
import { List } from "../../../ui/list";
import { Panel } from "../../../ui/page";
import { EmptyState } from "../../../ui/states";
import { type Column, contractsOf, difference, minutes, percent, queueRows, readersOf, tallyOf } from "../model";
import classes from "./comparison.module.css";

const LINES = ["teal.6", "orange.5", "grape.5"] as const;
const DASHES = ["0", "6 4", "2 3"] as const;
const DAY = 86_400_000;
const FEW = 8;

/** What several policies, or the past and a draft, make of the same studies: figures side by side, the first column being the measure. */
export function ComparisonView({ result }: { result: SimulationResult }) {
  const { columns, from, until, timeZone, basis } = result;
  if (columns.length === 0) return <EmptyState title="No figures">The try-out ended without a result.</EmptyState>;
  return (
    <div className={classes.view}>
      <p className={classes.basis}>
        {basis} {dateTime(from, timeZone)} to {dateTime(until, timeZone)} ({timeZone}).
      </p>
      <Headline columns={columns} />
      <Queue columns={columns} span={until - from} timeZone={timeZone} />
      <Contracts columns={columns} />
      <Readers columns={columns} />
      <Unread columns={columns} />
      <Longest columns={columns} timeZone={timeZone} />
    </div>
  );
}

/** The figures that decide, one column each. */
function Headline({ columns }: { columns: readonly Column[] }) {
  const first = columns[0]?.outcome;
  return (
    <div className={classes.columns} data-count={columns.length}>
      {columns.map(({ key, title, outcome }, n) => (
        <section key={key} className={classes.column} aria-label={title}>
          <h3 className={classes.title}>
            <LineSample n={n} />
            {title}
          </h3>
          <p className={classes.big}>
            {percent(outcome.all)}
            <span className={classes.unit}>in time</span>
            {n > 0 ? <Change by={difference(outcome.all.attainment, first?.all.attainment, "points")} /> : null}
          </p>
          <dl className={classes.facts}>
            <Fact
              name="Mean turnaround"
              value={minutes(outcome.all.turnaround.mean)}
              by={n > 0 ? difference(outcome.all.turnaround.mean, first?.all.turnaround.mean, "min") : ""}
            />
            <Fact
              name="Median, 95 of 100 within"
              value={`${minutes(outcome.all.turnaround.median)}, ${minutes(outcome.all.turnaround.p95)}`}
            />
            {URGENCIES.map((urgency) => {
              const tally = tallyOf(outcome, urgency);
              if (!tally) return null;
              return (
                <Fact
                  key={urgency}
                  name={`${urgency} (${tally.read.toLocaleString()})`}
                  value={`${percent(tally)}, ${minutes(tally.turnaround.mean)}`}
                />
              );
            })}
            <Fact name="Most waiting at once" value={outcome.queue.peak.toLocaleString()} />
            <Fact name="Left over at the end" value={outcome.waiting.toLocaleString()} />
            <Fact name="Nobody could read" value={outcome.unreadable.toLocaleString()} />
          </dl>
        </section>
      ))}
    </div>
  );
}

function Fact({ name, value, by = "" }: { name: string; value: string; by?: string }) {
  return (
    <div className={classes.fact}>
      <dt>{name}</dt>
      <dd className="rr-num">
        {value}
        {by ? <Change by={by} /> : null}
      </dd>
    </div>
  );
}

const Change = ({ by }: { by: string }) => (by ? <span className={classes.change}>{by}</span> : null);

/** The column's line as it is drawn in the chart: colour and dashes both say which it is. */
function LineSample({ n }: { n: number }) {
  return (
    <svg width="22" height="8" aria-hidden="true" className={classes.sample} data-n={n}>
      <line x1="1" y1="4" x2="21" y2="4" strokeWidth="2" strokeDasharray={DASHES[n] ?? "0"} />
    </svg>
  );
}

function Queue({ columns, span, timeZone }: { columns: readonly Column[]; span: number; timeZone: string }) {
  const when = (at: number) => (span > 2 * DAY ? dateTime(at, timeZone) : timeOfDay(at, timeZone));
  const peaks = columns.map(({ title, outcome }) => `${title} at most ${outcome.queue.peak}`).join(", ");
  return (
    <Panel title="Studies waiting">
      <div role="img" aria-label={`Studies waiting over time: ${peaks}`}>
        <LineChart
          h={220}
          data={queueRows(columns, when)}
          dataKey="time"
          series={columns.map(({ title }, n) => ({
            name: title,
            color: LINES[n] ?? "gray.5",
            strokeDasharray: DASHES[n] ?? "0",
          }))}
          curveType="stepAfter"
          withDots={false}
          strokeWidth={2}
          lineChartProps={{ accessibilityLayer: false }}
          xAxisProps={{ minTickGap: 48 }}
          tickLine="none"
          gridAxis="x"
        />
      </div>
    </Panel>
  );
}

/** Share in time of each contract as a bar, with the target drawn in. */
function Contracts({ columns }: { columns: readonly Column[] }) {
  const all = contractsOf(columns);
  const [whole, setWhole] = useState(false);
  const shown = whole ? all : all.slice(0, FEW);
  if (all.length === 0) return null;
  return (
    <Panel
      title="In time, by contract"
      aside={
        all.length > FEW ? (
          <button type="button" className={classes.more} onClick={() => setWhole(!whole)}>
            {whole ? "Fewer" : `All ${all.length}`}
          </button>
        ) : null
      }
    >
      <ul className={classes.contracts}>
        {shown.map(({ name, target, tallies }) => (
          <li key={name} className={classes.contract}>
            <span className={classes.name}>{name}</span>
            <span className={classes.bars}>
              {tallies.map((tally, n) => (
                <span key={columns[n]?.key} className={classes.bar}>
                  <span className={classes.track} aria-hidden="true">
                    <span className={classes.fill} data-n={n} style={{ width: `${(tally?.attainment ?? 0) * 100}%` }} />
                    <span className={classes.target} style={{ left: `${target * 100}%` }} />
                  </span>
                  <span className={`${classes.value} rr-num`} data-missed={(tally?.attainment ?? 1) < target}>
                    <span className="rr-visually-hidden">{columns[n]?.title}: </span>
                    {percent(tally)}
                    {(tally?.attainment ?? 1) < target ? (
                      <span className={classes.missed}> below {Math.round(target * 100)} %</span>
                    ) : null}
                  </span>
                </span>
              ))}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Readers({ columns }: { columns: readonly Column[] }) {
  const rows = readersOf(columns);
  return (
    <Panel title="Readers" flush>
      <List
        label="Readers"
        loaded={{ data: rows, error: null, refetch: () => undefined }}
        rowId={({ name }) => name}
        empty={<EmptyState title="Nobody at work">No reader had a shift in this span.</EmptyState>}
        columns={[
          { header: "Reader", wide: true, render: ({ name }) => name },
          ...columns.map(({ title }, n) => ({
            header: title,
            render: ({ loads }: (typeof rows)[number]) => <Load load={loads[n]} n={n} />,
          })),
        ]}
      />
    </Panel>
  );
}

function Load({ load, n }: { load: ReturnType<typeof readersOf>[number]["loads"][number]; n: number }) {
  if (!load || (load.hoursAtWork === 0 && load.reads === 0)) return <span className={classes.quiet}>not at work</span>;
  const share = Math.round(load.utilisation * 100);
  return (
    <span className={classes.load}>
      <span className={classes.loadTrack} aria-hidden="true">
        <span className={classes.fill} data-n={n} style={{ width: `${Math.min(100, share)}%` }} />
      </span>
      <span className="rr-num">
        {share} % busy, {load.reads.toLocaleString()} read, {load.rvuPerHour} RVU/h
      </span>
    </span>
  );
}

function Unread({ columns }: { columns: readonly Column[] }) {
  const rows = columns.flatMap(({ title, outcome }) => outcome.nobody.map((entry) => ({ ...entry, title })));
  if (rows.length === 0) return null;
  return (
    <Panel title="Nobody could read these" flush>
      <List
        label="Studies that nobody could read"
        loaded={{ data: rows, error: null, refetch: () => undefined }}
        rowId={({ title, reason }) => `${title} ${reason}`}
        empty={null}
        columns={[
          { header: "Why", wide: true, render: ({ reason }) => reason },
          { header: "Where", render: ({ title }) => title },
          { header: "Studies", align: "right", render: ({ count }) => count.toLocaleString() },
          {
            header: "Such as",
            render: ({ example, sites }) =>
              `${example}, ${sites.slice(0, 2).join(", ")}${sites.length > 2 ? " …" : ""}`,
          },
        ]}
      />
    </Panel>
  );
}

function Longest({ columns, timeZone }: { columns: readonly Column[]; timeZone: string }) {
  const last = columns.at(-1);
  const rows = (last?.outcome.longest ?? []).filter(({ lateMinutes }) => lateMinutes !== null && lateMinutes > 0);
  if (!last || rows.length === 0) return null;
  return (
    <Panel title={`Latest of all: ${last.title}`} flush>
      <List
        label="Studies that were latest"
        loaded={{ data: rows, error: null, refetch: () => undefined }}
        rowId={({ readableAt, site, what }) => `${readableAt} ${site} ${what}`}
        empty={null}
        columns={[
          { header: "Study", wide: true, render: ({ what }) => what },
          { header: "From", render: ({ site }) => site },
          { header: "Urgency", render: ({ urgency }) => urgency },
          { header: "Complete", render: ({ readableAt }) => dateTime(readableAt, timeZone) },
          { header: "Waited", align: "right", render: ({ waitedMinutes }) => minutes(waitedMinutes) },
          { header: "Late by", align: "right", render: ({ lateMinutes }) => minutes(lateMinutes ?? 0) },
        ]}
      />
    </Panel>
  );
}
