import { Button, Modal } from "@mantine/core";
import { useState } from "react";
import { refusalWords } from "../../../kernel/api";
import { dateTime } from "../../../ui/format";
import { List } from "../../../ui/list";
import { asShown, mapLoaded } from "../../../ui/loaded";
import { Panel } from "../../../ui/page";
import { EmptyState, ErrorState, SkeletonRows } from "../../../ui/states";
import { toast } from "../../../ui/toast";
import classes from "../page.module.css";
import { startDraft, useVersion, useVersions } from "../source";
import { Changes } from "./draft-banner";

/** Every version that was in effect: readable, and a draft can begin with it. */
export function History({ mayRestore, onRestored }: { mayRestore: boolean; onRestored: () => void }) {
  const versions = useVersions();
  const [open, setOpen] = useState<string | null>(null);
  const restore = async (id: string) => {
    try {
      await startDraft(id);
      setOpen(null);
      onRestored();
    } catch (thrown) {
      toast.refused(refusalWords(thrown));
    }
  };
  return (
    <Panel title="Versions" flush>
      <List
        label="Versions"
        loaded={mapLoaded(versions, (list) => list.versions)}
        rowId={(version) => version.id}
        onPick={(version) => setOpen(version.id)}
        columns={[
          { header: "Version", render: ({ number }) => (number === 0 ? "The hub’s own" : `Version ${number}`) },
          { header: "What and why", wide: true, render: ({ note }) => note || "–" },
          { header: "Rules", align: "right", render: ({ rules }) => rules },
          { header: "By", render: ({ publishedByName }) => publishedByName ?? "–" },
          { header: "Published", render: ({ publishedAt }) => (publishedAt ? dateTime(publishedAt) : "–") },
          { header: "State", render: ({ state }) => (state === "published" ? "in effect" : "earlier") },
        ]}
        empty={<EmptyState title="Nothing published yet">The first publication stands here.</EmptyState>}
      />
      {open ? <Version id={open} mayRestore={mayRestore} onClose={() => setOpen(null)} onRestore={restore} /> : null}
    </Panel>
  );
}

function Version(props: {
  id: string;
  mayRestore: boolean;
  onClose: () => void;
  onRestore: (id: string) => Promise<void>;
}) {
  const shown = asShown(useVersion(props.id));
  const title =
    shown.state === "ready"
      ? shown.value.info.number === 0
        ? "The hub’s own rules"
        : `Version ${shown.value.info.number}`
      : "Version";
  return (
    <Modal opened onClose={props.onClose} size="lg" title={title} closeButtonProps={{ "aria-label": "Close" }}>
      {shown.state === "loading" ? <SkeletonRows rows={4} tracks="1fr 3fr" height={36} /> : null}
      {shown.state === "error" || shown.state === "offline" ? (
        <ErrorState
          title="The version could not be loaded"
          error={shown.state === "error" ? shown.error : { message: "The hub cannot be reached." }}
          onRetry={shown.retry}
        />
      ) : null}
      {shown.state === "ready" ? (
        <div className={classes.editor}>
          <p className={classes.sentence}>{shown.value.info.note}</p>
          {shown.value.changes.length > 0 ? <Changes changes={shown.value.changes} /> : null}
          <ol className={classes.lines}>
            {shown.value.content.rules.map((rule, at) => (
              <li key={rule.id}>
                <strong>{rule.name}</strong>: {shown.value.lines[at]?.sentence}
                {rule.enabled ? "" : " (off)"}
              </li>
            ))}
          </ol>
          {props.mayRestore ? (
            <Button onClick={() => void props.onRestore(props.id)}>Start a draft from it</Button>
          ) : null}
        </div>
      ) : null}
    </Modal>
  );
}
