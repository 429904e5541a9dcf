import { ActionIcon, Button, Chip, Group, MultiSelect, Select, TagsInput, TextInput } from "@mantine/core";
import { type PoolView, USUAL_SUBSPECIALTIES } from "@readroom/shared/contract/http/roster.js";
import { IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useMay } from "../../../kernel/session";
import { ConfirmInline } from "../../../ui/confirm-inline";
import { List } from "../../../ui/list";
import { mapLoaded } from "../../../ui/loaded";
import { Panel } from "../../../ui/page";
import { EmptyState } from "../../../ui/states";
import { Tone } from "../../../ui/tone";
import classes from "../page.module.css";
import { removePool, savePool, usePools, useReaders, useRosterAction } from "../source";
import { Moment, RosterForm, WEEKDAYS, zonesWith } from "./form";

/** Pools: what each reads, who is in it, when it is open, and where its studies go when it can't take them. */
export function Pools() {
  const query = usePools();
  const may = useMay("roster.write");
  const [editing, setEditing] = useState<PoolView | "new" | null>(null);
  const run = useRosterAction();
  const nameOf = (id: string | null) => query.data?.pools.find((pool) => pool.id === id)?.name ?? "–";
  return (
    <Panel title="Pools" flush aside={may ? <Button onClick={() => setEditing("new")}>Add a pool</Button> : null}>
      <List
        label="Pools"
        loaded={mapLoaded(query, (list) => list.pools)}
        rowId={(pool) => pool.id}
        columns={[
          { header: "Pool", render: (pool) => `${pool.name} (${pool.code})` },
          { header: "Reads", wide: true, render: (pool) => pool.subspecialties.join(", ") },
          { header: "Members", align: "right", render: (pool) => pool.memberIds.length },
          { header: "Falls back to", render: (pool) => nameOf(pool.fallbackPoolId) },
          { header: "Open", render: (pool) => openWords(pool) },
          {
            header: "Now",
            render: (pool) => (pool.openNow ? <Tone tone="ok">open</Tone> : <Tone tone="wait">closed</Tone>),
          },
          { header: "Waiting", align: "right", render: (pool) => pool.openStudies },
          ...(may
            ? [
                {
                  header: "Do",
                  render: (pool: PoolView) => (
                    <Group gap={8} wrap="nowrap">
                      <Button variant="default" onClick={() => setEditing(pool)}>
                        Change
                      </Button>
                      <ConfirmInline
                        label="Remove"
                        question="Remove this pool?"
                        confirm="Remove"
                        danger
                        onConfirm={() => run(() => removePool(pool.id))}
                      />
                    </Group>
                  ),
                },
              ]
            : []),
        ]}
        empty={
          <EmptyState title="No pools yet">
            Studies reach readers through pools. Add one that reads “general”, so that nothing is left over.
          </EmptyState>
        }
      />
      {editing ? (
        <PoolForm
          pool={editing === "new" ? null : editing}
          others={query.data?.pools ?? []}
          zone={query.data?.timeZone ?? "UTC"}
          onClose={() => setEditing(null)}
        />
      ) : null}
    </Panel>
  );
}

function openWords({ openingHours, timeZone }: PoolView): string {
  if (openingHours.length === 0) return "always";
  const windows = openingHours.map(
    ({ weekdays, from, to }) =>
      `${weekdays.length === 7 ? "daily" : weekdays.map((day) => WEEKDAYS[day - 1]).join(", ")} ${from}–${to}`,
  );
  return `${windows.join("; ")}, ${timeZone}`;
}

interface Hours {
  key: number;
  weekdays: string[];
  from: string;
  to: string;
}

function PoolForm({
  pool,
  others,
  zone,
  onClose,
}: {
  pool: PoolView | null;
  others: readonly PoolView[];
  zone: string;
  onClose: () => void;
}) {
  const readers = useReaders();
  const [code, setCode] = useState(pool?.code ?? "");
  const [name, setName] = useState(pool?.name ?? "");
  const [subspecialties, setSubspecialties] = useState(pool?.subspecialties ?? ["general"]);
  const [fallbackPoolId, setFallback] = useState(pool?.fallbackPoolId ?? null);
  const [memberIds, setMembers] = useState(pool?.memberIds ?? []);
  const [timeZone, setTimeZone] = useState(pool?.timeZone ?? zone);
  const [hours, setHours] = useState<Hours[]>(
    (pool?.openingHours ?? []).map((one, key) => ({ ...one, key, weekdays: one.weekdays.map(String) })),
  );
  return (
    <RosterForm
      title={pool ? `Change ${pool.name}` : "Add a pool"}
      submit="Save"
      wide
      onClose={onClose}
      onSubmit={() =>
        savePool(
          {
            ...{ code, name, subspecialties, fallbackPoolId, memberIds },
            timeZone: timeZone === zone ? null : timeZone,
            openingHours: hours.map(({ weekdays, from, to }) => ({ weekdays: weekdays.map(Number), from, to })),
          },
          pool?.id ?? null,
        )
      }
    >
      <div className={classes.row}>
        <TextInput
          className={classes.half}
          label="Name"
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          className={classes.half}
          label="Code"
          description="As rules name it"
          required
          value={code}
          onChange={(event) => setCode(event.currentTarget.value.toUpperCase())}
        />
      </div>
      <TagsInput label="Reads" data={[...USUAL_SUBSPECIALTIES]} value={subspecialties} onChange={setSubspecialties} />
      <MultiSelect
        label="Members"
        searchable
        data={(readers.data?.readers ?? []).map((reader) => ({ value: reader.userId, label: reader.name }))}
        value={memberIds}
        onChange={setMembers}
      />
      <Select
        label="Falls back to"
        description="Takes its studies when it is closed or has nobody who may read them"
        clearable
        placeholder="Nothing"
        data={others.filter(({ id }) => id !== pool?.id).map(({ id, name: label }) => ({ value: id, label }))}
        value={fallbackPoolId}
        onChange={setFallback}
      />
      <Opening hours={hours} onChange={setHours} />
      {hours.length > 0 ? (
        <Select
          label="By the clock of"
          searchable
          data={zonesWith([zone])}
          value={timeZone}
          onChange={(value) => setTimeZone(value ?? zone)}
        />
      ) : null}
    </RosterForm>
  );
}

function Opening({ hours, onChange }: { hours: Hours[]; onChange: (hours: Hours[]) => void }) {
  const set = (key: number, change: Partial<Hours>) =>
    onChange(hours.map((one) => (one.key === key ? { ...one, ...change } : one)));
  const next = Math.max(0, ...hours.map(({ key }) => key)) + 1;
  return (
    <fieldset className={classes.days}>
      <legend>Opening hours</legend>
      {hours.length === 0 ? <p className={classes.note}>Always open.</p> : null}
      {hours.map((one) => (
        <div key={one.key} className={classes.hours}>
          <Chip.Group multiple value={one.weekdays} onChange={(weekdays) => set(one.key, { weekdays })}>
            <Group gap={4}>
              {WEEKDAYS.map((name, at) => (
                <Chip key={name} value={String(at + 1)} size="xs" variant="outline">
                  {name}
                </Chip>
              ))}
            </Group>
          </Chip.Group>
          <div className={classes.row}>
            <Moment label="Opens" type="time" value={one.from} onChange={(from) => set(one.key, { from })} />
            <Moment label="Closes" type="time" value={one.to} onChange={(to) => set(one.key, { to })} />
            <ActionIcon
              variant="subtle"
              color="gray"
              size={30}
              aria-label="Remove these hours"
              onClick={() => onChange(hours.filter(({ key }) => key !== one.key))}
            >
              <IconTrash size={16} aria-hidden="true" />
            </ActionIcon>
          </div>
        </div>
      ))}
      <Button
        variant="default"
        onClick={() =>
          onChange([...hours, { key: next, weekdays: ["1", "2", "3", "4", "5"], from: "19:00", to: "07:00" }])
        }
      >
        Add hours
      </Button>
    </fieldset>
  );
}
