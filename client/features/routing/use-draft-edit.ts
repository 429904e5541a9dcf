import type { DraftView } from "@readroom/shared/contract/http/routing.js";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { asHubError, type HubError } from "../../kernel/api";
import { toast } from "../../ui/toast";
import type { Content } from "./model";
import { saveDraft } from "./source";

/** Somebody else saved first: what was to be saved here, until the person says whose it shall be. */
export interface Clash {
  readonly mine: Content;
  readonly error: HubError;
  readonly revision: number;
}

/** Saves of the draft, one after the other, each on the revision that the last one gave. */
export function useDraftEdit(draft: DraftView | null) {
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [clash, setClash] = useState<Clash | null>(null);
  const show = (next: DraftView | null) => client.setQueryData(["routing", "draft"], { draft: next });
  const send = async (content: Content, revision: number) => {
    setBusy(true);
    try {
      show(await saveDraft({ revision, content }));
      setClash(null);
      return true;
    } catch (thrown) {
      const error = asHubError(thrown);
      const theirs = error.detail.revision;
      if (error.code === "conflict" && typeof theirs === "number") setClash({ mine: content, error, revision: theirs });
      else toast.failed([error.message, error.action].filter(Boolean).join(" "), "The draft was not saved");
      return false;
    } finally {
      setBusy(false);
    }
  };
  return {
    busy,
    clash,
    save: (content: Content) => (draft ? send(content, draft.revision) : Promise.resolve(false)),
    keepMine: () => (clash ? send(clash.mine, clash.revision) : Promise.resolve(false)),
    takeTheirs: async () => {
      setClash(null);
      await client.invalidateQueries({ queryKey: ["routing", "draft"] });
    },
    refresh: () => client.invalidateQueries({ queryKey: ["routing"] }),
  };
}
export type DraftEdit = ReturnType<typeof useDraftEdit>;
