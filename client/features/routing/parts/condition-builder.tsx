import {
  ActionIcon,
  Button,
  Checkbox,
  NumberInput,
  SegmentedControl,
  Select,
  TagsInput,
  TextInput,
} from "@mantine/core";
import type { VocabularyView } from "@readroom/shared/contract/http/routing.js";
import { BODY_PARTS, MODALITIES, PATIENT_CLASSES } from "@readroom/shared/domain/routing/codes.js";
import type { LeafCondition, RuleCondition } from "@readroom/shared/domain/routing/conditions.js";
import { WEEKDAYS } from "@readroom/shared/domain/routing/explain.js";
import { IconX } from "@tabler/icons-react";
import { FIELDS, type Field, leafOf } from "../model";
import classes from "../page.module.css";

type Group = { all: readonly RuleCondition[] } | { any: readonly RuleCondition[] };
const MOST_NESTED = 4;

/** A condition as nested groups of lines: all or any of them, each line or group negated at will. */
export function ConditionBuilder(props: {
  condition: Group;
  known: VocabularyView | undefined;
  onChange: (condition: Group) => void;
  depth?: number;
}) {
  const { condition, onChange, depth = 0 } = props;
  const kind = "all" in condition ? "all" : "any";
  const parts = "all" in condition ? condition.all : condition.any;
  const put = (next: readonly RuleCondition[], as = kind) => onChange(as === "all" ? { all: next } : { any: next });
  const replace = (at: number, part: RuleCondition) => put(parts.map((one, n) => (n === at ? part : one)));
  return (
    <fieldset className={classes.group}>
      <legend className="rr-visually-hidden">{depth === 0 ? "When the rule applies" : "Group of conditions"}</legend>
      <SegmentedControl
        size="xs"
        aria-label="How the lines are joined"
        data={[
          { value: "all", label: "all of these" },
          { value: "any", label: "any of these" },
        ]}
        value={kind}
        onChange={(as) => put(parts.length > 0 || as === "all" ? parts : [leafOf("modality")], as as "all" | "any")}
      />
      {parts.length === 0 ? <p className={classes.soft}>Every study.</p> : null}
      {parts.map((part, at) => (
        <Part
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity of their own, and are edited in place
          key={at}
          part={part}
          known={props.known}
          depth={depth}
          onChange={(next) => replace(at, next)}
          onRemove={() =>
            put(
              parts.filter((_, n) => n !== at),
              parts.length === 1 ? "all" : kind,
            )
          }
        />
      ))}
      <div className={classes.groupTools}>
        <Button variant="subtle" onClick={() => put([...parts, leafOf("modality")])}>
          Add a line
        </Button>
        {depth < MOST_NESTED ? (
          <Button variant="subtle" onClick={() => put([...parts, { any: [leafOf("modality")] }])}>
            Add a group
          </Button>
        ) : null}
      </div>
    </fieldset>
  );
}

function Part(props: {
  part: RuleCondition;
  known: VocabularyView | undefined;
  depth: number;
  onChange: (part: RuleCondition) => void;
  onRemove: () => void;
}) {
  const negated = "not" in props.part;
  const inner = "not" in props.part ? props.part.not : props.part;
  const put = (next: RuleCondition) => props.onChange(negated ? { not: next } : next);
  return (
    <div className={classes.part}>
      <Checkbox
        size="xs"
        label="not"
        checked={negated}
        onChange={(event) => props.onChange(event.currentTarget.checked ? { not: inner } : inner)}
      />
      <div className={classes.partBody}>
        {"field" in inner ? (
          <Line leaf={inner} known={props.known} onChange={put} />
        ) : (
          <ConditionBuilder
            condition={"not" in inner ? { all: [inner] } : inner}
            known={props.known}
            depth={props.depth + 1}
            onChange={put}
          />
        )}
      </div>
      <ActionIcon variant="subtle" color="gray" aria-label="Remove this line" onClick={props.onRemove}>
        <IconX size={14} />
      </ActionIcon>
    </div>
  );
}

function Line(props: {
  leaf: LeafCondition;
  known: VocabularyView | undefined;
  onChange: (leaf: LeafCondition) => void;
}) {
  return (
    <div className={classes.line}>
      <Select
        aria-label="What is compared"
        data={[...FIELDS]}
        allowDeselect={false}
        value={props.leaf.field}
        onChange={(field) => field && props.onChange(leafOf(field as Field))}
      />
      <Values {...props} />
    </div>
  );
}

function Values({ leaf, known, onChange }: Parameters<typeof Line>[0]) {
  switch (leaf.field) {
    case "age":
      return (
        <span className={classes.range}>
          <Years
            label="Age from"
            placeholder="any"
            value={leaf.from}
            onChange={(from) => onChange({ ...leaf, from })}
          />
          <span>to under</span>
          <Years
            label="Age below"
            placeholder="any"
            value={leaf.below}
            onChange={(below) => onChange({ ...leaf, below })}
          />
        </span>
      );
    case "hour":
      return (
        <span className={classes.range}>
          <NumberInput
            aria-label="From hour"
            min={0}
            max={23}
            value={leaf.from}
            onChange={(from) => onChange({ ...leaf, from: Number(from) })}
          />
          <span>to</span>
          <NumberInput
            aria-label="To hour"
            min={0}
            max={24}
            value={leaf.to}
            onChange={(to) => onChange({ ...leaf, to: Number(to) })}
          />
        </span>
      );
    case "weekday":
      return (
        <Checkbox.Group
          aria-label="Days"
          value={leaf.is.map(String)}
          onChange={(days) => onChange({ ...leaf, is: days.map(Number).sort() })}
        >
          <span className={classes.days}>
            {WEEKDAYS.map((day, at) => (
              <Checkbox key={day} size="xs" value={String(at + 1)} label={day.slice(0, 3)} aria-label={day} />
            ))}
          </span>
        </Checkbox.Group>
      );
    case "aiResult":
      return (
        <span className={classes.range}>
          <TextInput
            aria-label="Algorithm"
            placeholder="any algorithm"
            value={leaf.name ?? ""}
            onChange={({ currentTarget: { value: name } }) =>
              onChange(name ? { ...leaf, name } : { field: "aiResult", finding: leaf.finding })
            }
          />
          <TagsInput
            aria-label="Finding"
            placeholder="finds"
            value={[...leaf.finding]}
            onChange={(finding) => onChange({ ...leaf, finding })}
          />
        </span>
      );
    case "procedureText":
    case "referrer":
    case "ward":
      return (
        <TagsInput
          aria-label="Words or phrases"
          placeholder={leaf.contains.length === 0 ? "word or phrase, Enter" : ""}
          value={[...leaf.contains]}
          onChange={(contains) => onChange({ ...leaf, contains })}
          acceptValueOnBlur
        />
      );
    default:
      return (
        <TagsInput
          aria-label="One of"
          placeholder={leaf.is.length === 0 ? "one of" : ""}
          data={choicesOf(leaf.field, known)}
          value={[...leaf.is]}
          onChange={(is) => onChange({ ...leaf, is })}
          acceptValueOnBlur
        />
      );
  }
}

function Years(props: {
  label: string;
  placeholder: string;
  value: number | undefined;
  onChange: (value: number | undefined) => void;
}) {
  return (
    <NumberInput
      aria-label={props.label}
      placeholder={props.placeholder}
      min={0}
      max={150}
      value={props.value ?? ""}
      onChange={(value) => props.onChange(typeof value === "number" ? value : undefined)}
    />
  );
}

/** The hub's own first: what its orders and studies really say. */
function choicesOf(field: Field, known: VocabularyView | undefined): string[] {
  const codes = (list: readonly { code: string }[] | undefined) => (list ?? []).map(({ code }) => code);
  const lists: Partial<Record<Field, readonly string[]>> = {
    site: codes(known?.sites),
    hospital: codes(known?.hospitals),
    contract: codes(known?.contracts),
    modality: [...(known?.modalities ?? []), ...MODALITIES],
    bodyPart: [...(known?.bodyParts ?? []), ...BODY_PARTS],
    procedureCode: known?.procedureCodes ?? [],
    priority: ["critical", "stat", "urgent", "routine", ...(known?.priorities ?? [])],
    patientClass: [...(known?.patientClasses ?? []), ...PATIENT_CLASSES],
    subspecialty: [
      "general",
      ...(known?.heldSubspecialties ?? []),
      ...(known?.pools ?? []).flatMap((pool) => pool.subspecialties),
    ],
  };
  const seen = new Set<string>();
  return (lists[field] ?? []).filter((value) => {
    const key = value.toLowerCase();
    return !seen.has(key) && seen.add(key);
  });
}
