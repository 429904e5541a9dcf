import { SegmentedControl } from "@mantine/core";
import { LIFE_KINDS, LIFE_WORDS } from "@readroom/shared/domain/clock-life.js";
import { useState } from "react";
import { asShown } from "../../../ui/loaded";
import { Panel } from "../../../ui/page";
import { EmptyState, ErrorState, OfflineState, SkeletonRows } from "../../../ui/states";
import { useAttribution } from "../source";
import classes from "./minutes.module.css";

type By = "pool" | "site" | "contract";
const CHOICES: { value: By; label: string }[] = [
  { value: "pool", label: "By pool" },
  { value: "site", label: "By site" },
  { value: "contract", label: "By contract" },
];

/** Where the minutes of the last week's reported studies went: the parts of a bar are its mean turnaround. */
export function Minutes() {
  const [by, setBy] = useState<By>("pool");
  return (
    <Panel
      title="Where the minutes went, last 7 days"
      aside={
        <SegmentedControl
          aria-label="By what"
          data={CHOICES}
          value={by}
          onChange={(value) => setBy(CHOICES.find((choice) => choice.value === value)?.value ?? "pool")}
        />
      }
    >
      <Bars by={by} />
    </Panel>
  );
}

function Bars({ by }: { by: By }) {
  const shown = asShown(useAttribution(by));
  if (shown.state === "loading") return <SkeletonRows rows={3} tracks="140px 1fr 80px" height={32} />;
  if (shown.state === "error")
    return <ErrorState title="The minutes could not be counted" error={shown.error} onRetry={shown.retry} />;
  if (shown.state === "offline")
    return <OfflineState onRetry={shown.retry}>They come back with the connection.</OfflineState>;
  const { groups } = shown.value;
  if (groups.length === 0)
    return <EmptyState title="No report signed yet">Each signed report’s minutes are counted here.</EmptyState>;
  const longest = Math.max(...groups.map(({ meanMinutes }) => meanMinutes), 1);
  const kinds = LIFE_KINDS.filter((kind) => groups.some(({ minutes }) => (minutes[kind] ?? 0) > 0));
  return (
    <div className={classes.bars}>
      {groups.map(({ id, name, studies, meanMinutes, minutes }) => (
        <div key={id} className={classes.row}>
          <span className="rr-ellipsis">{name}</span>
          <div
            className={classes.bar}
            role="img"
            aria-label={`${name}: ${kinds.map((kind) => `${LIFE_WORDS[kind]} ${minuteWords(minutes[kind] ?? 0)}`).join(", ")}`}
            style={{ width: `${(100 * meanMinutes) / longest}%` }}
          >
            {kinds.map((kind) => (
              <span
                key={kind}
                data-kind={kind}
                title={`${LIFE_WORDS[kind]}: ${minuteWords(minutes[kind] ?? 0)}`}
                style={{ flexGrow: minutes[kind] ?? 0 }}
              />
            ))}
          </div>
          <span className={classes.sum}>
            {minuteWords(meanMinutes)} · {studies} {studies === 1 ? "study" : "studies"}
          </span>
        </div>
      ))}
      <p className={classes.legend}>
        {kinds.map((kind) => (
          <span key={kind}>
            <i data-kind={kind} aria-hidden="true" /> {LIFE_WORDS[kind]}
          </span>
        ))}
      </p>
    </div>
  );
}

const minuteWords = (minutes: number): string =>
  minutes >= 10 ? `${Math.round(minutes)} min` : `${Math.round(minutes * 10) / 10} min`;
