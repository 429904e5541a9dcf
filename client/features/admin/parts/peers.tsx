import { Button, NumberInput, Select, TextInput } from "@mantine/core";
import type { PeerView } from "@readroom/shared/contract/http/admin.js";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { refusalWords } from "../../../kernel/api";
import { useMay } from "../../../kernel/session";
import { ConfirmInline } from "../../../ui/confirm-inline";
import { FormDialog } from "../../../ui/form-dialog";
import { ago } from "../../../ui/format";
import { List } from "../../../ui/list";
import { mapLoaded } from "../../../ui/loaded";
import { useNow } from "../../../ui/now";
import { Panel } from "../../../ui/page";
import { EmptyState } from "../../../ui/states";
import { addPeer, removePeer, usePeers, useScope } from "../source";
import { useAdminAction } from "./form";

/** DICOM devices that may send to the hub, each known by its AE title and address. */
export function Peers() {
  const query = usePeers();
  const may = useMay("peer.write");
  const now = useNow();
  const [adding, setAdding] = useState(false);
  const run = useAdminAction();
  return (
    <Panel
      title="DICOM devices"
      flush
      aside={may ? <Button onClick={() => setAdding(true)}>Allow a device</Button> : null}
    >
      <List
        label="DICOM devices"
        loaded={mapLoaded(query, (list) => list.peers)}
        rowId={(peer) => peer.id}
        columns={[
          { header: "AE title", render: (peer) => peer.aeTitle },
          { header: "Address", render: (peer) => (peer.port ? `${peer.host}:${peer.port}` : peer.host) },
          { header: "What it is", wide: true, render: (peer) => peer.label || "–" },
          { header: "Site", render: (peer) => peer.siteName },
          { header: "Last sent", render: (peer) => (peer.lastSeenAt ? ago(peer.lastSeenAt, now) : "never") },
          ...(may
            ? [
                {
                  header: "Do",
                  render: (peer: PeerView) => (
                    <ConfirmInline
                      label="Remove"
                      question="It can’t send any more."
                      confirm="Remove"
                      danger
                      onConfirm={() => run(() => removePeer(peer.id))}
                    />
                  ),
                },
              ]
            : []),
        ]}
        empty={
          <EmptyState title="No device may send yet">
            Allow a scanner or PACS by its AE title and address. What an unknown sender tries is refused and shown to
            operators.
          </EmptyState>
        }
      />
      {adding ? <AddPeer onClose={() => setAdding(false)} /> : null}
    </Panel>
  );
}

function AddPeer({ onClose }: { onClose: () => void }) {
  const scope = useScope();
  const client = useQueryClient();
  const [peer, setPeer] = useState({ aeTitle: "", host: "", label: "", siteId: "" });
  const [port, setPort] = useState<number | string>("");
  const set = (field: keyof typeof peer) => (value: string | null) =>
    setPeer((was) => ({ ...was, [field]: value ?? "" }));
  return (
    <FormDialog
      words={refusalWords}
      title="Allow a device"
      opened
      onClose={onClose}
      submit="Allow"
      onSubmit={async () => {
        await addPeer({ ...peer, ...(typeof port === "number" ? { port } : {}) });
        await client.invalidateQueries({ queryKey: ["admin", "peers"] });
      }}
    >
      <TextInput
        label="AE title"
        required
        maxLength={16}
        value={peer.aeTitle}
        onChange={(event) => set("aeTitle")(event.currentTarget.value)}
      />
      <TextInput
        label="Host name or address"
        required
        value={peer.host}
        onChange={(event) => set("host")(event.currentTarget.value)}
      />
      <NumberInput
        label="Port"
        description="Only if the hub is to send to it or fetch priors from it"
        min={1}
        max={65_535}
        hideControls
        value={port}
        onChange={setPort}
      />
      <Select
        label="Site"
        required
        data={(scope.data?.organisations ?? []).map((one) => ({
          group: one.name,
          items: one.sites.map((site) => ({ value: site.id, label: site.name })),
        }))}
        value={peer.siteId || null}
        onChange={set("siteId")}
      />
      <TextInput label="What it is" value={peer.label} onChange={(event) => set("label")(event.currentTarget.value)} />
    </FormDialog>
  );
}
