import { SegmentedControl } from "@mantine/core";
import { useEffect, useState } from "react";
import { useLocation } from "react-router";
import { useMay } from "../../kernel/session";
import { useLive } from "../../kernel/socket";
import { LiveDot } from "../../ui/live-dot";
import { asShown } from "../../ui/loaded";
import { useNow } from "../../ui/now";
import { Page, Panel, Stat } from "../../ui/page";
import { EmptyState, ErrorState, OfflineState, SkeletonRows } from "../../ui/states";
import { lanesOf, totals } from "./model";
import classes from "./page.module.css";
import { DeliveriesTable } from "./parts/deliveries";
import { Lanes } from "./parts/lanes";
import { Messages } from "./parts/messages";
import { AttentionList } from "./parts/queue-list";
import { useOperations, useReloadOnEvents } from "./source";

/** Where an undelivered result's link leads. */
const TRAFFIC = "in-and-out";

/** The operator's first page: what is stuck, which clocks run out, who is on, and whether results arrive. */
export default function OperationsPage() {
  const query = useOperations();
  const live = useLive();
  useReloadOnEvents(["operations"], ["deliveries"]);
  const shown = asShown(query);
  return (
    <Page title="Operations" lead={query.data?.group.name} tools={<LiveDot live={live} />}>
      {shown.state === "loading" ? (
        <Panel title="Pools">
          <SkeletonRows rows={4} tracks="156px 1fr 272px" height={68} />
        </Panel>
      ) : null}
      {shown.state === "error" ? (
        <ErrorState title="The board could not be loaded" error={shown.error} onRetry={shown.retry} />
      ) : null}
      {shown.state === "offline" ? (
        <OfflineState onRetry={shown.retry}>
          Readers go on with what they hold; the board comes back with the connection.
        </OfflineState>
      ) : null}
      {shown.state === "ready" ? <Board view={shown.value} /> : null}
      <Traffic />
    </Page>
  );
}

function Board({ view }: { view: NonNullable<ReturnType<typeof useOperations>["data"]> }) {
  const now = useNow();
  const lanes = lanesOf(view);
  const sum = totals(lanes, now);
  return (
    <>
      <div className={classes.stats}>
        <Stat value={sum.waiting} label="waiting" />
        <Stat value={sum.reading} label="being read" />
        <Stat value={sum.short} label="short of time" {...(sum.short ? { tone: "warn" as const } : {})} />
        <Stat value={sum.over} label="past their time" {...(sum.over ? { tone: "bad" as const } : {})} />
        <Stat value={sum.readers} label={sum.readers === 1 ? "reader on shift" : "readers on shift"} />
      </div>
      <Panel title={view.attention.length ? `Needs somebody (${view.attention.length})` : "Needs somebody"} flush>
        <AttentionList entries={view.attention} />
      </Panel>
      <Panel title="Pools" flush>
        {lanes.length === 0 ? (
          <EmptyState title="No pools">An administrator sets up pools and who reads in them.</EmptyState>
        ) : (
          <Lanes lanes={lanes} />
        )}
      </Panel>
    </>
  );
}

function Traffic() {
  const deliveries = useMay("delivery.read");
  const messages = useMay("message.read");
  const [tab, setTab] = useState(deliveries ? "deliveries" : "messages");
  const { hash, key } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` makes the same link lead here a second time
  useEffect(() => {
    if (hash === `#${TRAFFIC}`) document.getElementById(TRAFFIC)?.scrollIntoView({ block: "start" });
  }, [hash, key]);
  if (!deliveries && !messages) return null;
  const tabs = [
    ...(deliveries ? [{ value: "deliveries", label: "Deliveries" }] : []),
    ...(messages ? [{ value: "messages", label: "Messages" }] : []),
  ];
  return (
    <Panel
      id={TRAFFIC}
      title="In and out"
      flush
      aside={<SegmentedControl aria-label="What to show" data={tabs} value={tab} onChange={setTab} />}
    >
      {tab === "deliveries" ? <DeliveriesTable /> : <Messages />}
    </Panel>
  );
}
