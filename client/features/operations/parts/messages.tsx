import { Button, Modal, SegmentedControl } from "@mantine/core";
import type { MessageView } from "@readroom/shared/contract/http/orders.js";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { asHubError } from "../../../kernel/api";
import { useMay } from "../../../kernel/session";
import { absoluteTime, dateTime } from "../../../ui/format";
import { List } from "../../../ui/list";
import { mapLoaded } from "../../../ui/loaded";
import { EmptyState, ErrorState, SkeletonRows } from "../../../ui/states";
import { toast } from "../../../ui/toast";
import { Tone } from "../../../ui/tone";
import { replayMessage, useMessage, useMessages } from "../source";
import classes from "./messages.module.css";

const TONES: Record<MessageView["state"], "ok" | "wait" | "bad"> = {
  accepted: "ok",
  sent: "wait",
  received: "wait",
  failed: "bad",
  rejected: "bad",
};

/** Every HL7 message in and out, without patient data; one opens to its lines. */
export function Messages() {
  const [direction, setDirection] = useState<"in" | "out">("in");
  const [picked, setPicked] = useState<string | null>(null);
  const query = useMessages(direction);
  return (
    <>
      <div className={classes.bar}>
        <SegmentedControl
          aria-label="Direction"
          value={direction}
          onChange={(value) => setDirection(value === "out" ? "out" : "in")}
          data={[
            { value: "in", label: "In" },
            { value: "out", label: "Out" },
          ]}
        />
      </div>
      <List
        label="Messages"
        loaded={mapLoaded(query, (list) => list.messages)}
        rowId={(row) => row.id}
        onPick={(row) => setPicked(row.id)}
        columns={[
          { header: "Message", render: (row) => row.messageType },
          { header: "Site", render: (row) => row.siteName ?? "unknown" },
          { header: "From", render: (row) => row.sender },
          { header: "Control id", render: (row) => row.controlId },
          { header: "State", render: (row) => <Tone tone={TONES[row.state]}>{row.state}</Tone> },
          { header: "At", render: (row) => dateTime(row.at) },
          { header: "Remark", wide: true, render: (row) => row.reason || "–" },
        ]}
        empty={
          <EmptyState title="No messages yet">
            HL7 v2 messages of every site are kept here, with what was answered.
          </EmptyState>
        }
      />
      <Modal
        opened={picked !== null}
        onClose={() => setPicked(null)}
        title="Message"
        size="xl"
        closeButtonProps={{ "aria-label": "Close" }}
      >
        {picked ? <OneMessage id={picked} /> : null}
      </Modal>
    </>
  );
}

function OneMessage({ id }: { id: string }) {
  const query = useMessage(id);
  const client = useQueryClient();
  const mayReplay = useMay("message.replay");
  const replay = useMutation({
    mutationFn: () => replayMessage(id),
    onSuccess: (outcome) => {
      toast.done(outcome.reason || `Taken again: ${outcome.state}.`);
      void client.invalidateQueries({ queryKey: ["messages"] });
    },
    onError: (thrown) => toast.failed(asHubError(thrown).message),
  });
  if (query.error)
    return <ErrorState title="No message" error={asHubError(query.error)} onRetry={() => void query.refetch()} />;
  if (!query.data) return <SkeletonRows rows={4} tracks="1fr" height={24} />;
  const message = query.data;
  return (
    <div className={classes.message}>
      <p className={classes.facts}>
        {message.messageType} · v{message.version} · {message.peer} · {absoluteTime(message.at)}
      </p>
      {message.reason ? <p className={classes.facts}>{message.reason}</p> : null}
      {message.hidden ? (
        <p className={classes.facts}>
          Its contents name a patient and are shown only to those who may read this hospital’s orders.
        </p>
      ) : (
        <>
          <pre className={classes.lines}>{message.lines?.join("\n")}</pre>
          {message.reply?.length ? (
            <>
              <h3 className={classes.heading}>Answer</h3>
              <pre className={classes.lines}>{message.reply.join("\n")}</pre>
            </>
          ) : null}
        </>
      )}
      {mayReplay && message.replayable ? (
        <Button variant="default" loading={replay.isPending} onClick={() => replay.mutate()}>
          Take it again
        </Button>
      ) : null}
    </div>
  );
}
