import type { Conditions, ViewDefinition } from "@readroom/shared/contract/http/worklist-views.js";
import { useDeferredValue, useEffect, useMemo, useState } from "react";
import { serverClock } from "../../kernel/clock";
import { standardTabs, type View, type Viewer } from "./model";
import { useSavedViews, type ViewsInHand } from "./saved-views";
import type { WorklistStore } from "./store";
import { differs, type Looking, NOTHING, recall, remember, sortAfter } from "./view-state";

export interface LookingInHand extends Looking {
  tabs: readonly View[];
  saved: ViewsInHand;
  /** What is shown, as a view that could be saved. */
  definition: ViewDefinition;
  changed: boolean;
  choose(tab: string): void;
  setConditions(conditions: Conditions): void;
  setText(text: string): void;
  sortBy(column: string): void;
  select(studyId: string | null): void;
}

/** What one looks at and how many there are under each tab; tells the list what to show and count. */
export function useLooking(
  store: WorklistStore,
  viewer: Viewer,
  wanted: { tab: string | null; study: string | null },
): LookingInHand {
  const saved = useSavedViews();
  const [looking, setLooking] = useState<Looking>(() => {
    const before = wanted.tab === null ? recall(viewer.userId) : null;
    const tab = wanted.tab ?? (viewer.reader ? "for-me" : "all");
    const { study } = wanted;
    if (before) return study ? { ...before, selected: study } : before;
    return { tab, conditions: NOTHING, sort: null, selected: study };
  });
  useEffect(() => remember(viewer.userId, looking), [viewer.userId, looking]);

  const { list } = store;
  const poolNames = [...list.pools.entries()].flat().join("\n");
  // biome-ignore lint/correctness/useExhaustiveDependencies: the map changes in place, its names say when
  const standard = useMemo(() => standardTabs(list.pools, viewer.reader !== null), [poolNames, viewer.reader !== null]);
  const { views } = saved;
  const specs = useMemo(
    () => [
      ...standard.map(({ id }) => ({ id, base: id, conditions: NOTHING })),
      ...views.map(({ id, definition }) => ({ id, base: definition.base, conditions: definition.conditions })),
    ],
    [standard, views],
  );
  const own = views.find((view) => view.id === looking.tab)?.definition;
  const from = useMemo<ViewDefinition>(
    () => own ?? { base: looking.tab, conditions: NOTHING, sort: null },
    [own, looking.tab],
  );
  // Typing must not wait for the list: the rows follow when there is time.
  const conditions = useDeferredValue(looking.conditions);
  useEffect(() => {
    list.setViewer(viewer, serverClock.now());
    store.changed();
  }, [list, store, viewer]);
  useEffect(() => {
    list.setTabs(specs, serverClock.now());
    store.changed();
  }, [list, store, specs]);
  useEffect(() => {
    list.show({ base: from.base, conditions, sort: looking.sort }, serverClock.now());
    store.changed();
  }, [list, store, from.base, conditions, looking.sort]);

  const change = (to: Partial<Looking>) => setLooking((was) => ({ ...was, ...to }));
  const labels = [...standard, ...views.map(({ id, name }): Omit<View, "count"> => ({ id, label: name }))];
  return {
    ...looking,
    saved,
    tabs: labels
      .map((tab, n) => ({ ...tab, count: list.counts[n] ?? 0 }))
      .filter((tab) => tab.id !== "unroutable" || tab.count > 0 || tab.id === looking.tab),
    definition: { base: from.base, conditions: looking.conditions, sort: looking.sort },
    changed: differs(from, looking),
    choose: (tab) => {
      const view = views.find((one) => one.id === tab)?.definition;
      change({ tab, conditions: view?.conditions ?? NOTHING, sort: view?.sort ?? null });
    },
    setConditions: (next) => change({ conditions: next }),
    setText: (text) =>
      setLooking((was) => {
        const { text: _before, ...others } = was.conditions;
        return { ...was, conditions: text ? { ...others, text } : others };
      }),
    sortBy: (column) => setLooking((was) => ({ ...was, sort: sortAfter(was.sort, column) })),
    select: (selected) => change({ selected }),
  };
}
