import { ActionIcon, Button, Checkbox, Menu, Popover, TextInput } from "@mantine/core";
import type { SavedView, ViewDefinition } from "@readroom/shared/contract/http/worklist-views.js";
import {
  IconAlertTriangleFilled,
  IconArrowLeft,
  IconArrowRight,
  IconChevronDown,
  IconDeviceFloppy,
  IconPencil,
  IconPlus,
  IconTrash,
  IconUsers,
} from "@tabler/icons-react";
import { useState } from "react";
import { count } from "../../../ui/format";
import type { View } from "../model";
import classes from "../page.module.css";
import type { ViewsInHand } from "../saved-views";

interface TabsProps {
  tabs: readonly View[];
  saved: ViewsInHand;
  chosen: string;
  onChoose: (id: string) => void;
  /** What is shown now, as a view. */
  now: ViewDefinition;
  /** Does it differ from the tab that is chosen? */
  changed: boolean;
}

/** The tabs of the worklist with their counts, live; the saved ones after those that there always are. */
export function ViewTabs({ tabs, saved, chosen, onChoose, now, changed }: TabsProps) {
  return (
    <nav className={classes.tabs} aria-label="Views">
      {tabs.map((tab) => {
        const own = saved.views.find((view) => view.id === tab.id);
        return (
          <span key={tab.id} className={classes.savedTab}>
            <button
              type="button"
              className={classes.tab}
              aria-current={tab.id === chosen}
              data-warn={(tab.warn && tab.count > 0) || undefined}
              title={own?.shared ? `Shared by ${own.ownerName}` : undefined}
              onClick={() => onChoose(tab.id)}
            >
              {tab.warn && tab.count > 0 ? <IconAlertTriangleFilled size={13} aria-hidden="true" /> : null}
              {own?.shared ? <IconUsers size={13} role="img" aria-label="Shared" /> : null}
              {tab.label} <span className={classes.count}>{count(tab.count)}</span>
            </button>
            {own && tab.id === chosen ? (
              <ViewMenu view={own} saved={saved} now={now} changed={changed} onGone={() => onChoose(now.base)} />
            ) : null}
          </span>
        );
      })}
      {changed ? <SaveView saved={saved} now={now} onSaved={onChoose} /> : null}
    </nav>
  );
}

function ViewMenu({
  view,
  saved,
  now,
  changed,
  onGone,
}: {
  view: SavedView;
  saved: ViewsInHand;
  now: ViewDefinition;
  changed: boolean;
  onGone: () => void;
}) {
  const [renaming, setRenaming] = useState(false);
  const icon = { size: 14, stroke: 1.7 } as const;
  return (
    <>
      <Menu position="bottom-start" withinPortal>
        <Menu.Target>
          <ActionIcon size={24} aria-label={`About the view ${view.name}`}>
            <IconChevronDown size={14} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {view.mine && changed ? (
            <Menu.Item
              leftSection={<IconDeviceFloppy {...icon} />}
              onClick={() => void saved.change(view.id, { definition: now })}
            >
              Keep these filters in it
            </Menu.Item>
          ) : null}
          {view.mine ? (
            <>
              <Menu.Item leftSection={<IconPencil {...icon} />} onClick={() => setRenaming(true)}>
                Rename
              </Menu.Item>
              <Menu.Item
                leftSection={<IconUsers {...icon} />}
                onClick={() => void saved.change(view.id, { shared: !view.shared })}
              >
                {view.shared ? "Share no longer" : "Share with the group"}
              </Menu.Item>
            </>
          ) : null}
          <Menu.Item leftSection={<IconArrowLeft {...icon} />} onClick={() => void saved.move(view.id, -1)}>
            Move left
          </Menu.Item>
          <Menu.Item leftSection={<IconArrowRight {...icon} />} onClick={() => void saved.move(view.id, 1)}>
            Move right
          </Menu.Item>
          {view.mine ? (
            <Menu.Item
              color="red"
              leftSection={<IconTrash {...icon} />}
              onClick={() => {
                onGone();
                void saved.remove(view.id);
              }}
            >
              Delete
            </Menu.Item>
          ) : null}
        </Menu.Dropdown>
      </Menu>
      {renaming ? (
        <Popover opened onChange={setRenaming} trapFocus position="bottom-start" withinPortal>
          <Popover.Target>
            <span />
          </Popover.Target>
          <Popover.Dropdown>
            <NameForm
              name={view.name}
              label="New name"
              onDone={(name) => {
                setRenaming(false);
                void saved.change(view.id, { name });
              }}
            />
          </Popover.Dropdown>
        </Popover>
      ) : null}
    </>
  );
}

function NameForm({ name: before, label, onDone }: { name: string; label: string; onDone: (name: string) => void }) {
  const [name, setName] = useState(before);
  return (
    <form
      className={classes.saveForm}
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim()) onDone(name.trim());
      }}
    >
      <TextInput label={label} value={name} maxLength={40} onChange={(event) => setName(event.currentTarget.value)} />
      <Button type="submit" disabled={!name.trim()}>
        Save
      </Button>
    </form>
  );
}

function SaveView({ saved, now, onSaved }: { saved: ViewsInHand; now: ViewDefinition; onSaved: (id: string) => void }) {
  const [open, setOpen] = useState(false);
  const [shared, setShared] = useState(false);
  return (
    <Popover opened={open} onChange={setOpen} trapFocus position="bottom-start" withinPortal>
      <Popover.Target>
        <button type="button" className={classes.tab} aria-expanded={open} onClick={() => setOpen(true)}>
          <IconPlus size={13} aria-hidden="true" /> save view
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        <NameForm
          name=""
          label="Name of the view"
          onDone={async (name) => {
            const view = await saved.create(name, shared, now);
            if (!view) return;
            setOpen(false);
            onSaved(view.id);
          }}
        />
        <Checkbox
          mt="xs"
          label="Share with the group"
          checked={shared}
          onChange={(event) => setShared(event.currentTarget.checked)}
        />
      </Popover.Dropdown>
    </Popover>
  );
}
