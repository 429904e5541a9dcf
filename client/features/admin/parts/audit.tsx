import { Button, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { asHubError } from "../../../kernel/api";
import { absoluteTime, count, dateTime } from "../../../ui/format";
import { List } from "../../../ui/list";
import { EmptyState, ErrorState } from "../../../ui/states";
import { Tone } from "../../../ui/tone";
import classes from "../page.module.css";
import { searchAudit, useVerdict } from "../source";

const ready = <T,>(data: readonly T[]) => ({ data, error: null, refetch: () => undefined });

/** "Who saw this patient": one number in, people and every access out. The question itself is audited. */
export function Audit() {
  const [mrn, setMrn] = useState("");
  const search = useMutation({ mutationFn: (number: string) => searchAudit({ mrn: number }) });
  return (
    <div className={classes.sections}>
      <form
        className={classes.search}
        onSubmit={(event) => {
          event.preventDefault();
          if (mrn.trim()) search.mutate(mrn.trim());
        }}
      >
        <TextInput
          label="Who saw the patient with this medical record number?"
          w={360}
          maw="100%"
          value={mrn}
          autoComplete="off"
          onChange={(event) => setMrn(event.currentTarget.value)}
        />
        <Button
          type="submit"
          size="sm"
          leftSection={<IconSearch size={16} />}
          loading={search.isPending}
          disabled={!mrn.trim()}
        >
          Ask
        </Button>
        <Chain />
      </form>
      {search.error ? <ErrorState title="The audit trail could not be asked" error={asHubError(search.error)} /> : null}
      {search.data ? (
        <>
          <List
            label="People who had access"
            loaded={ready(search.data.people)}
            rowId={(one) => `${one.kind}-${one.id}`}
            columns={[
              { header: "Who", render: (one) => one.name },
              { header: "As", render: (one) => one.kind },
              { header: "First", render: (one) => dateTime(one.first) },
              { header: "Last", render: (one) => dateTime(one.last) },
              { header: "Times", align: "right", render: (one) => count(one.entries) },
              { header: "What", wide: true, render: (one) => one.actions.join(", ") },
            ]}
            empty={<EmptyState title="Nobody">No access to a patient with this number is recorded.</EmptyState>}
          />
          <List
            label="Every access"
            loaded={ready(search.data.rows)}
            rowId={(row) => row.id}
            columns={[
              { header: "When", render: (row) => absoluteTime(row.at) },
              { header: "Who", render: (row) => row.actor.name },
              { header: "From", render: (row) => row.actor.address || "–" },
              { header: "What", render: (row) => row.action },
              {
                header: "Outcome",
                render: (row) => <Tone tone={row.outcome === "allowed" ? "ok" : "bad"}>{row.outcome}</Tone>,
              },
              { header: "Sealed as", align: "right", render: (row) => row.chainSeq ?? "in a moment" },
            ]}
            empty={null}
          />
        </>
      ) : null}
    </div>
  );
}

function Chain() {
  const verdict = useVerdict();
  if (!verdict.data) return null;
  const { holds, sealed, firstBreak } = verdict.data;
  return (
    <span className={classes.chain}>
      {holds ? (
        <Tone tone="ok">{`${count(sealed)} entries, chain unbroken`}</Tone>
      ) : (
        <Tone tone="bad">{`Chain broken at entry ${firstBreak?.seq ?? "?"}: ${firstBreak?.why ?? "unknown"}`}</Tone>
      )}
    </span>
  );
}
