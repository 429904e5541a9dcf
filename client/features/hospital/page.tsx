import { Button } from "@mantine/core";
import { HospitalView } from "@readroom/shared/contract/http/hospital.js";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { api } from "../../kernel/api";
import { useMay } from "../../kernel/session";
import { useLive } from "../../kernel/socket";
import { timeOfDay } from "../../ui/format";
import { LiveDot } from "../../ui/live-dot";
import { asShown } from "../../ui/loaded";
import { Page, Panel, Stat } from "../../ui/page";
import { ErrorState, OfflineState, SkeletonRows } from "../../ui/states";
import { AttributionPanel } from "../clocks/public";
import { useReloadOnEvents } from "../operations/public";
import { percent, targetOf } from "./model";
import classes from "./page.module.css";
import { AttainmentChart, ByUrgency } from "./parts/attainment";
import { Criticals, Deliveries } from "./parts/results";
import { Studies } from "./parts/studies";

/** The hospital's own page: where its studies are, whether the contract is kept, and who acknowledged what. */
export default function HospitalPage() {
  const query = useQuery({
    queryKey: ["hospital"],
    queryFn: ({ signal }) => api.get("/api/hospital", HospitalView, { signal }),
  });
  const live = useLive();
  const mayOrder = useMay("order.write");
  useReloadOnEvents(["hospital"]);
  const shown = asShown(query);
  return (
    <Page
      title={query.data?.hospital.name ?? "Hospital"}
      lead={query.data ? leadOf(query.data) : undefined}
      tools={
        <>
          <LiveDot live={live} />
          {mayOrder ? (
            <Button component={Link} to="/orders/new" variant="default">
              New order
            </Button>
          ) : null}
        </>
      }
    >
      {shown.state === "loading" ? (
        <Panel title="Our studies now">
          <SkeletonRows rows={8} tracks="120px 1fr 2fr 1fr 1fr" height={36} />
        </Panel>
      ) : null}
      {shown.state === "error" ? (
        <ErrorState
          title="The page could not be loaded"
          error={shown.error}
          safe="Studies that were sent are being read all the same."
          onRetry={shown.retry}
        />
      ) : null}
      {shown.state === "offline" ? (
        <OfflineState onRetry={shown.retry}>
          Studies that were sent are being read all the same. A critical finding will still be called through by phone.
        </OfflineState>
      ) : null}
      {shown.state === "ready" ? <Overview view={shown.value} /> : null}
    </Page>
  );
}

function leadOf(view: HospitalView): string {
  const groups = [...new Set(view.contracts.map((contract) => contract.groupName))].join(", ");
  const until = new Map<string, string[]>();
  for (const { name, until: end } of view.onShift) {
    const time = timeOfDay(end, view.hospital.timeZone);
    until.set(time, [...(until.get(time) ?? []), name]);
  }
  const on = [...until].map(([time, names]) => `${names.join(", ")} → ${time}`).join("; ");
  return [groups ? `Read by ${groups}` : "No contract in force", on ? `on duty: ${on}` : "nobody on duty now"].join(
    " · ",
  );
}

function Overview({ view }: { view: HospitalView }) {
  const open = view.rows.filter((row) => row.claim.state !== "done");
  const late = open.filter((row) => row.clock !== null && row.clock.deadline < view.serverNow).length;
  const loops = view.criticals.filter((one) => one.acknowledgedAt === null && one.state !== "closed").length;
  const target = targetOf(view.contracts);
  const { overall } = view.attainment;
  const missed = target !== null && overall.fraction !== null && overall.fraction < target;
  return (
    <>
      <div className={classes.stats}>
        <Stat value={open.length} label="studies open" />
        <Stat value={late} label="past their time" {...(late ? { tone: "bad" as const } : {})} />
        <Stat
          value={percent(overall.fraction)}
          label={`in time, last ${view.attainment.days} days`}
          {...(target === null ? {} : { hint: `contract: ${percent(target)}` })}
          {...(missed ? { tone: "bad" as const } : {})}
        />
        <Stat
          value={overall.medianMinutes === null ? "–" : `${Math.round(overall.medianMinutes)} min`}
          label="median to report"
        />
        <Stat value={loops} label="critical, not acknowledged" {...(loops ? { tone: "bad" as const } : {})} />
      </div>
      <Panel title="Our studies now" flush>
        <Studies rows={view.rows} now={view.serverNow} />
      </Panel>
      <div className={classes.halves}>
        <Panel title="In time, by day">
          <AttainmentChart view={view} />
        </Panel>
        <Panel title="In time, by urgency" flush>
          <ByUrgency view={view} />
        </Panel>
      </div>
      <AttributionPanel choices={["site", "contract"]} days={30} />
      <Panel title="Critical results" flush>
        <Criticals view={view} />
      </Panel>
      <Panel title="Reports sent to our systems" flush>
        <Deliveries view={view} />
      </Panel>
    </>
  );
}
