import { Alert, Button, SegmentedControl, Textarea, TextInput } from "@mantine/core";
import { SaveSnippet, type SnippetView } from "@readroom/shared/contract/http/report-templates.js";
import { IconAbc } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { asHubError } from "../../../kernel/api";
import { ConfirmInline } from "../../../ui/confirm-inline";
import { List, type ListColumn } from "../../../ui/list";
import { mapLoaded } from "../../../ui/loaded";
import { Panel } from "../../../ui/page";
import { EmptyState } from "../../../ui/states";
import { toast } from "../../../ui/toast";
import { useDeleteSnippet, useSaveSnippet, useSnippetList, useTemplateList } from "../use-templates";
import classes from "./manage.module.css";

/** Texts by abbreviation. One's own goes before the group's of the same abbreviation. */
export function SnippetsTab() {
  const query = useSnippetList();
  const remove = useDeleteSnippet();
  const columns: readonly ListColumn<SnippetView>[] = [
    { header: "Typed before Tab", render: ({ abbreviation }) => <code>{abbreviation}</code> },
    { header: "Becomes", wide: true, render: ({ text }) => <span className={classes.snippet}>{text}</span> },
    { header: "Whose", render: ({ owner }) => (owner === "own" ? "Mine" : "Group") },
    {
      header: "Do",
      align: "right",
      render: ({ id, mayEdit, abbreviation }) =>
        mayEdit ? (
          <ConfirmInline
            label="Delete"
            question={`Delete ${abbreviation}?`}
            confirm="Delete"
            danger
            onConfirm={async () => {
              await remove.mutateAsync(id).catch((thrown: unknown) => void toast.failed(asHubError(thrown).message));
            }}
          />
        ) : null,
    },
  ];
  return (
    <div className={classes.sections}>
      <NewSnippet />
      <Panel title="Snippets" flush>
        <List
          label="Snippets"
          loaded={mapLoaded(query, ({ snippets }) => snippets)}
          columns={columns}
          rowId={({ id }) => id}
          empty={
            <EmptyState icon={<IconAbc size={28} stroke={1.4} />} title="No snippets">
              A snippet is a text that an abbreviation and Tab write.
            </EmptyState>
          }
        />
      </Panel>
    </div>
  );
}

function NewSnippet() {
  const mayEditGroup = useTemplateList().data?.mayEditGroup ?? false;
  const [abbreviation, setAbbreviation] = useState("");
  const [text, setText] = useState("");
  const [owner, setOwner] = useState<"own" | "group">("own");
  const [problem, setProblem] = useState<string | null>(null);
  const save = useSaveSnippet();
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const snippet = SaveSnippet.safeParse({ owner, abbreviation, text });
    if (!snippet.success) return setProblem(snippet.error.issues[0]?.message ?? "It is not complete.");
    setProblem(null);
    try {
      await save.mutateAsync(snippet.data);
      setAbbreviation("");
      setText("");
    } catch (thrown) {
      setProblem(asHubError(thrown).message);
    }
  };
  return (
    <Panel title="New, or changed under the same abbreviation">
      <form onSubmit={(event) => void submit(event)} className={classes.form}>
        {problem ? (
          <Alert color="red" role="alert">
            {problem}
          </Alert>
        ) : null}
        <div className={classes.columns}>
          <TextInput
            label="Abbreviation"
            placeholder=";nl"
            value={abbreviation}
            onChange={(event) => setAbbreviation(event.currentTarget.value)}
          />
          <SegmentedControl
            aria-label="Whose"
            value={owner}
            onChange={(value) => setOwner(value === "group" ? "group" : "own")}
            data={[
              { value: "own", label: "Mine" },
              { value: "group", label: "The group's", disabled: !mayEditGroup },
            ]}
            style={{ alignSelf: "end" }}
          />
        </div>
        <Textarea
          label="Text"
          autosize
          minRows={2}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Button
          type="submit"
          loading={save.isPending}
          disabled={abbreviation.trim() === "" || text.trim() === ""}
          style={{ alignSelf: "start" }}
        >
          Save
        </Button>
      </form>
    </Panel>
  );
}
