import { Tooltip } from "@mantine/core";
import type { HospitalView } from "@readroom/shared/contract/http/hospital.js";
import { dateOnly } from "../../../ui/format";
import { List } from "../../../ui/list";
import { EmptyState } from "../../../ui/states";
import { UrgencyChip } from "../../../ui/urgency-chip";
import { barsOf, percent, targetOf } from "../model";
import classes from "../page.module.css";

/** Below this share a bar would be all that is seen of a good month: the axis starts here, and says so. */
const FLOOR = 70;

/** Share of reports in time by day, with the contract's line. */
export function AttainmentChart({ view }: { view: HospitalView }) {
  const bars = barsOf(view);
  const target = targetOf(view.contracts);
  if (bars.every((bar) => bar.percent === null))
    return <EmptyState title="No clock has run out yet">The first day with reports draws the first bar.</EmptyState>;
  const height = (share: number) => Math.max(0, (100 * (share - FLOOR)) / (100 - FLOOR));
  const words = `Reports in time by day, last ${bars.length} days. ${percent(view.attainment.overall.fraction)} overall${target === null ? "" : `, contract ${percent(target)}`}.`;
  return (
    <figure style={{ margin: 0 }}>
      <div className={classes.chart} role="img" aria-label={words}>
        {bars.map((bar) => (
          <Tooltip
            key={bar.day}
            openDelay={60}
            label={`${dateOnly(`${bar.day}T12:00:00`)}: ${bar.total ? `${bar.met} of ${bar.total} in time` : "nothing was due"}`}
          >
            <div className={classes.bar} data-short={bar.short} data-empty={bar.percent === null}>
              <span className={classes.fill} style={{ height: bar.percent === null ? 2 : `${height(bar.percent)}%` }} />
            </div>
          </Tooltip>
        ))}
        {target === null ? null : (
          <div className={classes.target} style={{ bottom: `${height(target * 100)}%` }}>
            <span className={classes.targetLabel}>contract {percent(target)}</span>
          </div>
        )}
      </div>
      <div className={classes.days}>
        <span>{bars[0] ? dateOnly(`${bars[0].day}T12:00:00`) : ""}</span>
        <span>axis from {FLOOR} %</span>
        <span>today</span>
      </div>
    </figure>
  );
}

export function ByUrgency({ view }: { view: HospitalView }) {
  const contract = view.contracts[0];
  return (
    <List
      label="In time, by urgency"
      loaded={{ data: view.attainment.byUrgency, error: null, refetch: () => undefined }}
      rowId={(row) => row.urgency}
      columns={[
        {
          header: "Urgency",
          render: (row) => (row.urgency === "routine" ? "routine" : <UrgencyChip level={row.urgency} />),
        },
        {
          header: "Limit",
          align: "right",
          render: (row) => (contract ? `${contract.turnaround[row.urgency]} min` : "–"),
        },
        {
          header: "Median",
          align: "right",
          render: (row) => (row.medianMinutes === null ? "–" : `${Math.round(row.medianMinutes)} min`),
        },
        { header: "In time", align: "right", render: (row) => `${row.met} of ${row.total}` },
        { header: "Share", align: "right", render: (row) => percent(row.fraction) },
      ]}
      empty={<EmptyState title="No figures yet">They come with the first reports.</EmptyState>}
    />
  );
}
