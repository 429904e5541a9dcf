import { Button, Group, MultiSelect, Select, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import type { SimulationChoices, SimulationRequest } from "@readroom/shared/contract/http/simulation.js";
import { useState } from "react";
import { refusalWords } from "../../../kernel/api";
import { SkeletonRows } from "../../../ui/states";
import { toast } from "../../../ui/toast";
import { startSimulation } from "../source";

const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];

/** What may differ: the rules, who is there, one shift more. Everything else is as it is now. */
export function NewTryOut({
  choices,
  onStarted,
}: {
  choices: SimulationChoices | undefined;
  onStarted: (id: string) => void;
}) {
  return choices ? (
    <Form choices={choices} onStarted={onStarted} />
  ) : (
    <SkeletonRows rows={3} tracks="1fr 1fr 1fr" height={44} />
  );
}

function Form({ choices, onStarted }: { choices: SimulationChoices; onStarted: (id: string) => void }) {
  const [busy, setBusy] = useState(false);
  const form = useForm({
    initialValues: {
      name: "",
      traffic: choices.studiesLastWeek >= 200 ? "last_week" : "synthetic_month",
      rules: choices.hasDraft ? "draft" : "in_force",
      readersOff: [] as string[],
      extra: null as string | null,
      starts: "19:00",
      ends: "03:00",
    },
    validate: {
      name: (value) => (value.trim() ? null : "Give it a name that you will know again"),
      starts: (value, { extra }) => (!extra || TIME.test(value) ? null : "A time such as 19:00"),
      ends: (value, { extra }) => (!extra || TIME.test(value) ? null : "A time such as 03:00"),
    },
  });
  const start = form.onSubmit(async ({ extra, starts, ends, ...values }) => {
    setBusy(true);
    try {
      const shifts = extra ? [{ userId: extra, starts, ends, weekdays: EVERY_DAY }] : [];
      const request = { ...values, shifts } as SimulationRequest;
      onStarted((await startSimulation(request)).id);
    } catch (thrown) {
      toast.failed(refusalWords(thrown));
    }
    setBusy(false);
  });
  const readers = choices.readers.map(({ id, name }) => ({ value: id, label: name }));
  return (
    <form onSubmit={start} aria-label="Try a change">
      <Stack gap="md">
        <Group align="flex-start" grow preventGrowOverflow={false}>
          <TextInput label="Name" placeholder="One reader more in the evening" {...form.getInputProps("name")} />
          <Select
            label="Traffic"
            allowDeselect={false}
            data={[
              { value: "last_week", label: `Last week's ${choices.studiesLastWeek.toLocaleString()} studies` },
              { value: "synthetic_month", label: "A synthetic month of our sites" },
            ]}
            {...form.getInputProps("traffic")}
          />
          <Select
            label="Rules"
            allowDeselect={false}
            data={[
              { value: "in_force", label: "As they are" },
              {
                value: "draft",
                label: choices.hasDraft ? "The draft" : "The draft (there is none)",
                disabled: !choices.hasDraft,
              },
            ]}
            {...form.getInputProps("rules")}
          />
        </Group>
        <Group align="flex-start" grow preventGrowOverflow={false}>
          <MultiSelect
            label="Without these readers"
            placeholder="Everybody is there"
            data={readers}
            clearable
            {...form.getInputProps("readersOff")}
          />
          <Select
            label="One shift more, every day, for"
            placeholder="Nobody"
            data={readers}
            clearable
            {...form.getInputProps("extra")}
          />
          <TextInput
            label={`From (${choices.timeZone})`}
            disabled={form.values.extra === null}
            {...form.getInputProps("starts")}
          />
          <TextInput label="To" disabled={form.values.extra === null} {...form.getInputProps("ends")} />
        </Group>
        <Group>
          <Button type="submit" loading={busy}>
            Try it
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
