import { ActionIcon, Button, Switch } from "@mantine/core";
import type { DraftView, RulesView, VocabularyView } from "@readroom/shared/contract/http/routing.js";
import { ruleInWords } from "@readroom/shared/domain/routing/words.js";
import { IconArrowDown, IconArrowUp, IconGripVertical, IconPencil } from "@tabler/icons-react";
import { type KeyboardEvent, useState } from "react";
import { Panel } from "../../../ui/page";
import { EmptyState } from "../../../ui/states";
import { type Content, moved, namingOf, newRule, type Rule, withRule } from "../model";
import classes from "../page.module.css";
import type { DraftEdit } from "../use-draft-edit";
import { RuleEditor } from "./rule-editor";

/** The rules in the order in which they are asked: moved by dragging or with Alt and the arrow keys. */
export function RuleList(props: {
  content: Content;
  view: RulesView;
  draft: DraftView | null;
  known: VocabularyView | undefined;
  editable: boolean;
  edit: DraftEdit;
}) {
  const { content, view, draft, known, editable, edit } = props;
  const [editing, setEditing] = useState<Rule | null>(null);
  const [dragged, setDragged] = useState<number | null>(null);
  const { rules } = content;
  const move = (from: number, to: number) => {
    if (editable && to >= 0 && to < rules.length && from !== to)
      void edit.save({ ...content, rules: moved(rules, from, to) });
  };
  const applied = new Map(view.lines.map((line) => [line.id, line.applied]));
  return (
    <Panel
      title={draft ? "Rules of the draft" : "Rules in effect"}
      flush
      aside={editable ? <Button onClick={() => setEditing(newRule())}>Add a rule</Button> : null}
    >
      {rules.length === 0 ? (
        <EmptyState title="No rules">
          Studies go to the pool that reads their subspecialty, as urgent as the order says.
        </EmptyState>
      ) : (
        <ol className={classes.rules} aria-label="Rules in order">
          {rules.map((rule, at) => (
            <RuleRow
              key={rule.id}
              rule={rule}
              at={at}
              last={at === rules.length - 1}
              sentence={ruleInWords(rule, namingOf(known))}
              problems={(draft?.problems ?? [])
                .filter(({ ruleId }) => ruleId === rule.id)
                .map(({ message }) => message)}
              applied={applied.get(rule.id)}
              editable={editable}
              onMove={move}
              onDrag={setDragged}
              onDrop={() => dragged !== null && move(dragged, at)}
              onSwitch={(enabled) => void edit.save(withRule(content, { ...rule, enabled }))}
              onEdit={() => setEditing(rule)}
            />
          ))}
        </ol>
      )}
      {editing ? (
        <RuleEditor
          rule={editing}
          isNew={!rules.some(({ id }) => id === editing.id)}
          known={known}
          onClose={() => setEditing(null)}
          onSave={(rule) => edit.save(withRule(content, rule))}
          onRemove={() => edit.save({ ...content, rules: rules.filter(({ id }) => id !== editing.id) })}
        />
      ) : null}
    </Panel>
  );
}

function RuleRow(props: {
  rule: Rule;
  at: number;
  last: boolean;
  sentence: string;
  problems: readonly string[];
  applied: number | undefined;
  editable: boolean;
  onMove: (from: number, to: number) => void;
  onDrag: (at: number | null) => void;
  onDrop: () => void;
  onSwitch: (enabled: boolean) => void;
  onEdit: () => void;
}) {
  const { rule, at, last, editable, onMove } = props;
  const keys = (event: KeyboardEvent) => {
    if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    onMove(at, event.key === "ArrowUp" ? at - 1 : at + 1);
  };
  return (
    <li
      className={classes.rule}
      data-off={!rule.enabled || undefined}
      data-bad={props.problems.length > 0 || undefined}
      draggable={editable}
      onDragStart={() => props.onDrag(at)}
      onDragEnd={() => props.onDrag(null)}
      onDragOver={(event) => editable && event.preventDefault()}
      onDrop={props.onDrop}
      onKeyDown={keys}
    >
      <span className={classes.place}>
        {editable ? <IconGripVertical size={14} stroke={1.6} aria-hidden="true" /> : null}
        {at + 1}
      </span>
      <div className={classes.ruleText}>
        <span className={classes.ruleName}>{rule.name}</span>
        <span className={classes.soft}>{props.sentence}</span>
        {props.problems.map((problem) => (
          <span key={problem} className={classes.problem}>
            {problem}
          </span>
        ))}
        {props.applied === undefined ? null : (
          <span className={classes.count}>
            {props.applied === 1 ? "applied to 1 study" : `applied to ${props.applied.toLocaleString()} studies`} in the
            last week
          </span>
        )}
      </div>
      {editable ? (
        <span className={classes.ruleTools}>
          <Switch
            size="sm"
            aria-label={`${rule.name} in force`}
            checked={rule.enabled}
            onChange={(event) => props.onSwitch(event.currentTarget.checked)}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Move ${rule.name} up`}
            disabled={at === 0}
            onClick={() => onMove(at, at - 1)}
          >
            <IconArrowUp size={16} />
          </ActionIcon>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Move ${rule.name} down`}
            disabled={last}
            onClick={() => onMove(at, at + 1)}
          >
            <IconArrowDown size={16} />
          </ActionIcon>
          <ActionIcon variant="subtle" color="gray" aria-label={`Edit ${rule.name}`} onClick={props.onEdit}>
            <IconPencil size={16} />
          </ActionIcon>
        </span>
      ) : (
        <span className={classes.soft}>{rule.enabled ? "" : "off"}</span>
      )}
    </li>
  );
}
