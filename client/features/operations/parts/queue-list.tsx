import { Button } from "@mantine/core";
import type { AttentionEntry, ClearingAction } from "@readroom/shared/contract/http/operations.js";
import { IconCircleCheck } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { asHubError } from "../../../kernel/api";
import { ago } from "../../../ui/format";
import { useNow } from "../../../ui/now";
import { EmptyState } from "../../../ui/states";
import { toast } from "../../../ui/toast";
import { KIND_WORDS } from "../model";
import { runAction } from "../source";
import classes from "./queue.module.css";

/** What the hub will not decide by guessing, each with its reason and the action that clears it. */
export function AttentionList({ entries }: { entries: readonly AttentionEntry[] }) {
  const now = useNow();
  if (entries.length === 0)
    return (
      <EmptyState icon={<IconCircleCheck size={28} stroke={1.5} />} title="Nothing is stuck">
        Studies without an order, studies that no rule routes, undelivered results and unacknowledged findings would
        wait here.
      </EmptyState>
    );
  return (
    <ul className={classes.list}>
      {entries.map((entry) => (
        <li key={`${entry.kind}-${entry.id}`} className={classes.entry}>
          <span className={classes.kind} data-severe={entry.severity === 1}>
            {KIND_WORDS[entry.kind]}
          </span>
          <span className={classes.what}>
            <span className={classes.title}>{entry.title}</span>
            <span className={classes.reason}>
              {entry.reason} <span className={classes.since}>{ago(entry.since, now)}</span>
            </span>
          </span>
          <span className={classes.actions}>
            {entry.actions.map((action, at) => (
              <Act key={action.label} action={action} first={at === 0} />
            ))}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Act({ action, first }: { action: ClearingAction; first: boolean }) {
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const look = first ? ({ variant: "default" } as const) : ({ variant: "subtle", color: "gray" } as const);
  if (action.href)
    return (
      <Button component={Link} to={action.href} {...look}>
        {action.label}
      </Button>
    );
  const run = async () => {
    setBusy(true);
    try {
      await runAction(action);
      await client.invalidateQueries();
    } catch (thrown) {
      const error = asHubError(thrown);
      toast.failed([error.message, error.action].filter(Boolean).join(" "));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button {...look} loading={busy} onClick={() => void run()}>
      {action.label}
    </Button>
  );
}
