import { Button, Select } from "@mantine/core";
import { IconCircleCheck } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { asHubError } from "../../../kernel/api";
import { useMay } from "../../../kernel/session";
import { ago } from "../../../ui/format";
import { useNow } from "../../../ui/now";
import { EmptyState, ErrorState, SkeletonRows } from "../../../ui/states";
import { toast } from "../../../ui/toast";
import { actOnQueue, useQueues } from "../source";
import type { QueueEntry } from "../wire-queues";
import classes from "./queue.module.css";

const KINDS: Record<QueueEntry["kind"], string> = {
  unacknowledged: "Not acknowledged",
  undelivered: "Not delivered",
  unroutable: "Not routable",
  unmatched: "No order",
  incident: "Not taken",
};

/** What the hub will not decide by guessing, each with its reason and the action that clears it. */
export function QueueList() {
  const query = useQueues();
  if (query.data)
    return query.data.entries.length === 0 ? (
      <EmptyState icon={<IconCircleCheck size={28} stroke={1.5} />} title="Nothing is stuck">
        Studies without an order, studies that no rule routes, undelivered results and unacknowledged findings would wait here.
      </EmptyState>
    ) : (
      <ul className={classes.list}>
        {query.data.entries.map((entry) => (
          <Entry key={`${entry.kind}-${entry.id}`} entry={entry} />
        ))}
      </ul>
    );
  return query.error ? (
    <ErrorState
      title="The list of what is stuck could not be loaded"
      error={asHubError(query.error)}
      onRetry={() => void query.refetch()}
    />
  ) : (
    <SkeletonRows rows={3} tracks="110px 1fr 160px" height={52} />
  );
}

function Entry({ entry }: { entry: QueueEntry }) {
  const now = useNow();
  const mayAct = useMay(entry.kind === "undelivered" ? "delivery.act" : "queue.act");
  return (
    <li className={classes.entry}>
      <span className={classes.kind} data-kind={entry.kind}>
        {KINDS[entry.kind]}
      </span>
      <span className={classes.what}>
        <span className={classes.title}>{entry.title}</span>
        <span className={classes.reason}>
          {entry.reason} <span className={classes.since}>{ago(entry.since, now)}</span>
        </span>
      </span>
      {mayAct ? <Actions entry={entry} /> : <span className={classes.since}>An operator can clear it.</span>}
    </li>
  );
}

function Actions({ entry }: { entry: QueueEntry }) {
  const client = useQueryClient();
  const [busy, setBusy] = useState<string | null>(null);
  const [choice, setChoice] = useState<string | null>(null);
  const act = async (action: string, picked?: string) => {
    setBusy(action);
    try {
      client.setQueryData(["queues"], await actOnQueue(entry, action, picked));
    } catch (thrown) {
      const error = asHubError(thrown);
      toast.failed([error.message, error.action].filter(Boolean).join(" "));
    } finally {
      setBusy(null);
    }
  };
  return (
    <span className={classes.actions}>
      {entry.actions.map((action, at) =>
        action.choices ? (
          <span key={action.id} className={classes.choice}>
            <Select
              size="xs"
              aria-label={`${action.label}: choose`}
              placeholder="Choose…"
              data={action.choices.map((c) => ({ value: c.id, label: c.label }))}
              value={choice}
              onChange={setChoice}
              searchable={action.choices.length > 8}
              nothingFoundMessage="Nothing to choose from"
            />
            <Button
              variant="default"
              disabled={!choice}
              loading={busy === action.id}
              onClick={() => choice && void act(action.id, choice)}
            >
              {action.label}
            </Button>
          </span>
        ) : (
          <Button
            key={action.id}
            variant={at === 0 ? "default" : "subtle"}
            color="gray"
            loading={busy === action.id}
            onClick={() => void act(action.id)}
          >
            {action.label}
          </Button>
        ),
      )}
    </span>
  );
}
