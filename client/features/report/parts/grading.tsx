import { SegmentedControl, Textarea } from "@mantine/core";
import type { ReportVersionView } from "@readroom/shared/contract/http/report.js";
import type { ReportContent } from "@readroom/shared/crdt/report.js";
import type { Grade } from "@readroom/shared/domain/report.js";
import classes from "../report.module.css";
import { Difference } from "./difference";

export interface Grading {
  readonly grade: Grade | null;
  readonly note: string;
}

/** A second reader sees what changed since the first signed, and grades it. Kept with the signature, not part of the text. */
export function SecondReading({
  before,
  after,
  grading,
  onChange,
}: {
  before: ReportVersionView;
  after: ReportContent;
  grading: Grading;
  onChange: (grading: Grading) => void;
}) {
  return (
    <section className={classes.second} aria-label="Second reading">
      <h3>Changed since {before.signedByName} signed</h3>
      <Difference before={before.content} after={after} />
      <SegmentedControl
        aria-label="Grade of the difference"
        value={grading.grade ?? ""}
        onChange={(grade) => onChange({ ...grading, grade: grade as Grade })}
        data={[
          { value: "agree", label: "Agree" },
          { value: "minor", label: "Minor difference" },
          { value: "major", label: "Major difference" },
        ]}
      />
      {grading.grade && grading.grade !== "agree" ? (
        <Textarea
          label="What to learn from it"
          description="Seen by both readers; not part of the report."
          autosize
          minRows={2}
          value={grading.note}
          onChange={(event) => onChange({ ...grading, note: event.currentTarget.value })}
        />
      ) : null}
    </section>
  );
}
