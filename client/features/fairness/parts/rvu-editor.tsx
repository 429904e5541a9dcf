import { ActionIcon, Button, Drawer, NumberInput, TextInput } from "@mantine/core";
import type { RvuTable } from "@readroom/shared/contract/http/fairness.js";
import { IconX } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { asHubError } from "../../../kernel/api";
import { asShown } from "../../../ui/loaded";
import { ErrorState, OfflineState, SkeletonRows } from "../../../ui/states";
import { toast } from "../../../ui/toast";
import classes from "../page.module.css";
import { useRvuTable, useSaveRvuTable } from "../source";

interface Line {
  readonly key: number;
  readonly modality: string;
  readonly bodyPart: string;
  readonly rvu: number;
}

/** What reading counts, by modality and body part: read by everybody, changed by operators, for what is signed from then on. */
export function RvuEditor({ opened, edits, close }: { opened: boolean; edits: boolean; close(): void }) {
  const query = useRvuTable(opened);
  const shown = asShown(query);
  return (
    <Drawer
      opened={opened}
      onClose={close}
      position="right"
      size={520}
      title="Work values (RVU)"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <p className={classes.drawerText}>
        What reading one study counts. The first line whose body part stands in the study's own counts; a line without
        one is for all others of that modality.
      </p>
      {shown.state === "loading" ? <SkeletonRows rows={8} tracks="80px 1fr 80px" height={40} /> : null}
      {shown.state === "error" ? (
        <ErrorState title="The table could not be loaded" error={shown.error} onRetry={shown.retry} />
      ) : null}
      {shown.state === "offline" ? (
        <OfflineState onRetry={shown.retry}>The table comes back with the connection.</OfflineState>
      ) : null}
      {shown.state === "ready" ? <Table table={shown.value} edits={edits} close={close} /> : null}
    </Drawer>
  );
}

function Table({ table, edits, close }: { table: RvuTable; edits: boolean; close(): void }) {
  const save = useSaveRvuTable();
  const [lines, setLines] = useState<readonly Line[]>([]);
  useEffect(() => setLines(table.entries.map((entry, key) => ({ ...entry, key }))), [table]);
  const set = (key: number, change: Partial<Line>) =>
    setLines((was) => was.map((line) => (line.key === key ? { ...line, ...change } : line)));
  const send = (entries: RvuTable["entries"] | null) =>
    save.mutate(entries, {
      onSuccess: () => {
        toast.done("Saved. It counts for what is signed from now on.");
        close();
      },
      onError: (thrown) => toast.failed(asHubError(thrown).message, "Not saved"),
    });
  const add = () =>
    setLines((was) => [
      { key: Math.max(0, ...was.map(({ key }) => key)) + 1, modality: "CT", bodyPart: "", rvu: 1 },
      ...was,
    ]);
  return (
    <>
      {edits ? (
        <Button variant="default" onClick={add}>
          Add a line
        </Button>
      ) : null}
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Modality</th>
            <th scope="col">Body part</th>
            <th scope="col">RVU</th>
            {edits ? <td /> : null}
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={line.key}>
              <td>
                <TextInput
                  aria-label="Modality"
                  value={line.modality}
                  readOnly={!edits}
                  w={84}
                  onChange={(event) => set(line.key, { modality: event.currentTarget.value.toUpperCase() })}
                />
              </td>
              <td>
                <TextInput
                  aria-label={`Body part, ${line.modality}`}
                  placeholder="any other"
                  value={line.bodyPart}
                  readOnly={!edits}
                  onChange={(event) => set(line.key, { bodyPart: event.currentTarget.value })}
                />
              </td>
              <td>
                <NumberInput
                  aria-label={`RVU, ${[line.modality, line.bodyPart].filter(Boolean).join(" ")}`}
                  value={line.rvu}
                  readOnly={!edits}
                  min={0}
                  max={50}
                  step={0.1}
                  decimalScale={2}
                  w={96}
                  onChange={(value) => set(line.key, { rvu: Number(value) || 0 })}
                />
              </td>
              {edits ? (
                <td>
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    aria-label={`Remove ${[line.modality, line.bodyPart].filter(Boolean).join(" ")}`}
                    onClick={() => setLines((was) => was.filter(({ key }) => key !== line.key))}
                  >
                    <IconX size={15} stroke={1.6} />
                  </ActionIcon>
                </td>
              ) : null}
            </tr>
          ))}
        </tbody>
      </table>
      {edits ? (
        <div className={classes.actions}>
          <Button
            loading={save.isPending}
            onClick={() => send(lines.map(({ modality, bodyPart, rvu }) => ({ modality, bodyPart, rvu })))}
          >
            Save
          </Button>
          {table.isDefault ? null : (
            <Button variant="default" onClick={() => send(null)}>
              Back to the hub's own
            </Button>
          )}
        </div>
      ) : null}
    </>
  );
}
