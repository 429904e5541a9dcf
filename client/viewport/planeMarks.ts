import type { AnnotationRecord } from "@readroom/shared/crdt/annotation.js";

export interface PlaneMark {
  record: AnnotationRecord;
  /** CSS colour of its author. */
  color: string;
}

const marks = new Map<string, PlaneMark>();
const listeners = new Set<() => void>();

const tell = () => {
  for (const listener of listeners) listener();
};

/** The marks on this page that were drawn in planes through volumes, for the viewports that they pass through. */
export const planeMarks = {
  all: (): Iterable<PlaneMark> => marks.values(),
  set(record: AnnotationRecord, color: string): void {
    if (!record.plane) return;
    marks.set(record.id, { record, color });
    tell();
  },
  remove(id: string): void {
    if (marks.delete(id)) tell();
  },
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
