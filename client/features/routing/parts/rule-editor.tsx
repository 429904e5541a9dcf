import { Button, Drawer, Group, MultiSelect, NumberInput, Select, Switch, TextInput } from "@mantine/core";
import type { VocabularyView } from "@readroom/shared/contract/http/routing.js";
import type { RuleAction } from "@readroom/shared/domain/routing/rules.js";
import { ruleInWords } from "@readroom/shared/domain/routing/words.js";
import { useState } from "react";
import { ConfirmInline } from "../../../ui/confirm-inline";
import { isFilled, namingOf, type Rule } from "../model";
import classes from "../page.module.css";
import { ConditionBuilder } from "./condition-builder";

/** One rule: its name, when it applies, what it does, and the sentence that it makes. */
export function RuleEditor(props: {
  rule: Rule;
  isNew: boolean;
  known: VocabularyView | undefined;
  onClose: () => void;
  onSave: (rule: Rule) => Promise<boolean>;
  onRemove: () => Promise<boolean>;
}) {
  const [rule, setRule] = useState(props.rule);
  const [asked, setAsked] = useState(false);
  const does = Object.values(rule.action).some((value) => value !== undefined);
  const missing = [
    ...(rule.name.trim() === "" ? ["a name"] : []),
    ...(isFilled(rule.condition) ? [] : ["something to compare with in every line"]),
    ...(does ? [] : ["something to do"]),
  ];
  const save = async () => {
    setAsked(true);
    if (missing.length > 0) return;
    await props.onSave({ ...rule, name: rule.name.trim() });
    props.onClose();
  };
  return (
    <Drawer
      opened
      onClose={props.onClose}
      position="right"
      size="min(720px, 100vw)"
      title={props.isNew ? "New rule" : "Edit the rule"}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <div className={classes.editor}>
        <TextInput
          label="Name"
          description="Stands in every explanation"
          required
          maxLength={120}
          value={rule.name}
          onChange={(event) => setRule({ ...rule, name: event.currentTarget.value })}
          data-autofocus
        />
        <h3 className={classes.small}>When</h3>
        <ConditionBuilder
          condition={"all" in rule.condition || "any" in rule.condition ? rule.condition : { all: [rule.condition] }}
          known={props.known}
          onChange={(condition) => setRule({ ...rule, condition })}
        />
        <h3 className={classes.small}>Then</h3>
        <ActionForm action={rule.action} known={props.known} onChange={(action) => setRule({ ...rule, action })} />
        <p className={classes.preview}>{ruleInWords(rule, namingOf(props.known))}.</p>
        {asked && missing.length > 0 ? (
          <p className={classes.problem} role="alert">
            It still needs {missing.join(", ")}.
          </p>
        ) : null}
        <Group justify="space-between">
          <Button onClick={() => void save()}>Save the rule</Button>
          {props.isNew ? null : (
            <ConfirmInline
              label="Remove the rule"
              question="It leaves the draft."
              confirm="Remove"
              danger
              onConfirm={async () => {
                await props.onRemove();
                props.onClose();
              }}
            />
          )}
        </Group>
      </div>
    </Drawer>
  );
}

const URGENCY_CHOICES = [
  { value: "critical", label: "at least critical" },
  { value: "stat", label: "at least STAT" },
  { value: "urgent", label: "at least urgent" },
];
const ROLES = ["radiologist", "resident", "operator", "administrator"];

function ActionForm(props: {
  action: RuleAction;
  known: VocabularyView | undefined;
  onChange: (action: RuleAction) => void;
}) {
  const { action, known } = props;
  const set = (change: Partial<RuleAction>) =>
    props.onChange(
      Object.fromEntries(
        Object.entries({ ...action, ...change }).filter(([, value]) => value !== undefined),
      ) as RuleAction,
    );
  const pools = (known?.pools ?? []).map(({ code, name }) => ({ value: code, label: name }));
  const named = (code: string | undefined) =>
    pools.find(({ value }) => value.toLowerCase() === code?.toLowerCase())?.value;
  const missing = action.pool && !named(action.pool) ? [{ value: action.pool, label: `${action.pool} (unknown)` }] : [];
  const notify = (roles: string[], codes: string[]) =>
    set({
      notify:
        roles.length + codes.length > 0 ? ({ roles, pools: codes } as NonNullable<RuleAction["notify"]>) : undefined,
    });
  return (
    <div className={classes.actions}>
      <Select
        label="Pool"
        placeholder="by subspecialty"
        clearable
        clearButtonProps={{ "aria-label": "No pool" }}
        data={[...pools, ...missing]}
        value={named(action.pool) ?? action.pool ?? null}
        onChange={(pool) => set({ pool: pool ?? undefined })}
      />
      <MultiSelect
        label="Pools that may take it too"
        data={pools}
        value={action.also ?? []}
        onChange={(also) => set({ also: also.length > 0 ? also : undefined })}
      />
      <Select
        label="Urgency"
        placeholder="as ordered"
        clearable
        clearButtonProps={{ "aria-label": "As ordered" }}
        data={URGENCY_CHOICES}
        value={action.raiseTo ?? null}
        onChange={(raiseTo) => set({ raiseTo: (raiseTo ?? undefined) as RuleAction["raiseTo"] })}
      />
      <NumberInput
        label="Within minutes"
        placeholder="as the contract says"
        min={1}
        max={100_000}
        value={action.turnaroundMinutes ?? ""}
        onChange={(value) => set({ turnaroundMinutes: typeof value === "number" ? value : undefined })}
      />
      <Select
        label="Read as"
        placeholder="by the mapping"
        clearable
        clearButtonProps={{ "aria-label": "By the mapping" }}
        data={[
          ...new Set([
            "general",
            ...(known?.heldSubspecialties ?? []),
            ...(action.subspecialty ? [action.subspecialty] : []),
          ]),
        ]}
        value={action.subspecialty ?? null}
        onChange={(subspecialty) => set({ subspecialty: subspecialty ?? undefined })}
      />
      <Switch
        label="Read twice, by different readers"
        checked={action.doubleRead === true}
        onChange={(event) => set({ doubleRead: event.currentTarget.checked ? true : undefined })}
      />
      <MultiSelect
        label="Tell these roles"
        data={ROLES}
        value={action.notify?.roles ?? []}
        onChange={(roles) => notify(roles, action.notify?.pools ?? [])}
      />
      <MultiSelect
        label="Tell the members of"
        data={pools}
        value={action.notify?.pools ?? []}
        onChange={(codes) => notify(action.notify?.roles ?? [], codes)}
      />
    </div>
  );
}
