import { CompositeChart } from "@mantine/charts";
import type { ForecastView } from "@readroom/shared/contract/http/simulation.js";
import "@mantine/charts/styles.css";
import { timeOfDay } from "../../../ui/format";
import { asShown, type Loaded } from "../../../ui/loaded";
import { EmptyState, ErrorState, OfflineState, SkeletonRows } from "../../../ui/states";
import classes from "./forecast.module.css";

/** The coming hours: how many will wait, with the band that nine of ten simulated nights stay in, how many at risk, and who is on. */
export function ForecastChart({ loaded }: { loaded: Loaded<ForecastView> }) {
  const shown = asShown(loaded);
  switch (shown.state) {
    case "loading":
      return <SkeletonRows rows={6} tracks="1fr" height={32} />;
    case "error":
      return <ErrorState title="The forecast could not be computed" error={shown.error} onRetry={shown.retry} />;
    case "offline":
      return <OfflineState onRetry={shown.retry}>The forecast comes back with the connection.</OfflineState>;
    case "ready":
      return <Chart view={shown.value} />;
  }
}

function Chart({ view }: { view: ForecastView }) {
  const { hours, timeZone, waitingNow, basis } = view;
  const worst = hours.reduce(
    (most, hour) => (hour.queue.mean > most.queue.mean ? hour : most),
    hours[0] as ForecastView["hours"][number],
  );
  if (hours.length === 0) return <EmptyState title="No forecast">There are no hours to look at.</EmptyState>;
  const rows = [
    { time: "now", waiting: waitingNow, band: [waitingNow, waitingNow], risk: 0 },
    ...hours.map(({ at, queue, atRisk }) => ({
      time: timeOfDay(at, timeZone),
      waiting: queue.mean,
      band: [queue.low, queue.high],
      risk: atRisk.mean,
    })),
  ];
  return (
    <figure className={classes.figure}>
      <div
        role="img"
        aria-label={`${waitingNow} studies wait now; most are expected at ${timeOfDay(worst.at, timeZone)}: ${Math.round(worst.queue.mean)}`}
      >
        <CompositeChart
          h={200}
          data={rows}
          dataKey="time"
          series={[
            { name: "band", label: "9 of 10 within", color: "teal.3", type: "area" },
            { name: "waiting", label: "Waiting", color: "teal.6", type: "line" },
            { name: "risk", label: "At risk", color: "orange.5", type: "line", strokeDasharray: "6 4" },
          ]}
          curveType="monotone"
          withDots={false}
          withLegend
          areaProps={{ fillOpacity: 0.15, strokeOpacity: 0 }}
          composedChartProps={{ accessibilityLayer: false }}
          tickLine="none"
          gridAxis="x"
        />
      </div>
      <Hours view={view} />
      <figcaption className={classes.basis}>
        {basis} Means of {view.seeds} simulated runs with the present roster.
      </figcaption>
    </figure>
  );
}

/** The same in figures, to check: an hour each. */
function Hours({ view: { hours, timeZone } }: { view: ForecastView }) {
  const share = (value: number | null) => (value === null ? "–" : `${Math.round(value * 100)} %`);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={classes.scroll} tabIndex={0} aria-label="Forecast by the hour">
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Until</th>
            {hours.map(({ at }) => (
              <th key={at} scope="col">
                {timeOfDay(at, timeZone)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">Arriving</th>
            {hours.map(({ at, arriving }) => (
              <td key={at}>{arriving}</td>
            ))}
          </tr>
          <tr>
            <th scope="row">Readers on shift</th>
            {hours.map(({ at, readers }) => (
              <td key={at} data-none={readers === 0}>
                {readers}
              </td>
            ))}
          </tr>
          <tr>
            <th scope="row">Waiting</th>
            {hours.map(({ at, queue }) => (
              <td key={at}>
                {Math.round(queue.mean)}
                <span className={classes.band}>
                  {" "}
                  {queue.low}–{queue.high}
                </span>
              </td>
            ))}
          </tr>
          <tr>
            <th scope="row">Past their time</th>
            {hours.map(({ at, late }) => (
              <td key={at}>{Math.round(late.mean)}</td>
            ))}
          </tr>
          <tr>
            <th scope="row">In time, of those due</th>
            {hours.map(({ at, attainment }) => (
              <td key={at}>{share(attainment)}</td>
            ))}
          </tr>
        </tbody>
      </table>
    </section>
  );
}
