import { Drawer } from "@mantine/core";
import type { FairnessEntries } from "@readroom/shared/contract/http/fairness.js";
import type { Period } from "@readroom/shared/domain/fairness.js";
import { IconCheck } from "@tabler/icons-react";
import { dateTime } from "../../../ui/format";
import { asShown } from "../../../ui/loaded";
import { EmptyState, ErrorState, OfflineState, SkeletonRows } from "../../../ui/states";
import { minutesInWords, PERIOD_WORDS } from "../model";
import classes from "../page.module.css";
import { useEntries } from "../source";

/** What one reader's row is made of. */
export function Entries({ reader, period, close }: { reader: string | null; period: Period; close(): void }) {
  const query = useEntries(reader, period);
  return (
    <Drawer
      opened={reader !== null}
      onClose={close}
      position="right"
      size={520}
      title={query.data ? `${query.data.reader.name}, ${PERIOD_WORDS[period].toLowerCase()}` : "Entries"}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <Body query={query} />
    </Drawer>
  );
}

function Body({ query }: { query: ReturnType<typeof useEntries> }) {
  const shown = asShown(query);
  switch (shown.state) {
    case "loading":
      return <SkeletonRows rows={6} tracks="1fr 90px" height={56} />;
    case "error":
      return <ErrorState title="The entries could not be loaded" error={shown.error} onRetry={shown.retry} />;
    case "offline":
      return <OfflineState onRetry={shown.retry}>The entries come back with the connection.</OfflineState>;
    case "ready":
      return <Ready entries={shown.value} />;
  }
}

type Study = FairnessEntries["returned"][number]["study"];
const named = ({ what, site }: Study): string => [what, site].filter(Boolean).join(" · ");

function Ready({ entries }: { entries: FairnessEntries }) {
  if (entries.passedOver.length + entries.returned.length === 0)
    return (
      <EmptyState icon={<IconCheck size={26} stroke={1.4} />} title="Nothing was passed over or put back">
        Entries show here when a study is chosen from the list while another clearly stood first.
      </EmptyState>
    );
  return (
    <>
      <p className={classes.drawerText}>
        There can be good reasons for each of these: a call about the study, a colleague's wish, a prior known by heart.
        The figures start a conversation and do not end one.
      </p>
      {entries.passedOver.length > 0 ? <h3 className={classes.section}>Passed over</h3> : null}
      <ul className={classes.entries}>
        {entries.passedOver.map((one) => (
          <li key={`${one.at} ${one.study.id}`} className={classes.entry}>
            <span>
              {one.study.urgency} · {named(one.study)}
            </span>
            <span>waited {minutesInWords(one.waitedMs)}</span>
            <span className={classes.line}>
              {dateTime(one.at)}: {named(one.picked)} ({one.picked.urgency}) was chosen, {one.places}{" "}
              {one.places === 1 ? "place" : "places"} further down.{" "}
              {one.takenBy ? `Then taken by ${one.takenBy}.` : "Still waiting."}
            </span>
          </li>
        ))}
      </ul>
      {entries.returned.length > 0 ? <h3 className={classes.section}>Put back</h3> : null}
      <ul className={classes.entries}>
        {entries.returned.map((one) => (
          <li key={`${one.at} ${one.study.id}`} className={classes.entry}>
            <span>{named(one.study)}</span>
            <span>{dateTime(one.at)}</span>
            <span className={classes.line}>{reasonOf(one)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function reasonOf({ how, reason }: FairnessEntries["returned"][number]): string {
  if (how === "expired") return "Went back by itself: the line or the page was gone for a minute.";
  if (reason) return `“${reason}”`;
  return how === "declined" ? "Declined, no reason given." : "No reason given.";
}
