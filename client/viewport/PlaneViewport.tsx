import {
  type Ref,
  useEffect,
  useEffectEvent,
  useImperativeHandle,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { AskArrowText, useArrowText } from "./arrowText";
import type { Vec3 } from "./geometry";
import { loadSeries } from "./imagery";
import { ImageryError } from "./imageryError";
import { type OpenVolume, openVolume } from "./openVolume";
import { CornerOverlay, type OverlayText } from "./overlay";
import classes from "./planes.module.css";
import { openPlaneView, type PlaneView } from "./planeView";
import { createPointerLayer, type PointerLayer } from "./pointerLayer";
import { ReferenceLines } from "./ReferenceLines";
import { FailedSeries, Loading } from "./StackViewport";
import type { PointerPlaceMm } from "./shownView";
import { indexOfImage } from "./stack";
import { type ToolId, toolCatalogue } from "./toolCatalogue";
import { createTraceLayer } from "./traceLayer";
import frame from "./viewport.module.css";
import type { ViewportHandle } from "./viewportHandle";
import { focusOf, type ViewState } from "./viewState";
import { PLANES, type PlaneName, planeLabels, whyNoVolume } from "./volume";
import type { WindowPreset } from "./windowPresets";

export interface PlaneViewportProps {
  base: string;
  studyInstanceUid: string;
  seriesInstanceUid: string;
  plane: PlaneName;
  tool: ToolId;
  preset?: WindowPreset;
  /** What was seen before: its window, and the place that the planes go through. */
  from?: ViewState;
  text?: OverlayText;
  ref?: Ref<ViewportHandle>;
  /** Given where only one plane has room: offers the others. */
  onPlane?(plane: PlaneName): void;
  onReady?(state: ViewState): void;
  onViewChange?(state: ViewState): void;
  onIndexChange?(index: number): void;
  onPointer?(place: PointerPlaceMm | null): void;
}

type Phase = { at: "loading" } | { at: "shown" } | { at: "failed"; error: ImageryError };

/** One viewport with a plane through a series. Planes of the same series meet in one place and have one window. */
export function PlaneViewport(props: PlaneViewportProps) {
  const { base, studyInstanceUid, seriesInstanceUid, plane, tool, preset, text } = props;
  const surface = useRef<HTMLDivElement>(null);
  const pointers = useRef<HTMLDivElement>(null);
  const layer = useRef<PointerLayer | null>(null);
  const [view, setView] = useState<PlaneView>();
  const [phase, setPhase] = useState<Phase>({ at: "loading" });
  const [attempt, setAttempt] = useState(0);
  const arrow = useArrowText();
  const draws = toolCatalogue.some(({ id, marks }) => id === tool && marks);

  const told = useEffectEvent((what: "onReady" | "onViewChange", state: ViewState) => props[what]?.(state));
  const pointed = useEffectEvent((place: PointerPlaceMm | null) => props.onPointer?.(place));
  const indexed = useEffectEvent((index: number) => props.onIndexChange?.(index));
  const ask = useEffectEvent((current: string | undefined) => arrow.ask(current));
  const begin = useEffectEvent((volume: OpenVolume) => props.from && startFrom(volume, props.from));

  // biome-ignore lint/correctness/useExhaustiveDependencies: `attempt` opens the volume anew after it failed
  useEffect(() => {
    const element = surface.current;
    const host = pointers.current;
    if (!element || !host) return;
    let gone = false;
    let untrace: (() => void) | undefined;
    let opened: PlaneView | undefined;
    const resize = new ResizeObserver(() => opened?.resize());
    const open = async () => {
      const series = await loadSeries(base, studyInstanceUid, seriesInstanceUid);
      const refusal = whyNoVolume(series.stack);
      if (refusal) throw new ImageryError("no-volume", refusal);
      const volume = await openVolume(series);
      if (gone) return volume.release();
      begin(volume);
      const next = await openPlaneView(element, volume, plane, {
        onReady: (state) => told("onReady", state),
        onViewChange: (state) => told("onViewChange", state),
        onPointer: (place) => pointed(place),
        askText: (current) => ask(current),
      }).catch((error: unknown) => {
        volume.release();
        throw error;
      });
      if (gone) return next.destroy();
      opened = next;
      layer.current = createPointerLayer(host, next, frame);
      untrace = createTraceLayer(host, next, frame);
      resize.observe(element);
      setView(next);
      setPhase({ at: "shown" });
    };
    open().catch((error: unknown) => {
      if (!gone) setPhase({ at: "failed", error: asImageryError(error) });
    });
    return () => {
      gone = true;
      resize.disconnect();
      untrace?.();
      layer.current?.destroy();
      layer.current = null;
      opened?.destroy();
      setView(undefined);
    };
  }, [base, studyInstanceUid, seriesInstanceUid, plane, attempt]);

  useEffect(() => view?.setTool(tool), [view, tool]);
  useEffect(() => {
    if (preset) view?.setPreset(preset);
  }, [view, preset]);
  useEffect(() => view?.subscribe(() => indexed(view.snapshot().index)), [view]);
  useImperativeHandle(props.ref, () => handleOf(view, layer), [view]);

  return (
    <div className={frame.viewport} data-series={seriesInstanceUid} data-plane={plane} data-phase={phase.at}>
      <div ref={surface} className={frame.surface} />
      {view ? <CornerOverlay view={view} text={text} /> : null}
      {view ? <ReferenceLines view={view} draggable={!draws} /> : null}
      <div ref={pointers} className={frame.pointers} aria-hidden="true" />
      {view ? <Spoken view={view} /> : null}
      {phase.at === "loading" ? <Loading /> : null}
      {phase.at === "failed" ? (
        <FailedSeries
          error={phase.error}
          retry={() => {
            setPhase({ at: "loading" });
            setAttempt((count) => count + 1);
          }}
        />
      ) : null}
      {props.onPlane ? <PlaneSwitch plane={plane} choose={props.onPlane} /> : null}
      <AskArrowText {...arrow} />
    </div>
  );
}

/** The first plane sets the volume to what was seen before; the others find it so. */
function startFrom(volume: OpenVolume, from: ViewState): void {
  const { stack } = volume.series;
  if (volume.window() || from.seriesInstanceUid !== stack.seriesInstanceUid) return;
  volume.setWindow({ voi: from.voi, invert: from.invert }, null);
  const image = stack.images[indexOfImage(stack, from.sopInstanceUid, from.frame)]?.plane;
  const focus = from.plane?.cursorMm ?? (image && focusOf(image, from.pan));
  if (focus) volume.moveCursor(focus as Vec3, null);
}

function asImageryError(error: unknown): ImageryError {
  if (error instanceof ImageryError) return error;
  const full = String(error).includes("CACHE_SIZE");
  return new ImageryError(
    "renderer",
    full ? "this browser has not the memory for a volume of this size" : "this browser could not make a volume of them",
  );
}

function handleOf(view: PlaneView | undefined, layer: { current: PointerLayer | null }): ViewportHandle {
  const stack = () => view?.volume.series.stack;
  const goTo = (index: number) => view?.goToImage(index) ?? false;
  return {
    applyView: async (state) => (await view?.applyView(state)) ?? false,
    view: () => view?.view(),
    stack,
    index: () => view?.snapshot().index ?? 0,
    scrollTo: async (sop, image) => {
      const hung = stack();
      return hung ? goTo(indexOfImage(hung, sop, image)) : false;
    },
    scrollToIndex: async (index) => void goTo(index),
    async jumpToMm(point) {
      view?.moveCursor(point);
      return view !== undefined;
    },
    run: (command) => view?.run(command),
    setPreset: (preset) => view?.setPreset(preset),
    reset: () => view?.run("reset"),
    fit: () => view?.run("fit"),
    setPlaying: () => undefined,
    setPointer: (pointer) => layer.current?.set(pointer),
    removePointer: (id) => layer.current?.remove(id),
  };
}

function Spoken({ view }: { view: PlaneView }) {
  const { cut, stack } = useSyncExternalStore(view.subscribe, view.snapshot);
  if (!cut || !stack) return null;
  const name = [planeLabels[cut.name], stack.modality, stack.seriesDescription].filter(Boolean).join(" ");
  return (
    <>
      <span className={frame.spoken}>{`${name}, slice ${cut.step + 1} of ${cut.steps}`}</span>
      {cut.failedSlices > 0 ? (
        <button type="button" className={`${frame.button} ${classes.again}`} onClick={() => view.retry()}>
          Load the missing slices again
        </button>
      ) : null}
    </>
  );
}

function PlaneSwitch({ plane, choose }: { plane: PlaneName; choose(plane: PlaneName): void }) {
  return (
    <div className={classes.switch}>
      {PLANES.map((name) => (
        <button key={name} type="button" aria-pressed={name === plane} onClick={() => choose(name)}>
          {planeLabels[name]}
        </button>
      ))}
    </div>
  );
}
