import { useNavigate, useParams } from "react-router";
import { asShown } from "../../ui/loaded";
import { Page, Panel } from "../../ui/page";
import { ErrorState, OfflineState, SkeletonRows } from "../../ui/states";
import { ComparisonView } from "./parts/comparison";
import { ForecastChart } from "./parts/forecast-chart";
import { NewTryOut } from "./parts/new";
import { Past } from "./parts/past";
import { Running } from "./parts/running";
import { useForecast, useSimulation, useSimulations } from "./source";

/** Where an operator tries rules, pools and shifts before they go live, and sees what the next hours bring. */
export default function TryOutPage() {
  const { "*": id = "" } = useParams();
  const navigate = useNavigate();
  const list = useSimulations();
  const open = (to: string) => navigate(to ? `/try-out/${to}` : "/try-out");
  return (
    // Another try-out starts at its top.
    <Page
      key={id}
      title="Try-out"
      lead="See what a change would do before anybody lives with it. Nothing here changes the hub."
    >
      {id ? <One id={id} onClose={() => open("")} /> : null}
      {id ? null : (
        <>
          <Next />
          <Panel title="Try a change">
            <NewTryOut choices={list.data?.choices} onStarted={open} />
          </Panel>
        </>
      )}
      <Panel title="Try-outs" flush>
        <Past loaded={list} onOpen={open} />
      </Panel>
    </Page>
  );
}

function Next() {
  return (
    <Panel title="The next 8 hours">
      <ForecastChart loaded={useForecast()} />
    </Panel>
  );
}

function One({ id, onClose }: { id: string; onClose: () => void }) {
  const query = useSimulation(id);
  const shown = asShown(query);
  switch (shown.state) {
    case "loading":
      return <SkeletonRows rows={8} tracks="1fr 1fr 1fr" height={48} />;
    case "error":
      return <ErrorState title="The try-out could not be loaded" error={shown.error} onRetry={shown.retry} />;
    case "offline":
      return <OfflineState onRetry={shown.retry}>What was computed is kept on the hub.</OfflineState>;
    case "ready":
      return (
        <>
          <Running simulation={shown.value.simulation} onClose={onClose} />
          {shown.value.result ? <ComparisonView result={shown.value.result} /> : null}
        </>
      );
  }
}
