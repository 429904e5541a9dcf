import type { ReportContent } from "@readroom/shared/crdt/report.js";
import { diffWordsWithSpace } from "diff";
import classes from "../report.module.css";

/** Sections whose words differ, with what was struck out and what was put in. */
export function differences(before: ReportContent, after: ReportContent) {
  const keys = [...new Set([...after.sections, ...before.sections].map(({ key }) => key))];
  return keys.flatMap((key) => {
    const [old, now] = [before, after].map((content) => content.sections.find((section) => section.key === key));
    if ((old?.text ?? "") === (now?.text ?? "")) return [];
    const pieces = diffWordsWithSpace(old?.text ?? "", now?.text ?? "");
    return [{ key, title: now?.title ?? old?.title ?? key, pieces }];
  });
}

/** What changed from one text to another, section by section: struck out and put in, never by colour alone. */
export function Difference({ before, after }: { before: ReportContent; after: ReportContent }) {
  const changed = differences(before, after);
  if (changed.length === 0) return <p className={classes.quiet}>Word for word the same.</p>;
  return (
    <div className={classes.difference}>
      {changed.map(({ key, title, pieces }) => (
        <section key={key} aria-label={`Changes in ${title}`}>
          <h3>{title}</h3>
          <p>
            {pieces.map((piece, at) => {
              const place = `${at}${piece.value}`;
              if (piece.added) return <ins key={place}>{piece.value}</ins>;
              if (piece.removed) return <del key={place}>{piece.value}</del>;
              return <span key={place}>{piece.value}</span>;
            })}
          </p>
        </section>
      ))}
    </div>
  );
}
