import { Button, Group } from "@mantine/core";
import type { DeliveryView } from "@readroom/shared/contract/http/delivery.js";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { asHubError } from "../../../kernel/api";
import { useMay } from "../../../kernel/session";
import { dateTime } from "../../../ui/format";
import { List, type ListColumn } from "../../../ui/list";
import { mapLoaded } from "../../../ui/loaded";
import { EmptyState } from "../../../ui/states";
import { toast } from "../../../ui/toast";
import { Tone } from "../../../ui/tone";
import { actionWord, deliveryWord } from "../model";
import { actOnDelivery, useDeliveries } from "../source";

/** Results on their way to each destination, newest first, with what a person can do about one that is stuck. */
export function DeliveriesTable() {
  const query = useDeliveries();
  const mayAct = useMay("delivery.act");
  const columns: Array<ListColumn<DeliveryView>> = [
    {
      header: "Destination",
      wide: true,
      render: (row) => `${row.siteName} · ${row.kind === "oru" ? "HL7" : "PDF"} · ${row.destination}`,
    },
    { header: "Report", render: (row) => row.reportKind },
    {
      header: "State",
      render: (row) => {
        const word = deliveryWord(row.state, row.heldBack);
        return <Tone tone={word.tone}>{word.text}</Tone>;
      },
    },
    { header: "Tries", align: "right", render: (row) => row.attempts },
    { header: "Since", render: (row) => dateTime(row.createdAt) },
    { header: "Remark", wide: true, render: (row) => row.reason || "–" },
    ...(mayAct ? [{ header: "Do", render: (row: DeliveryView) => <Acts row={row} /> }] : []),
  ];
  return (
    <List
      label="Deliveries"
      loaded={mapLoaded(query, (list) => list.deliveries)}
      columns={columns}
      rowId={(row) => row.id}
      empty={
        <EmptyState title="Nothing was sent yet">
          Each signed report goes to its site’s system; how that went shows here.
        </EmptyState>
      }
    />
  );
}

function Acts({ row }: { row: DeliveryView }) {
  const client = useQueryClient();
  const [busy, setBusy] = useState<string | null>(null);
  const act = async (action: string) => {
    setBusy(action);
    try {
      await actOnDelivery(row.id, action);
      await client.invalidateQueries({ queryKey: ["deliveries"] });
    } catch (thrown) {
      toast.failed(asHubError(thrown).message);
    } finally {
      setBusy(null);
    }
  };
  if (row.actions.length === 0) return <>–</>;
  return (
    <Group gap={4} wrap="nowrap">
      {row.actions.map((action) => (
        <Button
          key={action}
          size="compact-xs"
          variant="default"
          loading={busy === action}
          onClick={() => void act(action)}
        >
          {actionWord(action)}
        </Button>
      ))}
    </Group>
  );
}
