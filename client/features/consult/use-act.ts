import type { CriticalView } from "@readroom/shared/contract/http/critical.js";
import { useQueryClient } from "@tanstack/react-query";
import { refusalWords } from "../../kernel/api";
import { toast } from "../../ui/toast";
import { criticalKey } from "./source";

export type Act = (work: () => Promise<CriticalView>, done?: string) => Promise<boolean>;

/** Sends one change, shows what came of it, and puts the answer in the list at once. True when the hub took it. */
export function useAct(studyId: string): Act {
  const client = useQueryClient();
  return async (work, done) => {
    try {
      const changed = await work();
      client.setQueryData<CriticalView[]>(criticalKey(studyId), (list) => [
        changed,
        ...(list ?? []).filter((one) => one.id !== changed.id),
      ]);
      if (done) toast.done(done);
      return true;
    } catch (thrown) {
      toast.refused(refusalWords(thrown));
      return false;
    }
  };
}

export const clock = (at: number): string =>
  new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });
