import { ActionIcon } from "@mantine/core";
import type { SimulationList } from "@readroom/shared/contract/http/simulation.js";
import { IconTrash } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { asHubError } from "../../../kernel/api";
import { dateTime } from "../../../ui/format";
import { List } from "../../../ui/list";
import { type Loaded, mapLoaded } from "../../../ui/loaded";
import { EmptyState } from "../../../ui/states";
import { toast } from "../../../ui/toast";
import { Tone } from "../../../ui/tone";
import { minutes, percent } from "../model";
import { removeSimulation } from "../source";

type Entry = SimulationList["simulations"][number];

const STATE = {
  running: { tone: "wait", word: "running" },
  done: { tone: "ok", word: "done" },
  failed: { tone: "bad", word: "failed" },
  cancelled: { tone: "wait", word: "cancelled" },
} as const;

/** Every try-out of the group with its two deciding figures. */
export function Past({ loaded, onOpen }: { loaded: Loaded<SimulationList>; onOpen: (id: string) => void }) {
  const client = useQueryClient();
  const remove = async (id: string) => {
    try {
      await removeSimulation(id);
    } catch (thrown) {
      toast.failed(asHubError(thrown).message);
    }
    await client.invalidateQueries({ queryKey: ["simulations"] });
  };
  return (
    <List<Entry>
      label="Try-outs"
      loaded={mapLoaded(loaded, ({ simulations }) => simulations)}
      rowId={({ id }) => id}
      onPick={({ id }) => onOpen(id)}
      empty={<EmptyState title="No try-outs yet">Try a change above: its figures stay here.</EmptyState>}
      columns={[
        { header: "Name", wide: true, render: ({ name }) => name },
        { header: "By", render: ({ requestedBy }) => requestedBy },
        { header: "When", render: ({ createdAt }) => dateTime(createdAt) },
        {
          header: "State",
          render: ({ state, progress }) => (
            <Tone tone={STATE[state].tone}>
              {state === "running" ? `running, ${Math.round(progress * 100)} %` : STATE[state].word}
            </Tone>
          ),
        },
        {
          header: "In time, mean",
          render: ({ headline }) =>
            headline.length === 0
              ? "–"
              : headline
                  .slice(0, 3)
                  .map(
                    (column) =>
                      `${column.title}: ${percent({ attainment: column.attainment, late: 0 })}, ${minutes(column.meanMinutes)}`,
                  )
                  .join(" · "),
        },
        {
          header: "Remove",
          align: "right",
          render: ({ id, name, state }) =>
            state === "running" ? null : (
              <ActionIcon aria-label={`Remove ${name}`} onClick={() => void remove(id)}>
                <IconTrash size={16} stroke={1.6} />
              </ActionIcon>
            ),
        },
      ]}
    />
  );
}
