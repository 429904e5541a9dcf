import { ActionIcon, Button, Drawer, Group, TagsInput, TextInput } from "@mantine/core";
import type { VocabularyView } from "@readroom/shared/contract/http/routing.js";
import { MODALITIES } from "@readroom/shared/domain/routing/codes.js";
import { IconArrowDown, IconArrowUp, IconPencil } from "@tabler/icons-react";
import { useState } from "react";
import { ConfirmInline } from "../../../ui/confirm-inline";
import { Panel } from "../../../ui/page";
import { EmptyState } from "../../../ui/states";
import { type Content, moved } from "../model";
import classes from "../page.module.css";
import type { DraftEdit } from "../use-draft-edit";

type Entry = Content["mapping"][number];

/** How a subspecialty is found: codes first, then body parts, then words, each from the top. */
export function Mapping(props: {
  content: Content;
  known: VocabularyView | undefined;
  editable: boolean;
  edit: DraftEdit;
}) {
  const { content, editable, edit } = props;
  const { mapping } = content;
  const [editing, setEditing] = useState<number | null>(null);
  const save = (next: Entry[]) => edit.save({ ...content, mapping: next });
  const entry = editing === null ? null : (mapping[editing] ?? EMPTY);
  return (
    <Panel
      title="How a subspecialty is found"
      flush
      aside={editable ? <Button onClick={() => setEditing(mapping.length)}>Add a line</Button> : null}
    >
      <p className={classes.note}>
        The procedure code counts most, then the body part, then words of the procedure; within each, the first line
        that fits. Codes may be the hospital’s own, LOINC, RadLex Playbook or SNOMED CT.
      </p>
      {mapping.length === 0 ? (
        <EmptyState title="No mapping">Every study is read as general.</EmptyState>
      ) : (
        <ol className={classes.rules} aria-label="Lines of the mapping">
          {mapping.map((line, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place; the same subspecialty may have several
            <li key={at} className={classes.rule}>
              <span className={classes.place}>{at + 1}</span>
              <div className={classes.ruleText}>
                <span className={classes.ruleName}>{line.subspecialty}</span>
                <span className={classes.soft}>{inWords(line)}</span>
              </div>
              {editable ? (
                <span className={classes.ruleTools}>
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    aria-label={`Move line ${at + 1} up`}
                    disabled={at === 0}
                    onClick={() => void save(moved(mapping, at, at - 1))}
                  >
                    <IconArrowUp size={16} />
                  </ActionIcon>
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    aria-label={`Move line ${at + 1} down`}
                    disabled={at === mapping.length - 1}
                    onClick={() => void save(moved(mapping, at, at + 1))}
                  >
                    <IconArrowDown size={16} />
                  </ActionIcon>
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    aria-label={`Edit line ${at + 1}`}
                    onClick={() => setEditing(at)}
                  >
                    <IconPencil size={16} />
                  </ActionIcon>
                </span>
              ) : null}
            </li>
          ))}
        </ol>
      )}
      {entry && editing !== null ? (
        <EntryEditor
          entry={entry}
          isNew={editing >= mapping.length}
          known={props.known}
          onClose={() => setEditing(null)}
          onSave={(next) =>
            save(
              editing >= mapping.length ? [...mapping, next] : mapping.map((one, at) => (at === editing ? next : one)),
            )
          }
          onRemove={() => save(mapping.filter((_, at) => at !== editing))}
        />
      ) : null}
    </Panel>
  );
}

const EMPTY: Entry = { subspecialty: "", codes: [], bodyParts: [], words: [], modalities: [] };

function inWords({ codes, bodyParts, words, modalities }: Entry): string {
  const list = (name: string, values: readonly string[]) =>
    values.length === 0
      ? []
      : [`${name} ${values.slice(0, 12).join(", ")}${values.length > 12 ? ` and ${values.length - 12} more` : ""}`];
  const parts = [...list("codes", codes), ...list("body parts", bodyParts), ...list("words", words)];
  return [...parts, ...(modalities.length > 0 ? [`only for ${modalities.join(", ")}`] : [])].join("; ");
}

function EntryEditor(props: {
  entry: Entry;
  isNew: boolean;
  known: VocabularyView | undefined;
  onClose: () => void;
  onSave: (entry: Entry) => Promise<boolean>;
  onRemove: () => Promise<boolean>;
}) {
  const [entry, setEntry] = useState(props.entry);
  const tags = (key: "codes" | "bodyParts" | "words" | "modalities", label: string, data: readonly string[] = []) => (
    <TagsInput
      label={label}
      data={[...new Set(data)]}
      value={entry[key]}
      onChange={(values) => setEntry({ ...entry, [key]: values })}
      splitChars={[",", ";"]}
      acceptValueOnBlur
    />
  );
  const done = async (act: () => Promise<boolean>) => {
    await act();
    props.onClose();
  };
  return (
    <Drawer
      opened
      onClose={props.onClose}
      position="right"
      size="min(560px, 100vw)"
      title={props.isNew ? "New line" : "Edit the line"}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <div className={classes.editor}>
        <TextInput
          label="Subspecialty"
          required
          maxLength={40}
          value={entry.subspecialty}
          onChange={(event) => setEntry({ ...entry, subspecialty: event.currentTarget.value.toLowerCase() })}
          data-autofocus
        />
        {tags("codes", "Procedure codes", props.known?.procedureCodes)}
        {tags("bodyParts", "Body parts", props.known?.bodyParts)}
        {tags("words", "Words of the procedure")}
        {tags("modalities", "Only for these modalities", MODALITIES)}
        <Group justify="space-between">
          <Button disabled={entry.subspecialty.trim() === ""} onClick={() => void done(() => props.onSave(entry))}>
            Save the line
          </Button>
          {props.isNew ? null : (
            <ConfirmInline
              label="Remove the line"
              question="It leaves the draft."
              confirm="Remove"
              danger
              onConfirm={() => done(props.onRemove)}
            />
          )}
        </Group>
      </div>
    </Drawer>
  );
}
