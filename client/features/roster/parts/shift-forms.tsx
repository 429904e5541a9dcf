import { Checkbox, Chip, Group, NumberInput, Select } from "@mantine/core";
import type { RosterWeek } from "@readroom/shared/contract/http/roster.js";
import { dayOf } from "@readroom/shared/domain/roster/zone.js";
import { useState } from "react";
import { serverClock } from "../../../kernel/clock";
import { toast } from "../../../ui/toast";
import classes from "../page.module.css";
import { addPattern, addShift } from "../source";
import { Moment, RosterForm, WEEKDAYS, zonesWith } from "./form";

interface Common {
  userId: string | null;
  starts: string;
  ends: string;
  timeZone: string;
  onCall: boolean;
}

function useCommon(week: RosterWeek) {
  const [common, setCommon] = useState<Common>({
    ...{ userId: null, starts: "19:00", ends: "07:00", timeZone: week.timeZone, onCall: false },
  });
  const set = (change: Partial<Common>) => setCommon((was) => ({ ...was, ...change }));
  const fields = (
    <>
      <Select
        label="Reader"
        required
        searchable
        data={week.readers.map((reader) => ({ value: reader.userId, label: reader.name }))}
        value={common.userId}
        onChange={(userId) => set({ userId })}
      />
      <div className={classes.row}>
        <Moment label="Starts" type="time" value={common.starts} onChange={(starts) => set({ starts })} />
        <Moment
          label="Ends"
          type="time"
          value={common.ends}
          onChange={(ends) => set({ ends })}
          {...(common.ends <= common.starts ? { description: "on the next day" } : {})}
        />
      </div>
      <Select
        label="By the clock of"
        searchable
        data={zonesWith([week.timeZone])}
        value={common.timeZone}
        onChange={(zone) => set({ timeZone: zone ?? week.timeZone })}
      />
      <Checkbox
        label="On call"
        description="Reachable, asked only for what can’t wait or when nobody is on shift"
        checked={common.onCall}
        onChange={(event) => set({ onCall: event.currentTarget.checked })}
      />
    </>
  );
  return { common, fields };
}

export function ShiftForm({ week, onClose }: { week: RosterWeek; onClose: () => void }) {
  const { common, fields } = useCommon(week);
  const [day, setDay] = useState(() => dayOf(serverClock.now(), week.timeZone));
  const { userId, starts, ends, timeZone, onCall } = common;
  return (
    <RosterForm
      title="Add a shift"
      submit="Add"
      onClose={onClose}
      onSubmit={() =>
        addShift({ userId: userId ?? "", kind: onCall ? "on_call" : "shift", day, starts, ends, timeZone })
      }
    >
      <Moment label="Day" type="date" value={day} onChange={setDay} />
      {fields}
    </RosterForm>
  );
}

export function PatternForm({ week, onClose }: { week: RosterWeek; onClose: () => void }) {
  const { common, fields } = useCommon(week);
  const [weekdays, setWeekdays] = useState<string[]>(["1", "2", "3", "4", "5"]);
  const [everyWeeks, setEveryWeeks] = useState<number | string>(1);
  const [from, setFrom] = useState(() => dayOf(serverClock.now(), week.timeZone));
  const [until, setUntil] = useState("");
  const { userId, starts, ends, timeZone, onCall } = common;
  return (
    <RosterForm
      title="Add recurring shifts"
      submit="Add"
      onClose={onClose}
      onSubmit={async () => {
        const made = await addPattern({
          userId: userId ?? "",
          pattern: {
            ...{ kind: onCall ? "on_call" : "shift", weekdays: weekdays.map(Number) },
            ...{ everyWeeks: Number(everyWeeks) || 1, starts, ends, timeZone, from, until: until || null },
          },
        });
        toast.done(`${made.shifts} shifts are laid out for the coming five weeks; later ones follow by themselves.`);
      }}
    >
      {fields}
      <fieldset className={classes.days}>
        <legend>Days on which it starts</legend>
        <Chip.Group multiple value={weekdays} onChange={setWeekdays}>
          <Group gap={6}>
            {WEEKDAYS.map((name, at) => (
              <Chip key={name} value={String(at + 1)} size="xs" variant="outline">
                {name}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
      </fieldset>
      <div className={classes.row}>
        <NumberInput
          className={classes.half}
          label="Every … weeks"
          min={1}
          max={52}
          value={everyWeeks}
          onChange={setEveryWeeks}
        />
        <Moment label="From" type="date" value={from} onChange={setFrom} />
        <Moment label="Through" type="date" required={false} value={until} min={from} onChange={setUntil} />
      </div>
      <p className={classes.note}>
        Hours follow the clock of the zone: a night in which it changes is an hour shorter or longer.
      </p>
    </RosterForm>
  );
}
