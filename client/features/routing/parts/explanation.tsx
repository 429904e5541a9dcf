import type { ExplanationView, WhyView } from "@readroom/shared/contract/http/routing.js";
import { useState } from "react";
import { asHubError } from "../../../kernel/api";
import classes from "../page.module.css";
import { useWhy } from "../source";

/**
 * Why a study is where it is: one sentence, the rest on demand. `summary` is what the list knows already; `mark` changes when the study
 * is decided anew. For the worklist's preview and the operations board.
 */
export function RoutingExplanation({ studyId, summary, mark }: { studyId: string; summary: string; mark: string }) {
  const [full, setFull] = useState(false);
  const why = useWhy(studyId, mark, full);
  return (
    <div className={classes.explanation}>
      <p className={classes.sentence}>{summary || "No rule has decided about it yet."}</p>
      <button type="button" className={classes.disclose} aria-expanded={full} onClick={() => setFull((was) => !was)}>
        {full ? "less" : "in full"}
      </button>
      {full && why.data ? <InFull why={why.data} /> : null}
      {full && why.error ? <p className={classes.soft}>{asHubError(why.error).message}</p> : null}
    </div>
  );
}

function InFull({ why }: { why: WhyView }) {
  const version =
    why.decidedUnder === null
      ? ""
      : why.decidedUnder === 0
        ? " by the hub’s own rules"
        : ` by version ${why.decidedUnder} of the rules`;
  return (
    <>
      {why.decidedAt ? (
        <p className={classes.soft}>
          Decided {new Date(why.decidedAt).toLocaleString()}
          {version}.
        </p>
      ) : null}
      <DecisionFacts decision={why} />
      <Rules rules={why.rules} />
      {why.me ? (
        <p className={classes.sentence}>
          {why.me.eligible ? "You may read it." : `You may not read it: ${why.me.reasons.join("; ")}.`}
        </p>
      ) : null}
      <Readers why={why} />
    </>
  );
}

/** Subspecialty, urgency, pool and clock, each with its reason. */
export function DecisionFacts({ decision }: { decision: ExplanationView }) {
  const { pool, also, doubleRead, urgency, subspecialty, clock } = decision;
  const facts: [string, string][] = [
    ...(pool ? [["Pool", `${pool.name}, since ${pool.because}`] as [string, string]] : []),
    ...(also.length > 0 ? [["Also for", also.join(", ")] as [string, string]] : []),
    ...(subspecialty ? [["Read as", `${subspecialty.value}, since ${subspecialty.because}`] as [string, string]] : []),
    ...(urgency ? [["Urgency", [urgency.value, ...urgency.because].join(", since ")] as [string, string]] : []),
    ...(clock ? [["Clock", clock.because] as [string, string]] : []),
    ...(doubleRead ? [["Reads", "two, by different readers"] as [string, string]] : []),
  ];
  return (
    <dl className={classes.facts}>
      {facts.map(([name, words]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{words}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The rules that applied, then the others with what kept them out. */
export function Rules({ rules }: { rules: ExplanationView["rules"] }) {
  const applied = rules.filter(({ matched }) => matched);
  const others = rules.filter(({ matched }) => !matched);
  const lines = (list: typeof rules) =>
    list.map(({ name, because }) => (
      <li key={name}>
        <strong>{name}</strong>
        {because.length > 0 ? `: ${because.join(", ")}` : ""}
      </li>
    ));
  return (
    <>
      {applied.length > 0 ? (
        <div>
          <h3 className={classes.small}>Rules that applied</h3>
          <ul className={classes.lines}>{lines(applied)}</ul>
        </div>
      ) : null}
      {others.length > 0 ? (
        <details className={classes.details}>
          <summary>Why not the other {others.length === 1 ? "rule" : `${others.length} rules`}</summary>
          <ul className={classes.lines}>{lines(others)}</ul>
        </details>
      ) : null}
    </>
  );
}

function Readers({ why }: { why: WhyView }) {
  const now = {
    eligible: why.readers.filter(({ eligible }) => eligible).map(({ name }) => name),
    others: why.readers.filter(({ eligible }) => !eligible),
    more: 0,
  };
  if (why.readers.length === 0) return null;
  return (
    <>
      <Who title="Who may read it now" {...now} />
      {why.whenDecided ? <Who title="Who could when it was decided" {...why.whenDecided} /> : null}
    </>
  );
}

function Who(props: {
  title: string;
  eligible: readonly string[];
  others: readonly { name: string; reasons: readonly string[] }[];
  more: number;
}) {
  return (
    <details className={classes.details}>
      <summary>
        {props.title}: {props.eligible.length} of {props.eligible.length + props.others.length + props.more}
      </summary>
      <ul className={classes.lines}>
        {props.eligible.map((name) => (
          <li key={name}>{name}</li>
        ))}
        {props.others.map(({ name, reasons }) => (
          <li key={name} className={classes.soft}>
            {name}: {reasons.join("; ")}
          </li>
        ))}
      </ul>
    </details>
  );
}
