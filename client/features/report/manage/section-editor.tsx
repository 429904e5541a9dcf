import { ActionIcon, Button, Checkbox, Group, Textarea, TextInput } from "@mantine/core";
import type { TemplateBody } from "@readroom/shared/contract/http/report-templates.js";
import type { SectionSpec } from "@readroom/shared/crdt/report.js";
import { IconArrowDown, IconArrowUp, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { Panel } from "../../../ui/page";
import { FieldEditor } from "./field-editor";
import classes from "./manage.module.css";
import { changeSection, withField, withoutField } from "./model";

/** A section of a template: what it begins with, what "normal" writes, its fields. */
export function SectionEditor({
  body,
  at,
  onChange,
  onMove,
  onRemove,
  onSection,
}: {
  body: TemplateBody;
  at: number;
  onChange: (body: TemplateBody) => void;
  onMove: (step: 1 | -1) => void;
  onRemove: () => void;
  onSection: (part: Partial<SectionSpec>) => void;
}) {
  const [label, setLabel] = useState("");
  const section = body.sections[at];
  if (!section) return null;
  const fields = section.fields ?? [];
  const all = body.sections.flatMap((one) => one.fields ?? []);
  return (
    <Panel
      title={section.title}
      aside={
        <Group gap={4}>
          <ActionIcon
            variant="subtle"
            aria-label={`${section.title} up`}
            disabled={at === 0}
            onClick={() => onMove(-1)}
          >
            <IconArrowUp size={16} />
          </ActionIcon>
          <ActionIcon
            variant="subtle"
            aria-label={`${section.title} down`}
            disabled={at === body.sections.length - 1}
            onClick={() => onMove(1)}
          >
            <IconArrowDown size={16} />
          </ActionIcon>
          <ActionIcon
            variant="subtle"
            aria-label={`Remove ${section.title}`}
            disabled={body.sections.length === 1}
            onClick={onRemove}
          >
            <IconTrash size={16} />
          </ActionIcon>
        </Group>
      }
    >
      <div className={classes.form}>
        <div className={classes.columns}>
          <TextInput
            label="Title"
            value={section.title}
            onChange={(event) => onSection({ title: event.currentTarget.value || section.title })}
          />
          <TextInput
            label="LOINC"
            value={section.loinc}
            onChange={(event) => onSection({ loinc: event.currentTarget.value })}
          />
          <Checkbox
            label="Must be written"
            checked={section.required}
            onChange={(event) => onSection({ required: event.currentTarget.checked })}
            style={{ alignSelf: "end", paddingBottom: 6 }}
          />
        </div>
        <Textarea
          label="Begins with"
          description="Headings to fill; {question}, {technique} and {comparison} come from the order and the images; {{field}} is where a field stands."
          autosize
          minRows={2}
          maxRows={14}
          value={section.normalText}
          onChange={(event) => onSection({ normalText: event.currentTarget.value })}
        />
        <Textarea
          label="Normal"
          description="What “normal” writes: “Heading: words” goes behind that heading, other lines at the end."
          autosize
          minRows={1}
          maxRows={10}
          value={section.normal ?? ""}
          onChange={(event) => onSection({ normal: event.currentTarget.value })}
        />
        {fields.map((field) => (
          <FieldEditor
            key={field.key}
            field={field}
            others={all.filter(({ key, options }) => key !== field.key && options.length > 0)}
            onChange={(changed) =>
              onChange(
                changeSection(body, at, (one) => ({
                  ...one,
                  fields: fields.map((one) => (one.key === field.key ? changed : one)),
                })),
              )
            }
            onRemove={() => onChange(withoutField(body, at, field.key))}
          />
        ))}
        <Group gap="xs">
          <TextInput
            aria-label={`Label of a further field in ${section.title}`}
            placeholder="Further field"
            value={label}
            onChange={(event) => setLabel(event.currentTarget.value)}
          />
          <Button
            variant="default"
            disabled={label.trim() === ""}
            onClick={() => {
              onChange(withField(body, at, label.trim()));
              setLabel("");
            }}
          >
            Add field
          </Button>
        </Group>
      </div>
    </Panel>
  );
}
