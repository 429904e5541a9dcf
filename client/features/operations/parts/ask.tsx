import { Button, NumberInput, Select, TextInput } from "@mantine/core";
import type { ClearingAction, PoolLane } from "@readroom/shared/contract/http/operations.js";
import { type FormEvent, type ReactNode, useState } from "react";
import { asHubError } from "../../../kernel/api";
import { asShown } from "../../../ui/loaded";
import { ErrorState, OfflineState, SkeletonRows } from "../../../ui/states";
import { useOrderCandidates } from "../source";
import classes from "./queue.module.css";

export interface AskProps {
  action: ClearingAction;
  studyId: string | null;
  pools: readonly Pick<PoolLane, "id" | "name">[];
  busy: boolean;
  send(said: Record<string, unknown>): void;
  close(): void;
}

/** What a person must say before an entry can be cleared, in the entry's own place. Escape takes it back. */
export function Ask(props: AskProps) {
  switch (props.action.ask) {
    case "pool":
      return <AskPool {...props} />;
    case "receiver":
      return <AskReceiver {...props} />;
    case "order":
      return <AskOrder {...props} />;
    default:
      return <AskNote {...props} />;
  }
}

function Form({ action, busy, close, ready, send, children }: AskProps & { ready: boolean; children: ReactNode }) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) send({});
  };
  return (
    <form
      className={classes.ask}
      aria-label={action.label}
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        close();
      }}
    >
      {children}
      <Button type="submit" loading={busy} disabled={!ready}>
        {action.label}
      </Button>
      <Button variant="subtle" color="gray" onClick={close}>
        Keep
      </Button>
    </form>
  );
}

function AskNote(props: AskProps) {
  const [note, setNote] = useState("");
  const { action, send } = props;
  return (
    <Form {...props} ready={note.trim().length >= 3} send={() => send({ [action.field ?? "note"]: note.trim() })}>
      <TextInput
        className={classes.wide}
        label={action.question ?? "What was done?"}
        value={note}
        maxLength={300}
        autoFocus
        onChange={(event) => setNote(event.currentTarget.value)}
      />
    </Form>
  );
}

function AskPool(props: AskProps) {
  const [poolId, setPoolId] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  const { pools, send } = props;
  return (
    <Form
      {...props}
      ready={poolId !== null}
      send={() => send({ poolId, reason: reason.trim() || "chosen on the board" })}
    >
      <Select
        label="Pool"
        placeholder="Choose"
        data={pools.map(({ id, name }) => ({ value: id, label: name }))}
        value={poolId}
        onChange={setPoolId}
        autoFocus
      />
      <TextInput
        className={classes.wide}
        label="Why there"
        value={reason}
        maxLength={300}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </Form>
  );
}

function AskReceiver(props: AskProps) {
  const [host, setHost] = useState("");
  const [port, setPort] = useState<string | number>(2575);
  const { send } = props;
  return (
    <Form
      {...props}
      ready={host.trim() !== "" && port !== ""}
      send={() => send({ host: host.trim(), port: Number(port) })}
    >
      <TextInput
        className={classes.wide}
        label="Host or address"
        placeholder="hl7.hospital.example"
        description="The HL7 v2 listener (MLLP) that takes the site’s results. The hospital is told of the change."
        value={host}
        autoFocus
        onChange={(event) => setHost(event.currentTarget.value)}
      />
      <NumberInput label="Port" min={1} max={65_535} hideControls w={96} value={port} onChange={setPort} />
    </Form>
  );
}

function AskOrder({ studyId, busy, send, close }: AskProps) {
  const query = useOrderCandidates(studyId);
  const shown = asShown(query);
  const end = (
    <Button variant="subtle" color="gray" onClick={close}>
      Close
    </Button>
  );
  if (shown.state === "loading") return <SkeletonRows rows={2} tracks="1fr 90px" height={40} />;
  if (shown.state === "error")
    return <ErrorState title="The orders could not be loaded" error={asHubError(shown.error)} onRetry={shown.retry} />;
  if (shown.state === "offline") return <OfflineState onRetry={shown.retry}>The study stays as it is.</OfflineState>;
  const { orders } = shown.value;
  return (
    <div className={classes.candidates}>
      {orders.length === 0 ? (
        <p className={classes.reason}>No order of this hospital shares a number or a birth date with the images.</p>
      ) : (
        <ul>
          {orders.slice(0, 8).map((order) => (
            <li key={order.id}>
              <span>
                <span className={classes.title}>
                  {order.procedure} · {order.accessionNumber}
                </span>
                <span className={classes.reason}>
                  {order.patientName}, {order.mrn}: {order.likeness.join(", ")}
                </span>
              </span>
              <Button variant="default" loading={busy} onClick={() => send({ orderId: order.id })}>
                This one
              </Button>
            </li>
          ))}
        </ul>
      )}
      {end}
    </div>
  );
}
