import { Button, Select, TextInput } from "@mantine/core";
import type { TokenView } from "@readroom/shared/contract/http/admin.js";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { refusalWords } from "../../../kernel/api";
import { ConfirmInline } from "../../../ui/confirm-inline";
import { FormDialog } from "../../../ui/form-dialog";
import { ago, dateOnly } from "../../../ui/format";
import { List } from "../../../ui/list";
import { mapLoaded } from "../../../ui/loaded";
import { useNow } from "../../../ui/now";
import { Panel } from "../../../ui/page";
import { EmptyState } from "../../../ui/states";
import { Tone } from "../../../ui/tone";
import { addToken, revokeToken, useScope, useTokens } from "../source";
import { SecretDialog, useAdminAction } from "./form";

/** Bearer tokens of programs that talk to the hub over http. */
export function Tokens() {
  const query = useTokens();
  const now = useNow();
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const run = useAdminAction();
  return (
    <Panel title="Access tokens" flush aside={<Button onClick={() => setAdding(true)}>Make a token</Button>}>
      <List
        label="Access tokens"
        loaded={mapLoaded(query, (list) => list.tokens)}
        rowId={(token) => token.id}
        columns={[
          { header: "For", wide: true, render: (token) => token.label },
          { header: "Role", render: (token) => token.role },
          {
            header: "Made",
            render: (token) => `${dateOnly(token.createdAt)}${token.createdBy ? `, ${token.createdBy}` : ""}`,
          },
          { header: "Last used", render: (token) => (token.lastUsedAt ? ago(token.lastUsedAt, now) : "never") },
          {
            header: "State",
            render: (token) => (token.revokedAt ? <Tone tone="bad">revoked</Tone> : <Tone tone="ok">valid</Tone>),
          },
          {
            header: "Do",
            render: (token: TokenView) =>
              token.revokedAt ? (
                "–"
              ) : (
                <ConfirmInline
                  label="Revoke"
                  question="Its program stops at once."
                  confirm="Revoke"
                  danger
                  onConfirm={() => run(() => revokeToken(token.id))}
                />
              ),
          },
        ]}
        empty={
          <EmptyState title="No tokens">A program that sends over DICOMweb or reads results needs one.</EmptyState>
        }
      />
      {adding ? <AddToken onClose={() => setAdding(false)} onSecret={setSecret} /> : null}
      <SecretDialog title="Token" secret={secret} onClose={() => setSecret(null)} />
    </Panel>
  );
}

function AddToken({ onClose, onSecret }: { onClose: () => void; onSecret: (secret: string) => void }) {
  const scope = useScope();
  const client = useQueryClient();
  const [label, setLabel] = useState("");
  const [organisationId, setOrganisation] = useState<string | null>(null);
  const [siteId, setSite] = useState<string | null>(null);
  const organisations = scope.data?.organisations ?? [];
  const sites = organisations.find((one) => one.id === organisationId)?.sites ?? [];
  return (
    <FormDialog
      words={refusalWords}
      title="Make a token"
      opened
      onClose={onClose}
      submit="Make"
      onSubmit={async () => {
        const made = await addToken({ label, organisationId: organisationId ?? "", ...(siteId ? { siteId } : {}) });
        await client.invalidateQueries({ queryKey: ["admin", "tokens"] });
        onSecret(made.secret);
      }}
    >
      <TextInput
        label="What it is for"
        required
        value={label}
        onChange={(event) => setLabel(event.currentTarget.value)}
      />
      <Select
        label="Organisation"
        required
        data={organisations.map((one) => ({ value: one.id, label: one.name }))}
        value={organisationId}
        onChange={(value) => {
          setOrganisation(value);
          setSite(null);
        }}
      />
      {sites.length > 0 ? (
        <Select
          label="Only this site"
          clearable
          placeholder="All of its sites"
          data={sites.map((site) => ({ value: site.id, label: site.name }))}
          value={siteId}
          onChange={setSite}
        />
      ) : null}
    </FormDialog>
  );
}
