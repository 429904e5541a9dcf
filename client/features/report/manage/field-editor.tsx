import { Button, Checkbox, MultiSelect, Select, Textarea, TextInput } from "@mantine/core";
import { chosen, FIELD_KINDS, type FieldSpec } from "@readroom/shared/crdt/report-fields.js";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { useState } from "react";
import classes from "./manage.module.css";
import { optionsOf } from "./model";

const KIND_WORDS: Record<FieldSpec["kind"], string> = {
  text: "Text",
  number: "Number",
  date: "Date",
  choice: "One of a list",
  choices: "Several of a list",
};

/** A field: folded to one line, opened to be changed. */
export function FieldEditor({
  field,
  others,
  onChange,
  onRemove,
}: {
  field: FieldSpec;
  /** Fields with a list, that its condition may hang on. */
  others: readonly FieldSpec[];
  onChange: (field: FieldSpec) => void;
  onRemove: () => void;
}) {
  const [open, setOpen] = useState(false);
  const [lines, setLines] = useState(field.options.map(({ text }) => text).join("\n"));
  const set = (part: Partial<FieldSpec>) => onChange({ ...field, ...part });
  const listed = field.kind === "choice" || field.kind === "choices";
  const other = others.find(({ key }) => key === field.showIf?.field);
  return (
    <div className={classes.field}>
      <button type="button" className={classes.fold} aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? <IconChevronDown size={14} /> : <IconChevronRight size={14} />}
        <strong>{field.label}</strong>
        <span>
          {KIND_WORDS[field.kind]}
          {field.unit ? `, ${field.unit}` : ""}
          {field.code ? ` · ${field.code.system} ${field.code.code}` : ""}
          {field.required ? " · required" : ""}
          {field.showIf ? " · conditional" : ""}
        </span>
        <code>{`{{${field.key}}}`}</code>
      </button>
      {open ? (
        <div className={classes.form}>
          <div className={classes.columns}>
            <TextInput
              label="Label"
              value={field.label}
              onChange={(event) => set({ label: event.currentTarget.value || field.label })}
            />
            <Select
              label="Kind"
              allowDeselect={false}
              data={FIELD_KINDS.map((value) => ({ value, label: KIND_WORDS[value] }))}
              value={field.kind}
              onChange={(kind) => set({ kind: FIELD_KINDS.find((one) => one === kind) ?? "text", normal: "" })}
            />
            {field.kind === "number" ? (
              <TextInput
                label="Unit"
                value={field.unit}
                onChange={(event) => set({ unit: event.currentTarget.value })}
              />
            ) : null}
          </div>
          {listed ? (
            <Textarea
              label="List, a line each"
              autosize
              minRows={3}
              value={lines}
              onChange={(event) => {
                setLines(event.currentTarget.value);
                set({ options: optionsOf(event.currentTarget.value, field.options) });
              }}
            />
          ) : null}
          <div className={classes.columns}>
            {listed ? (
              <MultiSelect
                label="Normal"
                data={field.options.map(({ value, text }) => ({ value, label: text }))}
                maxValues={field.kind === "choice" ? 1 : 80}
                value={chosen(field.normal)}
                onChange={(values) => set({ normal: values.join("|") })}
              />
            ) : (
              <TextInput
                label="Normal"
                value={field.normal}
                onChange={(event) => set({ normal: event.currentTarget.value })}
              />
            )}
            <Select
              label="Only if"
              clearable
              placeholder="always"
              data={others.map(({ key, label }) => ({ value: key, label }))}
              value={field.showIf?.field ?? null}
              onChange={(key) => {
                const first = others.find((one) => one.key === key)?.options[0]?.value;
                set({ showIf: key && first ? { field: key, is: [first] } : null });
              }}
            />
            {field.showIf && other ? (
              <MultiSelect
                label="is one of"
                data={other.options.map(({ value, text }) => ({ value, label: text }))}
                value={field.showIf.is}
                onChange={(is) => (is.length > 0 ? set({ showIf: { field: other.key, is } }) : undefined)}
              />
            ) : null}
          </div>
          <Checkbox
            label="Must be filled in before signing"
            checked={field.required}
            onChange={(event) => set({ required: event.currentTarget.checked })}
          />
          <Button variant="subtle" color="red" onClick={onRemove} style={{ alignSelf: "start" }}>
            Remove this field
          </Button>
        </div>
      ) : null}
    </div>
  );
}
