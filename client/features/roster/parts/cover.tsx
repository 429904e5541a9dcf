import type { RosterWeek } from "@readroom/shared/contract/http/roster.js";
import { spanInWords } from "@readroom/shared/domain/roster/zone.js";
import { HOUR } from "@readroom/shared/kernel/instant.js";
import { Panel } from "../../../ui/page";
import { EmptyState } from "../../../ui/states";
import { Tone } from "../../../ui/tone";
import { daysOf, gapsOf, placed } from "../model";
import classes from "../page.module.css";
import { dayLabel } from "./words";

/** Each pool's cover by the hour: how many of its members are on shift, and where nobody is. */
export function Cover({ week }: { week: RosterWeek }) {
  const days = daysOf(week);
  return (
    <Panel title="Cover by pool" flush>
      {week.coverage.length === 0 ? (
        <EmptyState title="No pools yet">Add pools and their members; their gaps show here.</EmptyState>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <section className={classes.scroll} tabIndex={0} aria-label="Cover of the week">
          <div className={classes.grid}>
            <div className={classes.axis}>
              <span className={classes.zone}>Readers on shift, by hour</span>
              <div className={classes.track}>
                {days.map((day) => (
                  <span key={day.day} className={classes.day} style={{ left: `${day.left}%`, width: `${day.width}%` }}>
                    {dayLabel(day.startsAt, week.timeZone)}
                  </span>
                ))}
              </div>
            </div>
            <ul className={classes.rows} aria-label="Pools">
              {week.coverage.map((cover) => (
                <Lane key={cover.poolId} cover={cover} week={week} />
              ))}
            </ul>
          </div>
        </section>
      )}
    </Panel>
  );
}

function Lane({ cover, week }: { cover: RosterWeek["coverage"][number]; week: RosterWeek }) {
  const gaps = gapsOf(cover, week.startsAt);
  const hours = gaps.reduce((sum, gap) => sum + (gap.endsAt - gap.startsAt) / HOUR, 0);
  const most = Math.max(1, ...cover.onShift);
  return (
    <li className={classes.line}>
      <span className={classes.who}>
        {cover.name}
        {hours === 0 ? <Tone tone="ok">covered</Tone> : <Tone tone="bad">{`${hours} h without a reader`}</Tone>}
      </span>
      <div className={classes.track}>
        <span className="rr-visually-hidden">
          {gaps.length === 0
            ? "No gap this week."
            : `Nobody on shift ${gaps.map((gap) => spanInWords(gap, week.timeZone) + (gap.onCall ? ", somebody on call" : "")).join("; ")}.`}
        </span>
        {cover.onShift.map((count, hour) => {
          const startsAt = week.startsAt + hour * HOUR;
          const at = placed({ startsAt, endsAt: startsAt + HOUR }, week.startsAt, week.endsAt);
          const open = cover.open[hour] ?? true;
          return (
            <span
              key={startsAt}
              className={classes.hour}
              data-open={open}
              data-state={!open ? "closed" : count > 0 ? "covered" : (cover.onCall[hour] ?? 0) > 0 ? "call" : "gap"}
              style={{ left: `${at.left}%`, width: `${at.width}%`, "--part": count / most } as React.CSSProperties}
              title={`${spanInWords({ startsAt, endsAt: startsAt + HOUR }, week.timeZone)}: ${open ? `${count} on shift, ${cover.onCall[hour] ?? 0} on call, ${Math.round(cover.capacity[hour] ?? 0)} RVU an hour` : "closed"}`}
              aria-hidden="true"
            />
          );
        })}
      </div>
    </li>
  );
}
