import { Button, NumberInput, TextInput } from "@mantine/core";
import type { RosterContract } from "@readroom/shared/contract/http/roster.js";
import { useState } from "react";
import { useMay } from "../../../kernel/session";
import { dateOnly } from "../../../ui/format";
import { List } from "../../../ui/list";
import { mapLoaded } from "../../../ui/loaded";
import { Panel } from "../../../ui/page";
import { EmptyState } from "../../../ui/states";
import { Tone } from "../../../ui/tone";
import classes from "../page.module.css";
import { changeContract, useContracts } from "../source";
import { Moment, RosterForm } from "./form";

const URGENCIES = ["critical", "stat", "urgent", "routine"] as const;
const day = (text: string): string => dateOnly(text.replaceAll("-", ""));
const minutes = (value: number): string => (value % 60 === 0 ? `${value / 60} h` : `${value} min`);

/** Who reads for whom, and within which time. */
export function Contracts() {
  const query = useContracts();
  const may = useMay("contract.write");
  const [editing, setEditing] = useState<RosterContract | null>(null);
  return (
    <Panel title="Contracts" flush>
      <List
        label="Contracts"
        loaded={mapLoaded(query, (list) => list.contracts)}
        rowId={(one) => one.id}
        columns={[
          { header: "Hospital", render: (one) => one.hospitalName },
          { header: "Read by", render: (one) => one.groupName },
          { header: "Contract", wide: true, render: (one) => one.name },
          ...URGENCIES.map((urgency) => ({
            header: urgency.replace(/^./, (letter) => letter.toUpperCase()),
            align: "right" as const,
            render: (one: RosterContract) => minutes(one.turnaround[urgency]),
          })),
          { header: "In time", align: "right", render: (one) => `${Math.round(one.attainmentTarget * 1000) / 10} %` },
          { header: "From", render: (one) => day(one.firstDay) },
          { header: "Through", render: (one) => (one.lastDay ? day(one.lastDay) : "further notice") },
          {
            header: "State",
            render: (one) => (one.running ? <Tone tone="ok">running</Tone> : <Tone tone="wait">not now</Tone>),
          },
          ...(may
            ? [
                {
                  header: "Do",
                  render: (one: RosterContract) => (
                    <Button variant="default" onClick={() => setEditing(one)}>
                      Change
                    </Button>
                  ),
                },
              ]
            : []),
        ]}
        empty={
          <EmptyState title="No contract yet">
            A contract opens a hospital’s studies to a reading group. Whoever runs the hub makes it on its command line:{" "}
            <code>readroom contract add</code>.
          </EmptyState>
        }
      />
      {editing ? <ContractForm contract={editing} onClose={() => setEditing(null)} /> : null}
    </Panel>
  );
}

function ContractForm({ contract, onClose }: { contract: RosterContract; onClose: () => void }) {
  const [name, setName] = useState(contract.name);
  const [turnaround, setTurnaround] = useState(contract.turnaround);
  const [target, setTarget] = useState<number | string>(Math.round(contract.attainmentTarget * 1000) / 10);
  const [lastDay, setLastDay] = useState(contract.lastDay ?? "");
  return (
    <RosterForm
      title={`${contract.hospitalName}, read by ${contract.groupName}`}
      submit="Save"
      onClose={onClose}
      onSubmit={() =>
        changeContract(contract.id, {
          ...{ name, turnaround, attainmentTarget: Number(target) / 100 },
          lastDay: lastDay || null,
        })
      }
    >
      <TextInput label="Name" required value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <div className={classes.row}>
        {URGENCIES.map((urgency) => (
          <NumberInput
            key={urgency}
            className={classes.half}
            label={`Minutes, ${urgency}`}
            required
            min={1}
            max={86_400}
            value={turnaround[urgency]}
            onChange={(value) =>
              setTurnaround((was) => ({ ...was, [urgency]: typeof value === "number" ? value : was[urgency] }))
            }
          />
        ))}
      </div>
      <div className={classes.row}>
        <NumberInput
          className={classes.half}
          label="Per cent in time"
          min={50}
          max={100}
          step={0.5}
          value={target}
          onChange={setTarget}
        />
        <Moment
          label="Last day"
          type="date"
          required={false}
          value={lastDay}
          min={contract.firstDay}
          onChange={setLastDay}
          description="Empty: until further notice"
        />
      </div>
      <p className={classes.note}>
        The reading group can end a contract sooner; only the hospital can let it run longer.
      </p>
    </RosterForm>
  );
}
