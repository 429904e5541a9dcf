import { Alert, Button, Group, Select, TextInput } from "@mantine/core";
import type { DraftView, ExplanationView, ReplayView, TryView } from "@readroom/shared/contract/http/routing.js";
import { type FormEvent, useState } from "react";
import { asHubError, type HubError } from "../../../kernel/api";
import { List } from "../../../ui/list";
import { Panel, Stat } from "../../../ui/page";
import { EmptyState } from "../../../ui/states";
import { ComparisonView, startSimulation, useSimulation } from "../../simulation/public";
import classes from "../page.module.css";
import { replayDays, tryOn, useTryStudies } from "../source";
import { DecisionFacts, Rules } from "./explanation";

/** The draft before it takes effect: on one study, on the last week's decisions, and as a night's or week's work. */
export function TryOut({ draft }: { draft: DraftView }) {
  return (
    <div className={classes.stack}>
      <OneStudy key={draft.revision} />
      <LastWeek key={`week-${draft.revision}`} />
      <Simulated />
    </div>
  );
}

/** Runs something once at a time, with its answer or the hub's words. */
function useAsked<Answer>() {
  const [state, setState] = useState<{ busy: boolean; answer: Answer | null; error: HubError | null }>({
    ...{ busy: false, answer: null, error: null },
  });
  const ask = async (act: () => Promise<Answer>) => {
    setState((was) => ({ ...was, busy: true, error: null }));
    try {
      setState({ busy: false, answer: await act(), error: null });
    } catch (thrown) {
      setState({ busy: false, answer: null, error: asHubError(thrown) });
    }
  };
  return { ...state, ask };
}

const Refused = ({ error }: { error: HubError | null }) =>
  error ? (
    <Alert color="red" variant="light" role="alert">
      {[error.message, error.action].filter(Boolean).join(" ")}
    </Alert>
  ) : null;

function OneStudy() {
  const studies = useTryStudies();
  const [accession, setAccession] = useState("");
  const { busy, answer, error, ask } = useAsked<TryView>();
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (accession.trim()) void ask(() => tryOn({ accessionNumber: accession.trim() }));
  };
  return (
    <Panel title="On one study">
      <form className={classes.ask} onSubmit={send}>
        <TextInput
          label="Accession number"
          value={accession}
          onChange={(event) => setAccession(event.currentTarget.value)}
        />
        <Button type="submit" loading={busy}>
          Try on it
        </Button>
        <Select
          label="Or a recent study"
          placeholder="pick one"
          data={(studies.data?.studies ?? []).map(({ id, accessionNumber, procedure, site }) => ({
            value: id,
            label: [procedure, accessionNumber, site].filter(Boolean).join(" · "),
          }))}
          value={null}
          onChange={(studyId) => studyId && void ask(() => tryOn({ studyId }))}
        />
      </form>
      <Refused error={error} />
      {answer ? <Beside view={answer} /> : null}
    </Panel>
  );
}

function Beside({ view }: { view: TryView }) {
  const { study, now, draft, same } = view;
  return (
    <>
      <p className={classes.sentence}>
        <strong>{[study.procedure, study.accessionNumber, study.site].filter(Boolean).join(" · ")}</strong>
        {same ? ": the draft changes nothing for it." : ""}
      </p>
      <div className={classes.sides}>
        <Side title="In effect" decision={now} />
        <Side title="With the draft" decision={draft} />
      </div>
    </>
  );
}

const Side = ({ title, decision }: { title: string; decision: ExplanationView }) => (
  <section className={classes.side} aria-label={title}>
    <h3 className={classes.small}>{title}</h3>
    <p className={classes.sentence}>{decision.summary}</p>
    <DecisionFacts decision={decision} />
    <Rules rules={decision.rules} />
  </section>
);

function LastWeek() {
  const { busy, answer, error, ask } = useAsked<ReplayView>();
  return (
    <Panel
      title="On the last week’s decisions"
      aside={
        <Button variant="default" loading={busy} onClick={() => void ask(() => replayDays(7))}>
          Compare
        </Button>
      }
    >
      <Refused error={error} />
      {answer ? (
        <Replayed view={answer} />
      ) : (
        <p className={classes.soft}>
          Every decision of the last seven days again, on what was known then, with today’s readers, pools and
          contracts.
        </p>
      )}
    </Panel>
  );
}

function Replayed({ view }: { view: ReplayView }) {
  if (view.studies === 0)
    return <EmptyState title="No decisions in the last week">Try again when studies have come in.</EmptyState>;
  const rows = [
    ...view.pools.map((row) => ({ ...row, what: row.name })),
    ...view.urgencies.map((row) => ({ ...row, what: row.name })),
    { what: "Nobody can read it", name: "nobody", ...view.unroutable },
  ];
  return (
    <div className={classes.stack}>
      <div className={classes.stats}>
        <Stat value={view.studies.toLocaleString()} label={view.truncated ? "studies, the latest" : "studies"} />
        <Stat value={view.elsewhere.toLocaleString()} label="would go elsewhere" />
        <Stat value={view.otherUrgency.toLocaleString()} label="would be of another urgency" />
        <Stat
          value={view.unroutable.after.toLocaleString()}
          label="nobody could read"
          {...(view.unroutable.after > view.unroutable.before ? { tone: "bad" as const } : {})}
        />
      </div>
      <List
        label="Studies by pool and urgency"
        loaded={{ data: rows, error: null, refetch: () => undefined }}
        rowId={(row) => row.name}
        columns={[
          { header: "Pool or urgency", wide: true, render: (row) => row.what },
          { header: "In effect", align: "right", render: (row) => row.before.toLocaleString() },
          { header: "Draft", align: "right", render: (row) => row.after.toLocaleString() },
          { header: "Difference", align: "right", render: (row) => signed(row.after - row.before) },
        ]}
        empty={null}
      />
      {view.examples.length > 0 ? (
        <List
          label="Examples"
          loaded={{ data: view.examples, error: null, refetch: () => undefined }}
          rowId={(example) => example.studyId}
          columns={[
            { header: "Examples", wide: true, render: (example) => example.procedure || "–" },
            { header: "Accession", render: (example) => example.accessionNumber || "–" },
            { header: "In effect", render: (example) => example.before },
            { header: "Draft", render: (example) => example.after },
          ]}
          empty={null}
        />
      ) : null}
    </div>
  );
}

const signed = (difference: number): string =>
  difference > 0 ? `+${difference}` : difference < 0 ? `−${-difference}` : "0";

function Simulated() {
  const [id, setId] = useState<string | null>(null);
  const { busy, error, ask } = useAsked<unknown>();
  const simulation = useSimulation(id);
  const running = simulation.data?.simulation.state === "running";
  const start = () =>
    ask(async () => {
      const started = await startSimulation({ name: "Draft of the rules", rules: "draft" });
      setId(started.id);
      return started;
    });
  return (
    <Panel
      title="As a week’s work"
      aside={
        <Button variant="default" loading={busy || running} onClick={() => void start()}>
          Simulate
        </Button>
      }
    >
      <Refused error={error} />
      {simulation.data?.result ? (
        <ComparisonView result={simulation.data.result} />
      ) : (
        <Group>
          <p className={classes.soft}>
            {running
              ? `Simulating… ${Math.round((simulation.data?.simulation.progress ?? 0) * 100)} %`
              : "Last week’s traffic through the draft, with the roster as it is: attainment, queues and load beside what happened."}
          </p>
        </Group>
      )}
    </Panel>
  );
}
