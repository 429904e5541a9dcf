import { Button, Progress } from "@mantine/core";
import type { SimulationSummary } from "@readroom/shared/contract/http/simulation.js";
import { IconArrowLeft } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { asHubError } from "../../../kernel/api";
import { dateTime } from "../../../ui/format";
import { toast } from "../../../ui/toast";
import { cancelSimulation } from "../source";
import classes from "./running.module.css";

/** Name and state of the try-out that is open: progress while it runs, the reason where it failed. */
export function Running({ simulation, onClose }: { simulation: SimulationSummary; onClose: () => void }) {
  const client = useQueryClient();
  const { id, name, state, progress, problem, requestedBy, createdAt } = simulation;
  const cancel = async () => {
    try {
      await cancelSimulation(id);
    } catch (thrown) {
      toast.failed(asHubError(thrown).message);
    }
    await client.invalidateQueries({ queryKey: ["simulations"] });
  };
  return (
    <section className={classes.head} aria-label="Try-out">
      <div className={classes.row}>
        <Button variant="default" leftSection={<IconArrowLeft size={14} />} onClick={onClose}>
          All try-outs
        </Button>
        <h2 className={classes.name}>{name}</h2>
        <span className={classes.by}>
          {requestedBy}, {dateTime(createdAt)}
        </span>
      </div>
      {state === "running" ? (
        <div className={classes.row}>
          <Progress className={classes.progress} value={progress * 100} aria-label="Progress of the try-out" />
          <span className="rr-num">{Math.round(progress * 100)} %</span>
          <Button variant="default" onClick={() => void cancel()}>
            Cancel
          </Button>
        </div>
      ) : null}
      {state === "failed" ? (
        <p role="alert">{problem || "It could not be finished."} The hub is as it was; start it again.</p>
      ) : null}
      {state === "cancelled" ? <p>It was cancelled before it was finished.</p> : null}
    </section>
  );
}
