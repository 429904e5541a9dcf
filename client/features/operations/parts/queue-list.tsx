import { Button } from "@mantine/core";
import type { AttentionEntry, ClearingAction, PoolLane } from "@readroom/shared/contract/http/operations.js";
import { IconCircleCheck, IconPhone } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";
import { refusalWords } from "../../../kernel/api";
import { ago } from "../../../ui/format";
import { useNow } from "../../../ui/now";
import { EmptyState } from "../../../ui/states";
import { toast } from "../../../ui/toast";
import { KIND_WORDS } from "../model";
import { runAction } from "../source";
import { Ask } from "./ask";
import classes from "./queue.module.css";

/** So many are shown before the rest is asked for: the lanes must stay in sight. */
const FIRST = 6;

interface ListProps {
  entries: readonly AttentionEntry[];
  pools: readonly PoolLane[];
  /** Something was cleared: the board is asked for again. */
  onCleared(): void;
}

/** What the hub will not decide by guessing, each with its reason and the action that clears it. */
export function AttentionList({ entries, pools, onCleared }: ListProps) {
  const [all, setAll] = useState(false);
  const now = useNow();
  if (entries.length === 0)
    return (
      <EmptyState icon={<IconCircleCheck size={28} stroke={1.5} />} title="Nothing is stuck">
        Studies without an order, studies that nobody may read, undelivered results and unacknowledged findings would
        wait here.
      </EmptyState>
    );
  const shown = all || entries.length <= FIRST + 1 ? entries : entries.slice(0, FIRST);
  return (
    <>
      <ul className={classes.list}>
        {shown.map((entry) => (
          <Entry key={`${entry.kind}-${entry.id}`} entry={entry} pools={pools} now={now} onCleared={onCleared} />
        ))}
      </ul>
      {shown.length < entries.length ? (
        <Button className={classes.more} variant="subtle" color="gray" onClick={() => setAll(true)}>
          Show {entries.length - shown.length} more
        </Button>
      ) : null}
    </>
  );
}

function Entry({ entry, pools, now, onCleared }: { entry: AttentionEntry; now: number } & Omit<ListProps, "entries">) {
  const [asking, setAsking] = useState<ClearingAction | null>(null);
  const [busy, setBusy] = useState<string | null>(null);
  const run = async (action: ClearingAction, said: Record<string, unknown> = {}) => {
    setBusy(action.label);
    try {
      await runAction(action, said);
      setAsking(null);
      onCleared();
    } catch (thrown) {
      toast.failed(refusalWords(thrown));
    } finally {
      setBusy(null);
    }
  };
  return (
    <li className={classes.entry} data-asking={asking !== null}>
      <span className={classes.kind} data-severe={entry.severity === 1}>
        {KIND_WORDS[entry.kind]}
      </span>
      <span className={classes.what}>
        <span className={classes.title}>{entry.title}</span>
        <span className={classes.reason}>
          {entry.reason} <span className={classes.since}>{ago(entry.since, now)}</span>
        </span>
        {entry.notes.map((note) => (
          <span key={`${note.at}-${note.by}`} className={classes.note}>
            {note.by}, {ago(note.at, now)}: {note.note}
          </span>
        ))}
      </span>
      <span className={classes.actions}>
        {entry.actions.map((action, at) => (
          <Act
            key={action.label}
            action={action}
            about={entry.title}
            first={at === 0}
            busy={busy === action.label && asking === null}
            run={() => (action.ask ? setAsking(asking === action ? null : action) : void run(action))}
          />
        ))}
      </span>
      {asking ? (
        <span className={classes.form}>
          <Ask
            action={asking}
            studyId={entry.studyId}
            pools={pools}
            busy={busy !== null}
            send={(said) => void run(asking, said)}
            close={() => setAsking(null)}
          />
        </span>
      ) : null}
    </li>
  );
}

function Act({
  action,
  about,
  first,
  busy,
  run,
}: {
  action: ClearingAction;
  about: string;
  first: boolean;
  busy: boolean;
  run(): void;
}) {
  const look = first ? ({ variant: "default" } as const) : ({ variant: "subtle", color: "gray" } as const);
  const name = `${action.label}: ${about}`;
  if (action.href?.startsWith("tel:"))
    return (
      <Button component="a" href={action.href} leftSection={<IconPhone size={14} />} aria-label={name} {...look}>
        {action.label}
      </Button>
    );
  if (action.href)
    return (
      <Button component={Link} to={action.href} aria-label={name} {...look}>
        {action.label}
      </Button>
    );
  return (
    <Button {...look} loading={busy} aria-label={name} onClick={run}>
      {action.label}
    </Button>
  );
}
