import { Button, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { refusalWords } from "../../../kernel/api";
import { useMay } from "../../../kernel/session";
import { dateTime } from "../../../ui/format";
import { toast } from "../../../ui/toast";
import type { Line } from "../model";
import { confirmWithoutOrder, loadCandidates, matchToOrder } from "../source";
import { useStore } from "../use-worklist";
import classes from "./preview.module.css";

/** Why a study has no order, the orders that it may belong to, and the way on without one. */
export function MatchOrder({ line }: { line: Line }) {
  const may = useMay("queue.act");
  const store = useStore();
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState<string | null>(null);
  const candidates = useQuery({
    queryKey: ["study", line.studyId, "orders"],
    queryFn: ({ signal }) => loadCandidates(line.studyId, signal),
    enabled: may,
  });
  const settle = async (what: string, act: () => Promise<Line>) => {
    setBusy(what);
    try {
      store.push({ type: "line", line: await act() });
    } catch (thrown) {
      toast.failed(refusalWords(thrown));
    } finally {
      setBusy(null);
    }
  };
  return (
    <section className={classes.section}>
      <h2 className={classes.heading}>No order yet</h2>
      <p className={classes.text}>{line.match.reason || "No order with this accession and patient exists."}</p>
      {may ? null : <p className={classes.soft}>An operator or the hospital’s coordinator can match it.</p>}
      <ul className={classes.priors}>
        {candidates.data?.orders.slice(0, 3).map((order) => (
          <li key={order.id}>
            <span>
              {order.procedure} · {order.patientName}
            </span>
            <p className={classes.soft}>
              {order.accessionNumber} · {dateTime(order.orderedAt, line.site.timeZone)} · {order.likeness.join(", ")}
            </p>
            <Button
              variant="default"
              size="compact-xs"
              loading={busy === order.id}
              onClick={() => void settle(order.id, () => matchToOrder(line.studyId, order.id))}
            >
              Match to this order
            </Button>
          </li>
        ))}
      </ul>
      {may ? (
        <form
          className={classes.confirm}
          onSubmit={(event) => {
            event.preventDefault();
            void settle("confirm", () => confirmWithoutOrder(line.studyId, reason));
          }}
        >
          <TextInput
            size="xs"
            aria-label="Why it may be read without an order"
            placeholder="Why without an order?"
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Button type="submit" variant="default" disabled={reason.trim().length < 3} loading={busy === "confirm"}>
            Read without an order
          </Button>
        </form>
      ) : null}
    </section>
  );
}
