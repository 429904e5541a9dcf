import { Alert, Button, Group, SegmentedControl, TagsInput, TextInput } from "@mantine/core";
import type { TemplateBody } from "@readroom/shared/contract/http/report-templates.js";
import { type FormEvent, useState } from "react";
import { asHubError, type HubError } from "../../../kernel/api";
import { ConfirmInline } from "../../../ui/confirm-inline";
import { Panel } from "../../../ui/page";
import { toast } from "../../../ui/toast";
import { useRetireTemplate, useSaveTemplate } from "../use-templates";
import { ImportNotes } from "./import-notes";
import classes from "./manage.module.css";
import { changeSection, type Draft, withSection } from "./model";
import { SectionEditor } from "./section-editor";

/** One template: what it is for, whose it is, its sections and fields. Reports that have begun keep the version they began with. */
export function TemplateEditor({
  draft,
  mayEditGroup,
  onClose,
}: {
  draft: Draft;
  mayEditGroup: boolean;
  onClose: () => void;
}) {
  const [body, setBody] = useState<TemplateBody>(draft.body);
  const [problem, setProblem] = useState<HubError | null>(null);
  const [title, setTitle] = useState("");
  const save = useSaveTemplate();
  const retire = useRetireTemplate();
  const set = (part: Partial<TemplateBody>) => setBody((before) => ({ ...before, ...part }));
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setProblem(null);
    try {
      await save.mutateAsync({ id: draft.id, body: { ...body, version: draft.version } });
      toast.done(`“${body.name}” is used from the next report on.`, "Template saved");
      onClose();
    } catch (thrown) {
      setProblem(asHubError(thrown));
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)} className={classes.editor} aria-label="Template">
      <Panel
        title={draft.id ? draft.body.name : "New template"}
        aside={
          <Group gap="xs">
            {draft.id ? (
              <ConfirmInline
                label="Retire"
                question="No report begins with it any more."
                confirm="Retire"
                danger
                onConfirm={async () => {
                  await retire.mutateAsync(draft.id ?? "");
                  onClose();
                }}
              />
            ) : null}
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending} disabled={body.name.trim() === ""}>
              Save
            </Button>
          </Group>
        }
      >
        <div className={classes.form}>
          {problem ? (
            <Alert color="red" role="alert" title={problem.message}>
              {problem.action}
            </Alert>
          ) : null}
          <ImportNotes source={body.source} notes={body.notes} />
          <div className={classes.columns}>
            <TextInput
              label="Name"
              required
              value={body.name}
              onChange={(event) => set({ name: event.currentTarget.value })}
            />
            <TextInput
              label="Modality"
              placeholder="any"
              value={body.modality}
              onChange={(event) => set({ modality: event.currentTarget.value.toUpperCase() })}
            />
            <TextInput
              label="Body part"
              placeholder="any"
              value={body.bodyPart}
              onChange={(event) => set({ bodyPart: event.currentTarget.value.toUpperCase() })}
            />
          </div>
          <TagsInput
            label="Default for these procedures"
            description="A procedure code, or words of the procedure as ordered. It then goes before every other template."
            value={body.procedures}
            onChange={(procedures) => set({ procedures })}
          />
          <SegmentedControl
            aria-label="Whose"
            value={body.owner}
            onChange={(owner) => set({ owner: owner === "group" ? "group" : "own" })}
            data={[
              { value: "own", label: "Mine" },
              { value: "group", label: "The group's", disabled: !mayEditGroup },
            ]}
            style={{ alignSelf: "start" }}
          />
        </div>
      </Panel>
      {body.sections.map((section, at) => (
        <SectionEditor
          key={section.key}
          body={body}
          at={at}
          onChange={setBody}
          onMove={(step) => setBody(moved(body, at, step))}
          onRemove={() => set({ sections: body.sections.filter((_, n) => n !== at) })}
          onSection={(part) => setBody(changeSection(body, at, (one) => ({ ...one, ...part })))}
        />
      ))}
      <Group gap="xs">
        <TextInput
          aria-label="Title of a further section"
          placeholder="Further section"
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
        <Button
          variant="default"
          disabled={title.trim() === ""}
          onClick={() => {
            setBody(withSection(body, title.trim()));
            setTitle("");
          }}
        >
          Add section
        </Button>
      </Group>
    </form>
  );
}

function moved(body: TemplateBody, at: number, step: 1 | -1): TemplateBody {
  const sections = [...body.sections];
  const [one] = sections.splice(at, 1);
  if (one) sections.splice(at + step, 0, one);
  return { ...body, sections };
}
