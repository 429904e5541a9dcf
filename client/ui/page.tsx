import type { ReactNode } from "react";
import classes from "./page.module.css";

/** A page that scrolls as a whole: title, what it is for, tools at the right, then panels. */
export function Page({
  title,
  lead,
  tools,
  children,
}: {
  title: string;
  lead?: ReactNode;
  tools?: ReactNode;
  children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard, also where nothing in it can be pressed
    <div className={classes.page} tabIndex={0}>
      <header className={classes.header}>
        <div>
          <h1 className={classes.title}>{title}</h1>
          {lead ? <p className={classes.lead}>{lead}</p> : null}
        </div>
        {tools ? <div className={classes.tools}>{tools}</div> : null}
      </header>
      {children}
    </div>
  );
}

/** A titled box. `flush` lets a list reach its edges; `id` is where a link leads. */
export function Panel({
  id,
  title,
  aside,
  flush = false,
  children,
}: {
  id?: string;
  title?: string;
  aside?: ReactNode;
  flush?: boolean;
  children: ReactNode;
}) {
  return (
    <section id={id} className={classes.panel} aria-label={title}>
      {title || aside ? (
        <header className={classes.panelHead}>
          {title ? <h2 className={classes.panelTitle}>{title}</h2> : <span />}
          {aside}
        </header>
      ) : null}
      <div className={flush ? classes.flush : classes.panelBody}>{children}</div>
    </section>
  );
}

/** One figure with its name under it; `tone` when it needs attention. */
export function Stat({
  value,
  label,
  tone,
  hint,
}: {
  value: ReactNode;
  label: string;
  tone?: "bad" | "warn";
  hint?: string;
}) {
  return (
    <div className={classes.stat} data-tone={tone}>
      <span className={classes.value}>{value}</span>
      <span className={classes.label}>{label}</span>
      {hint ? <span className={classes.hint}>{hint}</span> : null}
    </div>
  );
}

/** Pairs of name and value, one a line. */
export function Facts({ facts }: { facts: ReadonlyArray<readonly [string, ReactNode]> }) {
  return (
    <dl className={classes.facts}>
      {facts.map(([name, value]) => (
        <div key={name} className={classes.fact}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
