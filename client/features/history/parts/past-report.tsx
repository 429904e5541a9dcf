import type { HistoryState } from "@readroom/shared/contract/http/history.js";
import { describeMeasurement } from "@readroom/shared/crdt/annotation.js";
import type { CSSProperties } from "react";
import classes from "../history.module.css";
import { runsOf } from "../model";

interface PastProps {
  state: HistoryState;
  colours: ReadonlyMap<string, string>;
}

/** The report's text at that instant, each word in the colour of who wrote it. */
export function PastReport({ state, colours }: PastProps) {
  const { report } = state;
  if (!report) return <p className={classes.soft}>No report had been begun.</p>;
  return (
    <article className={classes.report} aria-label="Report as it was">
      <p className={classes.soft}>
        {report.templateName}
        {report.kind === "report" ? "" : ` · ${report.kind}`} ·{" "}
        {report.signed ? `signed: ${report.signed}` : "not signed"}
      </p>
      {report.sections.map((section) => (
        <section key={section.key}>
          <h2 className={classes.heading}>{section.title}</h2>
          <p className={classes.text}>
            {section.text
              ? runsOf(section.text, section.key, report.words).map((run) => {
                  const colour = run.personId ? colours.get(run.personId) : undefined;
                  return (
                    <span
                      key={run.at}
                      {...(colour ? { className: classes.by, style: { "--person": colour } as CSSProperties } : {})}
                    >
                      {run.text}
                    </span>
                  );
                })
              : "–"}
          </p>
        </section>
      ))}
    </article>
  );
}

/** The marks that stood then, and the key images. */
export function PastMarks({ state, colours }: PastProps) {
  const { annotations, keyImages } = state;
  if (annotations.length === 0 && keyImages.length === 0) return <p className={classes.soft}>No marks stood then.</p>;
  return (
    <ul className={classes.marks} aria-label="Marks as they were">
      {annotations.map((mark) => (
        <li key={mark.id} style={{ "--person": colours.get(mark.author.id) } as CSSProperties}>
          <span className={classes.dot} aria-hidden="true" />
          {describeMeasurement(mark) || mark.text || mark.kind} <span className={classes.soft}>{mark.author.name}</span>
        </li>
      ))}
      {keyImages.map((image) => (
        <li key={image.id} style={{ "--person": colours.get(image.author.id) } as CSSProperties}>
          <span className={classes.dot} aria-hidden="true" />
          Key image <span className={classes.soft}>{image.author.name}</span>
        </li>
      ))}
    </ul>
  );
}
