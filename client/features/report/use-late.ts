import { documentFrom, lateLines, lateText } from "@readroom/shared/crdt/late.js";
import { useEffect, useMemo, useState } from "react";
import { keptDocuments } from "../../kernel/room/kept";
import type { RoomProvider } from "../../kernel/room/provider";
import type { LateEdits, RoomSnapshot } from "../../kernel/room/state";
import { useSession } from "../../kernel/session";

export interface LateReport {
  readonly entry: LateEdits;
  /** What it says and the document does not, a line each with its section before it. */
  readonly lines: readonly string[];
}

/** What the hub did not take of this document's text, oldest first; nothing before the document has arrived. */
export function useLate(room: RoomProvider | null, state: RoomSnapshot): LateReport[] {
  const { late, synced, epoch } = state;
  // biome-ignore lint/correctness/useExhaustiveDependencies: epoch: the document was made anew
  return useMemo(() => {
    if (!room || !synced) return [];
    return late.map((entry) => {
      const mine = documentFrom(entry.state);
      const lines = lateText(lateLines(mine, room.doc));
      mine.destroy();
      return { entry, lines };
    });
  }, [room, late, synced, epoch]);
}

/** Earlier documents of this study's report of which this browser still keeps something: signed while it was away. */
export function useKeptReports(studyId: string, current: string | null, versions: number): readonly string[] {
  const session = useSession();
  const personId = session.state === "in" ? session.session.user.id : null;
  const [kept, setKept] = useState<readonly string[]>([]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: versions: a signature is when a document becomes an earlier one
  useEffect(() => {
    if (!personId || typeof indexedDB === "undefined") return;
    let over = false;
    void keptDocuments(personId, `report:${studyId}:`).then((documents) => {
      if (!over) setKept(documents.filter((id) => id !== current));
    });
    return () => {
      over = true;
    };
  }, [personId, studyId, current, versions]);
  return kept;
}
