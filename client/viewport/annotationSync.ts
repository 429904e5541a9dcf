import { eventTarget, getEnabledElementByIds } from "@cornerstonejs/core";
import { annotation, Enums, ToolGroupManager, utilities } from "@cornerstonejs/tools";
import { type AnnotationRecord, isAccepted, withStatus } from "@readroom/shared/crdt/annotation.js";
import { loadedPlaces } from "./imagery";
import { type Author, markOfRecord, recordOfMark, sameContent, samePoints, sameStats } from "./markRecord";
import { planeMarks } from "./planeMarks";
import { type DrawnMark, NO_LABEL, pointsOfMark, textOfMark } from "./tools/mapping";
import { mappingOfTool } from "./tools/mappings";

export type AnnotationChange =
  | { type: "add"; record: AnnotationRecord }
  | { type: "change"; record: AnnotationRecord }
  | { type: "remove"; id: string };

export interface AnnotationSyncOptions {
  /** Where this page's images come from (names the image a record lies on). */
  base: string;
  author: Author;
  /** May this person make marks a part of the record? What they draw is a draft where not. Asked with each stroke. */
  accepts?(): boolean;
  /** Is this mark seen by this person alone? Asked after `onChange` for a new one. */
  isPrivate?(id: string): boolean;
  /** CSS colour of a person, as presence shows it. */
  colorOf(authorId: string): string;
  /** A mark made, moved, relabelled or removed on this screen; never an echo of what was applied. */
  onChange(change: AnnotationChange): void;
  /** A mark of any screen that has figures was made or got new ones: the report's live fields follow it. */
  onMeasurement?(record: AnnotationRecord): void;
  now(): Date;
}

export interface AnnotationSync {
  /** Brings others' marks on this screen; records of the same id replace. */
  applyRemote(upserts: readonly AnnotationRecord[], removes?: readonly string[]): void;
  /** The whole set at once (a document just opened): what is not in it is taken down. */
  replaceAll(records: readonly AnnotationRecord[]): void;
  /** Takes a mark down here and tells it. */
  remove(id: string): void;
  records(): AnnotationRecord[];
  /** Stops and takes all its marks down (the room is left). */
  destroy(): void;
}

/** How often a mark being dragged is told: others see it move, the document does not grow by every pixel. */
const TELL_EVERY_MS = 50;

/**
 * Joins the marks on this screen with a shared document's records.
 *
 * Guards, each against something seen: while records are applied all events are ours to ignore (adding and removing emit the
 * events of a person's hand); a redraw that only refreshed figures is told only after a hand of this screen moved the mark; a new
 * mark is told when it is finished, so that nobody's half-drawn line stays in the document when their connection drops.
 */
export function createAnnotationSync(options: AnnotationSyncOptions): AnnotationSync {
  const known = new Map<string, AnnotationRecord>();
  const movedHere = new Set<string>();
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  let applying = false;

  const measured = (record: AnnotationRecord) => {
    if (record.stats && Object.keys(record.stats).length > 0) options.onMeasurement?.(record);
  };
  const byHand = (record: AnnotationRecord | undefined) =>
    record && withStatus(record, { id: options.author.id, accepts: options.accepts?.() ?? false });
  const show = (record: AnnotationRecord) =>
    paint(record, options.colorOf(record.author.id), dashOf(record, options.isPrivate?.(record.id) ?? false));
  const tell = (id: string) => {
    timers.delete(id);
    const mark = markById(id);
    const before = known.get(id);
    if (!mark || !before) return;
    const record = byHand(recordOfMark(mark, loadedPlaces, options.author, options.now(), before));
    if (!record || (sameContent(record, before) && sameStats(record.stats, before.stats))) return;
    known.set(id, record);
    options.onChange({ type: "change", record });
    show(record);
    measured(record);
  };
  const tellSoon = (id: string) => {
    if (!timers.has(id))
      timers.set(
        id,
        setTimeout(() => tell(id), TELL_EVERY_MS),
      );
  };

  const completed = (event: Event) => {
    const mark = markOfEvent(event);
    const id = mark?.annotationUID;
    if (applying || !mark || !id || known.has(id)) return;
    const record = byHand(recordOfMark(mark, loadedPlaces, options.author, options.now()));
    if (!record) return;
    if (record.points.length > 1 && record.points.every((point) => samePoints([point], [record.points[0] as never]))) {
      silently(() => annotation.state.removeAnnotation(id));
      return;
    }
    known.set(id, record);
    movedHere.add(id);
    options.onChange({ type: "add", record });
    show(record);
    measured(record);
  };
  const modified = (event: Event) => {
    const { changeType } = (event as CustomEvent<{ changeType?: string }>).detail;
    const mark = markOfEvent(event);
    const before = mark?.annotationUID ? known.get(mark.annotationUID) : undefined;
    if (applying || !mark || !before) return;
    const { HandlesUpdated, LabelChange, StatsUpdated } = Enums.ChangeTypes;
    if (changeType === HandlesUpdated || changeType === LabelChange) {
      const moved = !samePoints(pointsOfMark(mark), before.points) || textOfMark(mark) !== before.text;
      if (moved) movedHere.add(before.id);
      if (moved || movedHere.has(before.id)) tellSoon(before.id);
    } else if (changeType === StatsUpdated && movedHere.has(before.id)) tellSoon(before.id);
  };
  const removed = (event: Event) => {
    const id = markOfEvent(event)?.annotationUID;
    if (applying || !id || !known.delete(id)) return;
    forget(id);
    options.onChange({ type: "remove", id });
  };
  const forget = (id: string) => {
    planeMarks.remove(id);
    clearTimeout(timers.get(id));
    timers.delete(id);
    movedHere.delete(id);
  };
  const silently = (work: () => void) => {
    applying = true;
    try {
      work();
    } finally {
      applying = false;
    }
  };

  const put = (record: AnnotationRecord) => {
    const mark = markById(record.id);
    known.set(record.id, record);
    measured(record);
    movedHere.delete(record.id);
    if (mark) {
      moveMark(mark, record);
    } else {
      const drawn = markOfRecord(record, options.base);
      annotation.state.addAnnotation(drawn, drawn.metadata.FrameOfReferenceUID ?? "");
    }
    show(record);
  };
  const drop = (id: string) => {
    known.delete(id);
    forget(id);
    annotation.state.removeAnnotation(id);
  };

  const { ANNOTATION_COMPLETED, ANNOTATION_MODIFIED, ANNOTATION_REMOVED } = Enums.Events;
  eventTarget.addEventListener(ANNOTATION_COMPLETED, completed);
  eventTarget.addEventListener(ANNOTATION_MODIFIED, modified);
  eventTarget.addEventListener(ANNOTATION_REMOVED, removed);

  return {
    applyRemote(upserts, removes = []) {
      silently(() => {
        for (const id of removes) drop(id);
        for (const record of upserts) put(record);
      });
      redraw();
    },
    replaceAll(records) {
      const wanted = new Set(records.map(({ id }) => id));
      silently(() => {
        for (const id of [...known.keys()]) if (!wanted.has(id)) drop(id);
        for (const record of records) put(record);
      });
      redraw();
    },
    remove(id) {
      annotation.state.removeAnnotation(id);
      redraw();
    },
    records: () => [...known.values()],
    destroy() {
      eventTarget.removeEventListener(ANNOTATION_COMPLETED, completed);
      eventTarget.removeEventListener(ANNOTATION_MODIFIED, modified);
      eventTarget.removeEventListener(ANNOTATION_REMOVED, removed);
      silently(() => {
        for (const id of [...known.keys()]) drop(id);
      });
      redraw();
    },
  };
}

/** Removes the marks selected by a click; each removal is told by the sync like any other. */
export function deleteSelectedMarks(): void {
  for (const id of annotation.selection.getAnnotationsSelected()) annotation.state.removeAnnotation(id);
  redraw();
}

function markById(id: string): DrawnMark | undefined {
  return annotation.state.getAnnotation(id) as DrawnMark | undefined;
}

function markOfEvent(event: Event): DrawnMark | undefined {
  const mark = (event as CustomEvent<{ annotation?: DrawnMark }>).detail?.annotation;
  return mark && mappingOfTool(mark.metadata.toolName) ? mark : undefined;
}

function moveMark(mark: DrawnMark, record: AnnotationRecord): void {
  if (mark.data.handles) mark.data.handles.points = record.points.map((point) => [...point]);
  mark.data.label = record.text ?? (mappingOfTool(mark.metadata.toolName)?.hasText ? NO_LABEL : "");
  mark.invalidated = true;
}

/** Drawn through: part of the record; dashes: a draft; dots: seen here alone. */
const dashOf = (record: AnnotationRecord, hidden: boolean): string =>
  hidden ? "2,4" : isAccepted(record) ? "" : "7,4";

function paint(record: AnnotationRecord, color: string, lineDash: string): void {
  const { id, kind, text } = record;
  planeMarks.set(record, color);
  const style = {
    // an arrow without text would draw its dotted line to an empty box
    textBoxVisibility: kind !== "arrow" || text !== undefined,
    color,
    lineDash,
    colorHighlighted: color,
    colorSelected: color,
    textBoxColor: color,
    textBoxColorHighlighted: color,
    textBoxColorSelected: color,
  };
  annotation.config.style.setAnnotationStyles(id, style);
}

/** Draws the marks of all open viewports anew. */
function redraw(): void {
  const ids = openViewports();
  if (ids.length > 0) utilities.triggerAnnotationRenderForViewportIds(ids);
}

function openViewports(): string[] {
  return ToolGroupManager.getAllToolGroups()
    .flatMap((group) => group.viewportsInfo)
    .filter(({ viewportId, renderingEngineId }) => getEnabledElementByIds(viewportId, renderingEngineId) !== undefined)
    .map(({ viewportId }) => viewportId);
}
