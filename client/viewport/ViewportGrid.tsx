import { type Ref, useEffect, useEffectEvent, useImperativeHandle, useRef } from "react";
import { SERIES_DRAG_TYPE } from "./Filmstrip";
import classes from "./grid.module.css";
import { areaOf, cellsOf, type Direction, type LayoutId, layouts, neighbour } from "./layout";
import { type LinkAnchor, linkedIndex } from "./linkedScroll";
import type { OverlayText } from "./overlay";
import { PlaneViewport } from "./PlaneViewport";
import type { RemotePointer } from "./pointerLayer";
import { StackViewport } from "./StackViewport";
import type { PointerPlaceMm } from "./shownView";
import { type ToolId, toolCatalogue, type ViewportCommand } from "./toolCatalogue";
import type { ViewportHandle } from "./viewportHandle";
import type { ViewState } from "./viewState";
import type { PlaneName } from "./volume";
import type { WindowPreset } from "./windowPresets";

/** What hangs in one cell. */
export interface HungSeries {
  studyInstanceUid: string;
  seriesInstanceUid: string;
  revision?: number;
  preset?: WindowPreset;
  start?: { sopInstanceUid: string; frame: number };
  /** Shown first, with its window and place. */
  from?: ViewState;
  /** A plane through the series instead of its images. */
  plane?: PlaneName;
  text?: OverlayText;
}

export interface ViewportGridHandle {
  viewport(cell: number): ViewportHandle | undefined;
  /** A command of the keyboard map, to the active viewport. */
  run(command: ViewportCommand): void;
  setPreset(preset: WindowPreset): void;
  /** The presenter's state of that cell; does not drag linked viewports along, they have states of their own. */
  applyView(cell: number, state: ViewState): Promise<boolean>;
  setPointer(pointer: RemotePointer): void;
  removePointer(id: string): void;
  /** Makes the viewport beside the active one active. */
  move(direction: Direction): void;
}

export interface ViewportGridProps {
  base: string;
  layout: LayoutId;
  /** By cell, row by row; a missing one is empty. */
  cells: readonly (HungSeries | undefined)[];
  active: number;
  /** The one cell that fills the grid, if any. */
  maximised?: number;
  tool: ToolId;
  /** Scroll viewports together, in mm where they share a frame of reference. */
  linked: boolean;
  ref?: Ref<ViewportGridHandle>;
  onActivate(cell: number): void;
  onMaximise(cell: number | undefined): void;
  /** A series was dropped on that cell. */
  onHang(cell: number, series: { studyInstanceUid: string; seriesInstanceUid: string }): void;
  /** Given where one plane fills the wall: another one is asked for. */
  onPlane?(plane: PlaneName): void;
  onReady?(cell: number, state: ViewState): void;
  onViewChange?(cell: number, state: ViewState): void;
  onPointer?(cell: number, place: PointerPlaceMm | null): void;
}

/** Viewports side by side: layout, active one, maximising, linked scrolling, dropping a series. */
export function ViewportGrid(props: ViewportGridProps) {
  const { layout, active, maximised, onActivate } = props;
  const handles = useRef(new Map<number, ViewportHandle>());
  const linked = useLinkedScroll(props.linked, handles.current);

  useImperativeHandle(props.ref, () => ({
    viewport: (cell) => handles.current.get(cell),
    run(command) {
      linked.drive(active);
      handles.current.get(active)?.run(command);
    },
    setPreset: (preset) => handles.current.get(active)?.setPreset(preset),
    applyView(cell, state) {
      linked.drive(undefined);
      return handles.current.get(cell)?.applyView(state) ?? Promise.resolve(false);
    },
    setPointer(pointer) {
      for (const handle of handles.current.values()) handle.setPointer(pointer);
    },
    removePointer(id) {
      for (const handle of handles.current.values()) handle.removePointer(id);
    },
    move: (direction) => onActivate(neighbour(layout, active, direction)),
  }));

  return (
    <section className={classes.grid} style={{ gridTemplate: layouts[layout].template }} aria-label="Viewports">
      {Array.from({ length: cellsOf(layout) }, (_, cell) => (
        <Cell
          // a cell is a place on the wall: its number is its identity
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          key={cell}
          {...props}
          cell={cell}
          hidden={maximised !== undefined && maximised !== cell}
          drive={() => linked.drive(cell)}
          follow={(index) => linked.follow(cell, index)}
          keep={(handle) => {
            if (handle) handles.current.set(cell, handle);
            else handles.current.delete(cell);
          }}
        />
      ))}
    </section>
  );
}

interface CellProps extends ViewportGridProps {
  cell: number;
  hidden: boolean;
  drive(): void;
  follow(index: number): void;
  keep(handle: ViewportHandle | null): void;
}

function Cell(props: CellProps) {
  const { cell, active, maximised, tool, hidden } = props;
  const hung = props.cells[cell];
  const draws = toolCatalogue.some(({ id, marks }) => id === tool && marks);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for form controls
    <div
      className={classes.cell}
      role="group"
      aria-label={`Viewport ${cell + 1}${hung?.text?.badge ? `, ${hung.text.badge}` : ""}`}
      aria-current={active === cell}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: focus is how a viewport is made active by keyboard alone
      tabIndex={0}
      style={maximised === cell ? undefined : { gridArea: areaOf(props.layout, cell) }}
      data-maximised={maximised === cell}
      inert={hidden}
      onFocus={() => active !== cell && props.onActivate(cell)}
      onPointerDownCapture={() => {
        props.drive();
        if (active !== cell) props.onActivate(cell);
      }}
      onWheelCapture={props.drive}
      onDoubleClick={() => !draws && props.onMaximise(maximised === cell ? undefined : cell)}
      onDragOver={(event) => {
        if (event.dataTransfer.types.includes(SERIES_DRAG_TYPE)) event.preventDefault();
      }}
      onDrop={(event) => {
        const dropped = droppedSeries(event.dataTransfer.getData(SERIES_DRAG_TYPE));
        if (!dropped) return;
        event.preventDefault();
        props.onHang(cell, dropped);
      }}
    >
      {hung ? (
        <Hung {...props} hung={hung} />
      ) : (
        <p className={classes.empty}>Choose a series from the rail, or drop one here.</p>
      )}
    </div>
  );
}

function Hung({ hung, ...props }: CellProps & { hung: HungSeries }) {
  const { cell, base, tool } = props;
  const { plane, revision, start, ...series } = hung;
  const common = {
    ref: props.keep,
    base,
    tool,
    ...series,
    onReady: (state: ViewState) => props.onReady?.(cell, state),
    onViewChange: (state: ViewState) => props.onViewChange?.(cell, state),
    onIndexChange: props.follow,
    onPointer: (place: PointerPlaceMm | null) => props.onPointer?.(cell, place),
  };
  if (plane) return <PlaneViewport {...common} plane={plane} {...(props.onPlane ? { onPlane: props.onPlane } : {})} />;
  return <StackViewport {...common} {...(revision === undefined ? {} : { revision })} {...(start ? { start } : {})} />;
}

function droppedSeries(text: string): { studyInstanceUid: string; seriesInstanceUid: string } | undefined {
  if (!text) return undefined;
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null) return undefined;
  const { studyInstanceUid, seriesInstanceUid } = value as Record<string, unknown>;
  return typeof studyInstanceUid === "string" && typeof seriesInstanceUid === "string"
    ? { studyInstanceUid, seriesInstanceUid }
    : undefined;
}

/**
 * Linked scrolling. Only the viewport under the reader's hand leads: the others, moved by it, do not lead back. When linking is
 * switched on, the images then shown are taken to be of the same place, which is how a prior is set against the current study.
 */
function useLinkedScroll(linked: boolean, handles: Map<number, ViewportHandle>) {
  const driver = useRef<number | undefined>(undefined);
  const anchors = useRef<Map<number, number> | undefined>(undefined);
  const wasLinked = useRef(linked);
  useEffect(() => {
    if (linked && !wasLinked.current) {
      anchors.current = new Map([...handles].map(([cell, handle]) => [cell, handle.index()]));
    } else if (!linked) anchors.current = undefined;
    wasLinked.current = linked;
  }, [linked, handles]);

  const follow = useEffectEvent((cell: number, index: number) => {
    const from = handles.get(cell)?.stack();
    if (!linked || driver.current !== cell || !from) return;
    for (const [other, handle] of handles) {
      const to = handle.stack();
      if (other === cell || !to) continue;
      const target = linkedIndex(from, index, to, anchorOf(anchors.current, cell, other));
      if (target !== undefined) void handle.scrollToIndex(target);
    }
  });
  return {
    drive(cell: number | undefined) {
      driver.current = cell;
    },
    follow,
  };
}

function anchorOf(anchors: Map<number, number> | undefined, from: number, to: number): LinkAnchor | undefined {
  const fromIndex = anchors?.get(from);
  const toIndex = anchors?.get(to);
  return fromIndex === undefined || toIndex === undefined ? undefined : { fromIndex, toIndex };
}
