import { IconInbox } from "@tabler/icons-react";
import { useMay } from "../../../kernel/session";
import { useQueues, useReloadOnEvents } from "../source";
import classes from "./queue.module.css";

/** The worklist's tab for what waits for a person. Absent where there is nothing to see or no right to see it. */
export function QueueTab({ chosen, onChoose }: { chosen: boolean; onChoose: () => void }) {
  const may = useMay("queue.read");
  const queues = useQueues();
  useReloadOnEvents(["queues"]);
  const waiting = queues.data?.entries.length ?? 0;
  if (!may || (waiting === 0 && !chosen)) return null;
  return (
    <button type="button" className={classes.tab} aria-current={chosen} onClick={onChoose}>
      <IconInbox size={14} stroke={1.8} aria-hidden="true" /> Stuck <span className={classes.count}>{waiting}</span>
    </button>
  );
}
