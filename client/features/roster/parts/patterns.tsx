import type { PatternView, RosterWeek } from "@readroom/shared/contract/http/roster.js";
import { dayOf } from "@readroom/shared/domain/roster/zone.js";
import { serverClock } from "../../../kernel/clock";
import { useMay } from "../../../kernel/session";
import { ConfirmInline } from "../../../ui/confirm-inline";
import { dateOnly } from "../../../ui/format";
import { List } from "../../../ui/list";
import { Panel } from "../../../ui/page";
import { EmptyState } from "../../../ui/states";
import { Tone } from "../../../ui/tone";
import { endPattern, useRosterAction } from "../source";

const day = (text: string): string => dateOnly(text.replaceAll("-", ""));

/** Shifts that come again, and the days on which another shift was in the way. */
export function Patterns({ week }: { week: RosterWeek }) {
  const may = useMay("roster.write");
  const run = useRosterAction();
  const today = dayOf(serverClock.now(), week.timeZone);
  const nameOf = (id: string) => week.readers.find(({ userId }) => userId === id)?.name ?? "–";
  return (
    <Panel title="Recurring shifts" flush>
      <List
        label="Recurring shifts"
        loaded={{ data: week.patterns, error: null, refetch: () => undefined }}
        rowId={(one) => one.id}
        columns={[
          { header: "Reader", render: (one) => nameOf(one.userId) },
          { header: "When", wide: true, render: (one) => one.words },
          { header: "Kind", render: (one) => (one.kind === "on_call" ? "on call" : "on shift") },
          { header: "From", render: (one) => day(one.from) },
          { header: "Through", render: (one) => (one.until ? day(one.until) : "further notice") },
          { header: "Left out", render: (one) => <Skipped pattern={one} today={today} /> },
          ...(may
            ? [
                {
                  header: "Do",
                  render: (one: PatternView) => (
                    <ConfirmInline
                      label="End"
                      question="No more after today?"
                      confirm="End"
                      danger
                      onConfirm={() => run(() => endPattern(one.id, today), "They end with today.")}
                    />
                  ),
                },
              ]
            : []),
        ]}
        empty={
          <EmptyState title="No recurring shifts">
            Add a reader’s usual nights once; the weeks ahead are laid out by themselves.
          </EmptyState>
        }
      />
    </Panel>
  );
}

function Skipped({ pattern, today }: { pattern: PatternView; today: string }) {
  const ahead = pattern.skipped.filter((skip) => skip.day >= today);
  if (ahead.length === 0) return "–";
  return <Tone tone="wait">{ahead.map((skip) => `${day(skip.day)}: ${skip.reason}`).join("; ")}</Tone>;
}
