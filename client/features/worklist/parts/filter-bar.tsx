import { Button, Checkbox, Menu, NumberInput, Popover, Radio } from "@mantine/core";
import { type Conditions, HOLDERS, STAGES } from "@readroom/shared/contract/http/worklist-views.js";
import { URGENCIES } from "@readroom/shared/domain/urgency.js";
import { IconFilter, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { KeyHint } from "../../../ui/keys";
import type { LiveList } from "../live-list";
import classes from "../page.module.css";

type Kind = Exclude<keyof Conditions, "text">;
interface Option {
  value: string;
  label: string;
}

const STAGE_LABELS: Record<(typeof STAGES)[number], string> = {
  ordered: "Ordered, no image yet",
  receiving: "Receiving",
  no_order: "No order yet",
  not_routed: "Not routed",
  ready: "Ready",
  preliminary: "Preliminary, to be finalised",
};
const HOLDER_LABELS: Record<(typeof HOLDERS)[number], string> = {
  open: "Nobody",
  mine: "Me",
  others: "Somebody else",
  on_hold: "On hold",
};
const KINDS: ReadonlyArray<[Kind, string]> = [
  ["modality", "Modality"],
  ["pool", "Pool"],
  ["subspecialty", "Subspecialty"],
  ["site", "Site"],
  ["urgency", "Urgency"],
  ["stage", "Status"],
  ["holder", "Held by"],
  ["dueMinutes", "Due within"],
  ["waitedMinutes", "Waiting for"],
  ["priors", "Priors"],
  ["escalated", "Escalated"],
];

/** The conditions in force as chips, each to be changed or taken away, and the way to another. */
export function FilterBar({
  list,
  conditions,
  onChange,
  menuOpen,
  onMenu,
  children,
}: {
  list: LiveList;
  conditions: Conditions;
  onChange: (conditions: Conditions) => void;
  menuOpen: boolean;
  onMenu: (open: boolean) => void;
  children?: React.ReactNode;
}) {
  const [editing, setEditing] = useState<Kind | null>(null);
  const inForce = KINDS.filter(([kind]) => conditions[kind] !== undefined || kind === editing);
  const set = (kind: Kind, value: unknown) => onChange(changed(conditions, kind, value));
  const pick = (kind: Kind) => {
    if (kind === "escalated") set(kind, true);
    else setEditing(kind);
  };
  return (
    <section className={classes.chips} aria-label="Filters">
      <Menu opened={menuOpen} onChange={onMenu} position="bottom-start" withinPortal>
        <Menu.Target>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconFilter size={14} aria-hidden="true" />}
            rightSection={<KeyHint combo="F" action="worklist.filter" />}
          >
            Filter
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {KINDS.map(([kind, label]) => (
            <Menu.Item key={kind} onClick={() => pick(kind)}>
              {label}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {inForce.map(([kind, label]) => (
        <Chip
          key={kind}
          kind={kind}
          label={label}
          list={list}
          conditions={conditions}
          open={editing === kind}
          onOpen={(open) => setEditing(open ? kind : null)}
          onSet={(value) => set(kind, value)}
        />
      ))}
      {inForce.length > 1 ? (
        <Button size="compact-sm" variant="subtle" color="gray" onClick={() => onChange(onlyText(conditions))}>
          Clear
        </Button>
      ) : null}
      {children}
    </section>
  );
}

const onlyText = ({ text }: Conditions): Conditions => (text ? { text } : {});

function changed(conditions: Conditions, kind: Kind, value: unknown): Conditions {
  const { [kind]: _before, ...others } = conditions;
  const none = value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
  return none ? others : ({ ...others, [kind]: value } as Conditions);
}

function Chip({
  kind,
  label,
  list,
  conditions,
  open,
  onOpen,
  onSet,
}: {
  kind: Kind;
  label: string;
  list: LiveList;
  conditions: Conditions;
  open: boolean;
  onOpen: (open: boolean) => void;
  onSet: (value: unknown) => void;
}) {
  const said = inWords(kind, conditions, list);
  return (
    <span className={classes.chip}>
      <Popover opened={open} onChange={onOpen} position="bottom-start" trapFocus returnFocus withinPortal>
        <Popover.Target>
          <button
            type="button"
            className={classes.chipText}
            aria-expanded={open}
            onClick={() => onOpen(!open)}
            aria-label={`${label}: ${said || "anything"}, change`}
          >
            <span className={classes.chipKind}>{label}</span> {said || "…"}
          </button>
        </Popover.Target>
        <Popover.Dropdown aria-label={label}>
          <Editor kind={kind} label={label} list={list} conditions={conditions} onSet={onSet} />
        </Popover.Dropdown>
      </Popover>
      <button
        type="button"
        className={classes.clear}
        aria-label={`Remove the filter ${label}`}
        onClick={() => {
          onSet(undefined);
          onOpen(false);
        }}
      >
        <IconX size={13} />
      </button>
    </span>
  );
}

function Editor({
  kind,
  label,
  list,
  conditions,
  onSet,
}: {
  kind: Kind;
  label: string;
  list: LiveList;
  conditions: Conditions;
  onSet: (value: unknown) => void;
}) {
  // The choices of the moment at which it was opened: they must not jump while one chooses.
  const [options] = useState(() => optionsOf(kind, list));
  const value = conditions[kind];
  if (kind === "dueMinutes" || kind === "waitedMinutes")
    return (
      <NumberInput
        label={`${label}, minutes`}
        min={kind === "dueMinutes" ? 0 : 1}
        max={100_000}
        value={typeof value === "number" ? value : ""}
        onChange={(minutes) => onSet(typeof minutes === "number" ? minutes : undefined)}
      />
    );
  if (kind === "priors" || kind === "escalated")
    return (
      <Radio.Group
        label={label}
        value={value === undefined ? "" : String(value)}
        onChange={(choice) => onSet(choice === "true")}
      >
        <div className={classes.options}>
          <Radio value="true" label={kind === "priors" ? "Has priors" : "Escalated"} />
          {kind === "priors" ? <Radio value="false" label="Has none" /> : null}
        </div>
      </Radio.Group>
    );
  return (
    <Checkbox.Group label={label} value={Array.isArray(value) ? [...value] : []} onChange={onSet}>
      <div className={classes.options}>
        {options.map((option) => (
          <Checkbox key={option.value} value={option.value} label={option.label} />
        ))}
        {options.length === 0 ? <span className={classes.why}>Nothing on the list has one.</span> : null}
      </div>
    </Checkbox.Group>
  );
}

function optionsOf(kind: Kind, list: LiveList): Option[] {
  const same = (values: readonly string[]) => values.map((value) => ({ value, label: value }));
  switch (kind) {
    case "urgency":
      return same(URGENCIES);
    case "stage":
      return STAGES.map((value) => ({ value, label: STAGE_LABELS[value] }));
    case "holder":
      return HOLDERS.map((value) => ({ value, label: HOLDER_LABELS[value] }));
    case "pool":
      return named(list.pools);
    default:
      return seen(kind, list);
  }
}

const named = (names: ReadonlyMap<string, string>): Option[] =>
  [...names].map(([value, label]) => ({ value, label })).sort((a, b) => a.label.localeCompare(b.label));

/** What occurs on the list now. */
function seen(kind: Kind, list: LiveList): Option[] {
  const names = new Map<string, string>();
  for (const { line } of list.entries.values()) {
    if (kind === "site") names.set(line.site.id, line.site.name);
    else if (kind === "subspecialty") names.set(line.subspecialty, line.subspecialty);
    else for (const modality of line.modalities) names.set(modality, modality);
  }
  return named(names).slice(0, 60);
}

/** A condition as its chip says it. */
function inWords(kind: Kind, conditions: Conditions, list: LiveList): string {
  const value = conditions[kind];
  if (value === undefined) return "";
  if (typeof value === "number") return value === 0 ? "overdue" : `${value} min`;
  if (typeof value === "boolean") return kind === "priors" ? (value ? "some" : "none") : "yes";
  const options = new Map(optionsOf(kind, list).map((option) => [option.value, option.label]));
  return value.map((one) => options.get(one) ?? one).join(", ");
}
