import type { HubEvent } from "@readroom/shared/contract/down.js";
import type { OperationsView } from "@readroom/shared/contract/http/operations.js";
import { WorklistGoneEvent, WorklistRowEvent } from "@readroom/shared/contract/http/worklist.js";
import { onBoard } from "./model";

type Row = OperationsView["rows"][number];
/** null: it left the group. */
export type Patches = ReadonlyMap<string, Row | null>;

/** Takes a study's new row from an event into `patches`; false for an event that is about something else. */
export function take(patches: Map<string, Row | null>, event: HubEvent): boolean {
  if (event.type === "worklist.gone") {
    const gone = WorklistGoneEvent.safeParse(event.payload);
    if (gone.success) patches.set(gone.data.studyId, null);
    return true;
  }
  if (event.type !== "worklist.row") return false;
  const parsed = WorklistRowEvent.safeParse(event.payload);
  if (!parsed.success) return true;
  const { row } = parsed.data;
  const known = patches.get(row.studyId);
  if (!known || known.seq <= row.seq) patches.set(row.studyId, row);
  return true;
}

/** The view with the newer of each row; what has left the board is gone. A row that is older than the view's own changes nothing. */
export function patched(view: OperationsView, patches: Patches): OperationsView {
  if (patches.size === 0) return view;
  const rows = new Map(view.rows.map((row) => [row.studyId, row]));
  for (const [studyId, row] of patches) {
    const known = rows.get(studyId);
    if (row === null) rows.delete(studyId);
    else if (!known || known.seq <= row.seq) {
      if (onBoard(row, view.group.id)) rows.set(studyId, row);
      else rows.delete(studyId);
    }
  }
  return { ...view, rows: [...rows.values()] };
}
