import { Button, Popover, TextInput } from "@mantine/core";
import { IconAlertTriangleFilled, IconPlus, IconX } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { z } from "zod";
import { api, asHubError } from "../../../kernel/api";
import { useSignedIn } from "../../../kernel/session";
import { count } from "../../../ui/format";
import { toast } from "../../../ui/toast";
import type { View, ViewId } from "../model";
import classes from "../page.module.css";

const SavedView = z.object({ name: z.string(), base: z.string(), filter: z.string() });
type SavedView = z.infer<typeof SavedView>;

export interface SavedViews {
  list: readonly SavedView[];
  save: (view: SavedView) => void;
  remove: (name: string) => void;
}

/** Views that this person saved: a tab with a filter. They are kept with the person on the hub. */
export function useSavedViews(): SavedViews {
  const { user } = useSignedIn();
  const client = useQueryClient();
  const stored = z.array(SavedView).safeParse(user.preferences.views);
  const [list, setList] = useState<readonly SavedView[]>(stored.success ? stored.data : []);
  const keep = async (next: readonly SavedView[]) => {
    const before = list;
    setList(next);
    try {
      await api.patch("/api/session/preferences", z.unknown(), { views: next });
      await client.invalidateQueries({ queryKey: ["session"] });
    } catch (thrown) {
      setList(before);
      toast.failed(asHubError(thrown).message, "The view was not saved");
    }
  };
  return {
    list,
    save: (view) => void keep([...list.filter((other) => other.name !== view.name), view]),
    remove: (name) => void keep(list.filter((view) => view.name !== name)),
  };
}

/** The tabs of the worklist with their counts. */
export function ViewTabs({
  tabs,
  saved,
  chosen,
  onChoose,
  filter,
}: {
  tabs: readonly View[];
  saved: SavedViews;
  chosen: string;
  onChoose: (id: ViewId) => void;
  filter: string;
}) {
  return (
    <nav className={classes.tabs} aria-label="Views">
      {tabs.map((tab) => (
        <button
          key={tab.id}
          type="button"
          className={classes.tab}
          aria-current={tab.id === chosen}
          data-warn={(tab.warn && tab.count > 0) || undefined}
          onClick={() => onChoose(tab.id)}
        >
          {tab.warn && tab.count > 0 ? <IconAlertTriangleFilled size={13} aria-hidden="true" /> : null}
          {tab.label} <span className={classes.count}>{count(tab.count)}</span>
        </button>
      ))}
      {saved.list.map((view) => (
        <span key={view.name} className={classes.savedTab}>
          <button
            type="button"
            className={classes.tab}
            aria-current={view.name === chosen}
            title={view.filter}
            onClick={() => onChoose(view.name)}
          >
            {view.name}
          </button>
          {view.name === chosen ? (
            <button
              type="button"
              className={classes.clear}
              aria-label={`Remove the view ${view.name}`}
              onClick={() => {
                saved.remove(view.name);
                onChoose(view.base);
              }}
            >
              <IconX size={13} />
            </button>
          ) : null}
        </span>
      ))}
      {filter ? <SaveView chosen={chosen} filter={filter} saved={saved} onSaved={onChoose} /> : null}
    </nav>
  );
}

function SaveView({
  chosen,
  filter,
  saved,
  onSaved,
}: {
  chosen: string;
  filter: string;
  saved: SavedViews;
  onSaved: (name: string) => void;
}) {
  const [open, setOpen] = useState(false);
  const [name, setName] = useState("");
  const base = saved.list.find((view) => view.name === chosen)?.base ?? chosen;
  return (
    <Popover opened={open} onChange={setOpen} trapFocus position="bottom-start">
      <Popover.Target>
        <button type="button" className={classes.tab} onClick={() => setOpen(true)}>
          <IconPlus size={13} aria-hidden="true" /> save view
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        <form
          className={classes.saveForm}
          onSubmit={(event) => {
            event.preventDefault();
            if (!name.trim()) return;
            saved.save({ name: name.trim(), base, filter });
            setOpen(false);
            onSaved(name.trim());
          }}
        >
          <TextInput
            label="Name of the view"
            value={name}
            maxLength={40}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button type="submit" disabled={!name.trim()}>
            Save
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
