import { type SavedView, SavedViews, type ViewDefinition } from "@readroom/shared/contract/http/worklist-views.js";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api, refusalWords } from "../../kernel/api";
import { useHubEvents } from "../../kernel/socket";
import { toast } from "../../ui/toast";

const VIEWS = ["worklist", "views"] as const;
const NONE: readonly SavedView[] = [];

export interface ViewsInHand {
  views: readonly SavedView[];
  /** Resolves to the new view, or null where the hub refused (which has been said). */
  create(name: string, shared: boolean, definition: ViewDefinition): Promise<SavedView | null>;
  change(id: string, to: { name?: string; shared?: boolean; definition?: ViewDefinition }): Promise<void>;
  remove(id: string): Promise<void>;
  /** One place to the left or right among one's tabs. */
  move(id: string, by: -1 | 1): Promise<void>;
}

/** One's own saved views and the group's, as the hub keeps them; others' changes to shared ones come by themselves. */
export function useSavedViews(): ViewsInHand {
  const client = useQueryClient();
  const { data, refetch } = useQuery({
    queryKey: VIEWS,
    queryFn: ({ signal }) => api.get("/api/worklist/views", SavedViews, { signal }),
    staleTime: 300_000,
  });
  useHubEvents((event) => {
    if (event.type === "worklist.views_changed") void refetch();
  });
  const views = data?.views ?? NONE;
  const settle = async (work: () => Promise<SavedViews>): Promise<SavedViews | null> => {
    try {
      const after = await work();
      client.setQueryData(VIEWS, after);
      return after;
    } catch (thrown) {
      toast.failed(refusalWords(thrown), "The view was not saved");
      return null;
    }
  };
  return {
    views,
    create: async (name, shared, definition) => {
      const after = await settle(() => api.post("/api/worklist/views", SavedViews, { name, shared, definition }));
      return after?.views.find((view) => view.mine && view.name === name && view.shared === shared) ?? null;
    },
    change: async (id, to) => void (await settle(() => api.patch(`/api/worklist/views/${id}`, SavedViews, to))),
    remove: async (id) => void (await settle(() => api.delete(`/api/worklist/views/${id}`, SavedViews))),
    move: async (id, by) => {
      const ids = views.map((view) => view.id);
      const at = ids.indexOf(id);
      const to = at + by;
      if (at < 0 || to < 0 || to >= ids.length) return;
      ids.splice(to, 0, ...ids.splice(at, 1));
      await settle(() => api.put("/api/worklist/views/order", SavedViews, { ids }));
    },
  };
}
