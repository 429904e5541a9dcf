import { Alert, Button, Group, Textarea } from "@mantine/core";
import type { DraftView } from "@readroom/shared/contract/http/routing.js";
import { useState } from "react";
import { asHubError, refusalWords } from "../../../kernel/api";
import { ConfirmInline } from "../../../ui/confirm-inline";
import { FormDialog } from "../../../ui/form-dialog";
import { toast } from "../../../ui/toast";
import classes from "../page.module.css";
import { discardDraft, publishDraft } from "../source";
import type { DraftEdit } from "../use-draft-edit";

/** What the draft changes, what is wrong with it, and the three ways on: try, publish, discard. */
export function DraftBanner({
  draft,
  edit,
  mayWrite,
  onTry,
}: {
  draft: DraftView;
  edit: DraftEdit;
  mayWrite: boolean;
  onTry: () => void;
}) {
  const [publishing, setPublishing] = useState(false);
  const { problems, warnings, changes, info } = draft;
  const discard = async () => {
    try {
      await discardDraft(draft.revision);
    } catch (thrown) {
      toast.failed(asHubError(thrown).message);
    }
    await edit.refresh();
  };
  return (
    <section className={classes.banner} aria-label="Draft">
      <div className={classes.bannerHead}>
        <div>
          <h2 className={classes.bannerTitle}>Draft, not in effect</h2>
          <p className={classes.soft}>
            Last changed by {info.updatedByName}.{edit.busy ? " Saving…" : " Saved."}
            {draft.outdatedFrom === null
              ? ""
              : ` It was made from version ${draft.outdatedFrom}, which is no longer in effect.`}
          </p>
        </div>
        {mayWrite ? (
          <Group gap={8}>
            <Button variant="default" onClick={onTry}>
              Try
            </Button>
            <Button disabled={edit.busy} onClick={() => setPublishing(true)}>
              Publish
            </Button>
            <ConfirmInline
              label="Discard"
              question="Everything in the draft is lost."
              confirm="Discard"
              danger
              onConfirm={discard}
            />
          </Group>
        ) : null}
      </div>
      {edit.clash ? <ClashNotice edit={edit} /> : null}
      {problems.length > 0 ? (
        <Alert color="red" variant="light" role="alert" title="It can’t be published like this">
          <Messages lines={problems.map(({ message }) => message)} />
        </Alert>
      ) : null}
      {warnings.length > 0 ? (
        <Alert color="yellow" variant="light" title="Worth a look">
          <Messages lines={warnings.map(({ message }) => message)} />
        </Alert>
      ) : null}
      <Changes changes={changes} />
      {publishing ? <Publish draft={draft} edit={edit} onClose={() => setPublishing(false)} /> : null}
    </section>
  );
}

const Messages = ({ lines }: { lines: readonly string[] }) => (
  <ul className={classes.lines}>
    {[...new Set(lines)].map((line) => (
      <li key={line}>{line}</li>
    ))}
  </ul>
);

function ClashNotice({ edit }: { edit: DraftEdit }) {
  return (
    <Alert color="yellow" variant="light" role="alert" title={edit.clash?.error.message ?? ""}>
      <p className={classes.sentence}>Your last change is not saved yet.</p>
      <Group gap={8}>
        <Button variant="default" onClick={() => void edit.takeTheirs()}>
          Load their version
        </Button>
        <Button variant="default" onClick={() => void edit.keepMine()}>
          Put mine over it
        </Button>
      </Group>
    </Alert>
  );
}

export function Changes({ changes }: { changes: readonly string[] }) {
  if (changes.length === 0) return <p className={classes.soft}>Nothing is different from what is in effect.</p>;
  return (
    <details className={classes.details} open={changes.length <= 5}>
      <summary>{changes.length === 1 ? "1 change" : `${changes.length} changes`}</summary>
      <Messages lines={changes} />
    </details>
  );
}

function Publish({ draft, edit, onClose }: { draft: DraftView; edit: DraftEdit; onClose: () => void }) {
  const [note, setNote] = useState("");
  return (
    <FormDialog
      words={refusalWords}
      title="Publish the draft"
      opened
      onClose={onClose}
      submit="Publish"
      onSubmit={async () => {
        await publishDraft(draft.revision, note);
        toast.done("Open studies are being decided anew.", "Published");
        await edit.refresh();
      }}
    >
      <p className={classes.sentence}>
        It takes effect at once. Every open study is decided anew, the most urgent first; nobody loses a study that they
        have open.
      </p>
      <Textarea
        label="What changes and why"
        required
        maxLength={500}
        autosize
        minRows={2}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
        data-autofocus
      />
    </FormDialog>
  );
}
