import { Button, SegmentedControl } from "@mantine/core";
import type { OperationsView } from "@readroom/shared/contract/http/operations.js";
import { useEffect, useMemo, useState } from "react";
import { Link, useLocation, useSearchParams } from "react-router";
import { useMay } from "../../kernel/session";
import { useLive } from "../../kernel/socket";
import { LiveDot } from "../../ui/live-dot";
import { asShown } from "../../ui/loaded";
import { useNow } from "../../ui/now";
import { Page, Panel, Stat } from "../../ui/page";
import { EmptyState, ErrorState, OfflineState, SkeletonRows } from "../../ui/states";
import { AttributionPanel } from "../clocks/public";
import { ForecastChart, useForecast } from "../simulation/public";
import { lanesOf, totals } from "./model";
import classes from "./page.module.css";
import { DeliveriesTable } from "./parts/deliveries";
import { Lanes } from "./parts/lanes";
import { Messages } from "./parts/messages";
import { AttentionList } from "./parts/queue-list";
import { StudyCard } from "./parts/study-card";
import { useReloadOn } from "./source";
import { useBoard } from "./use-board";

/** Where an undelivered result's link leads. */
const TRAFFIC = "in-and-out";

/** The operator's first page: what is stuck, which clocks run out, who is on, what the next hours bring, and whether results arrive. */
export default function OperationsPage() {
  const { query, refresh } = useBoard();
  const live = useLive();
  useReloadOn((type) => type.startsWith("delivery.") || type === "report.signed", ["deliveries"]);
  const shown = asShown(query);
  return (
    <Page title="Operations" lead={query.data?.group.name} tools={<LiveDot live={live} />}>
      {shown.state === "loading" ? (
        <Panel title="Pools">
          <SkeletonRows rows={4} tracks="168px 1fr 372px" height={76} />
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
      {shown.state === "ready" ? <Board view={shown.value} refresh={refresh} /> : null}
      <Traffic />
    </Page>
  );
}

/** Which study's card is open stands in the address: a link from the short list leads there, and Back closes it. */
function usePicked(): [string | null, (studyId: string | null) => void] {
  const [search, setSearch] = useSearchParams();
  return [search.get("study"), (studyId) => setSearch(studyId ? { study: studyId } : {}, { preventScrollReset: true })];
}

function Board({ view, refresh }: { view: OperationsView; refresh(): void }) {
  const [picked, pick] = usePicked();
  const seesRows = useMay("worklist.read");
  const lanes = useMemo(() => lanesOf(view), [view]);
  const row = view.rows.find(({ studyId }) => studyId === picked) ?? null;
  return (
    <>
      <Figures lanes={lanes} seesRows={seesRows} />
      <Panel title={view.attention.length ? `Needs somebody (${view.attention.length})` : "Needs somebody"} flush>
        <AttentionList entries={view.attention} pools={view.pools} onCleared={refresh} />
      </Panel>
      <Panel title="Pools" flush>
        {lanes.length === 0 ? (
          <EmptyState title="No pools">An administrator sets up pools and who reads in them.</EmptyState>
        ) : (
          <Lanes lanes={lanes} seesRows={seesRows} picked={picked} onPick={pick} />
        )}
        {view.truncated ? (
          <p className={classes.truncated}>Only the first {view.rows.length} open studies are drawn.</p>
        ) : null}
      </Panel>
      <Forecast />
      <AttributionPanel choices={["pool", "site", "contract"]} days={7} />
      {seesRows ? <StudyCard studyId={picked} row={row} close={() => pick(null)} onDone={refresh} /> : null}
    </>
  );
}

function Figures({ lanes, seesRows }: { lanes: ReturnType<typeof lanesOf>; seesRows: boolean }) {
  const sum = totals(lanes, useNow(), seesRows);
  return (
    <div className={classes.stats}>
      <Stat value={sum.waiting} label="waiting" />
      <Stat value={sum.reading} label="being read" />
      <Stat value={sum.short} label="short of time" {...(sum.short ? { tone: "warn" as const } : {})} />
      <Stat value={sum.over} label="past their time" {...(sum.over ? { tone: "bad" as const } : {})} />
      <Stat value={sum.readers} label={sum.readers === 1 ? "reader on shift" : "readers on shift"} />
    </div>
  );
}

function Forecast() {
  const query = useForecast();
  return (
    <Panel
      title="The next 8 hours"
      aside={
        <Button component={Link} to="/try-out" variant="subtle" color="gray">
          Try another reader or rule
        </Button>
      }
    >
      <ForecastChart loaded={query} />
    </Panel>
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
