import { SegmentedControl } from "@mantine/core";
import type { AttributionGroup, AttributionView } from "@readroom/shared/contract/http/clocks.js";
import { LIFE_KINDS, LIFE_WORDS } from "@readroom/shared/domain/clock-life.js";
import { useState } from "react";
import { count } from "../../../ui/format";
import { asShown } from "../../../ui/loaded";
import { Panel } from "../../../ui/page";
import { EmptyState, ErrorState, OfflineState, SkeletonRows } from "../../../ui/states";
import { sharesOf, span } from "../model";
import { useAttribution } from "../source";
import classes from "./life.module.css";

const MINUTE = 60_000;
type By = AttributionView["by"];

/** What a study's time goes into on average, by site, pool or contract, over the studies reported in the last days. */
export function AttributionPanel({ choices, days }: { choices: readonly By[]; days: number }) {
  const [by, setBy] = useState<By>(choices[0] ?? "site");
  const shown = asShown(useAttribution(by, days));
  const tools =
    choices.length > 1 ? (
      <SegmentedControl
        size="xs"
        aria-label="Summed by"
        value={by}
        onChange={(value) => setBy(choices.find((choice) => choice === value) ?? by)}
        data={choices.map((value) => ({ value, label: `By ${value}` }))}
      />
    ) : undefined;
  return (
    <Panel title={`Where the time goes, last ${days} days`} aside={tools}>
      {shown.state === "loading" ? <SkeletonRows rows={3} tracks="1fr 3fr 80px" height={32} /> : null}
      {shown.state === "error" ? (
        <ErrorState title="The times could not be loaded" error={shown.error} onRetry={shown.retry} />
      ) : null}
      {shown.state === "offline" ? <OfflineState onRetry={shown.retry}>Clocks go on running.</OfflineState> : null}
      {shown.state === "ready" ? <Groups groups={shown.value.groups} /> : null}
    </Panel>
  );
}

function Groups({ groups }: { groups: readonly AttributionGroup[] }) {
  if (groups.length === 0)
    return (
      <EmptyState title="No final report yet">The first study with its final report draws the first bar.</EmptyState>
    );
  const longest = Math.max(...groups.map(({ meanMinutes }) => meanMinutes), 1);
  const used = LIFE_KINDS.filter((kind) => groups.some((group) => group.minutes[kind] > 0));
  return (
    <>
      <ul className={classes.groups}>
        {groups.map((group) => (
          <li key={group.id} className={classes.group}>
            <span>
              {group.name}{" "}
              <span className={classes.soft}>
                {count(group.studies)} {group.studies === 1 ? "study" : "studies"}
              </span>
            </span>
            <div
              className={classes.bar}
              role="img"
              aria-label={inWords(group)}
              style={{ width: `${(100 * group.meanMinutes) / longest}%` }}
            >
              {sharesOf(group.minutes).map(({ kind, percent, minutes }) => (
                <span
                  key={kind}
                  className={classes.piece}
                  data-kind={kind}
                  style={{ width: `${percent}%` }}
                  title={`${LIFE_WORDS[kind]}, ${span(minutes * MINUTE)}`}
                />
              ))}
            </div>
            <span className={classes.figure}>{span(group.meanMinutes * MINUTE)}</span>
          </li>
        ))}
      </ul>
      <ul className={classes.legend} aria-hidden="true">
        {used.map((kind) => (
          <li key={kind}>
            <span className={classes.swatch} data-kind={kind} />
            {LIFE_WORDS[kind]}
          </li>
        ))}
      </ul>
    </>
  );
}

const inWords = (group: AttributionGroup): string =>
  `${group.name}: ${span(group.meanMinutes * MINUTE)} a study on average. ${sharesOf(group.minutes)
    .map(({ kind, minutes }) => `${LIFE_WORDS[kind]} ${span(minutes * MINUTE)}`)
    .join(", ")}.`;
