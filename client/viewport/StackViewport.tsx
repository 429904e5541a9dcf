import { IconPlayerPauseFilled, IconPlayerPlayFilled } from "@tabler/icons-react";
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
import type { LoadedSeries } from "./imagery";
import { loadSeries } from "./imagery";
import { ImageryError } from "./imageryError";
import { startEngine } from "./init";
import { CornerOverlay, type OverlayText } from "./overlay";
import { createPointerLayer, type PointerLayer } from "./pointerLayer";
import type { PointerPlaceMm } from "./shownView";
import type { ImageStack } from "./stack";
import { openStackView, type StackView } from "./stackView";
import type { ToolId } from "./toolCatalogue";
import { createTraceLayer } from "./traceLayer";
import classes from "./viewport.module.css";
import type { ViewportHandle } from "./viewportHandle";
import type { ViewState } from "./viewState";
import type { WindowPreset } from "./windowPresets";

export interface StackViewportProps {
  /** Address of the DICOMweb service, "/dicomweb". */
  base: string;
  studyInstanceUid: string;
  seriesInstanceUid: string;
  tool: ToolId;
  /** Applied when the series is hung and whenever another one is given. */
  preset?: WindowPreset;
  /** Raise it to ask for the series anew while it is arriving; place, window and marks stay. */
  revision?: number;
  /** Shown first instead of the middle of the stack. */
  start?: { sopInstanceUid: string; frame: number };
  /** Shown first, with its window and place. */
  from?: ViewState;
  text?: OverlayText;
  ref?: Ref<ViewportHandle>;
  onStack?(stack: ImageStack): void;
  onReady?(state: ViewState): void;
  onViewChange?(state: ViewState): void;
  /** Another image is shown, by whomever. */
  onIndexChange?(index: number): void;
  onPointer?(place: PointerPlaceMm | null): void;
}

type Phase = { at: "loading" } | { at: "shown" } | { at: "failed"; error: ImageryError };

/** One viewport with a series' images in it. */
export function StackViewport(props: StackViewportProps) {
  const { base, studyInstanceUid, seriesInstanceUid, tool, preset, revision = 0, start, text } = props;
  const surface = useRef<HTMLDivElement>(null);
  const pointers = useRef<HTMLDivElement>(null);
  const layer = useRef<PointerLayer | null>(null);
  const [view, setView] = useState<StackView>();
  const [phase, setPhase] = useState<Phase>({ at: "loading" });
  const [attempt, setAttempt] = useState(0);
  const arrow = useArrowText();

  const told = useEffectEvent((what: "onReady" | "onViewChange", state: ViewState) => props[what]?.(state));
  const pointed = useEffectEvent((place: PointerPlaceMm | null) => props.onPointer?.(place));
  const indexed = useEffectEvent((index: number) => props.onIndexChange?.(index));
  const stacked = useEffectEvent((stack: ImageStack) => props.onStack?.(stack));
  const ask = useEffectEvent((current: string | undefined) => arrow.ask(current));

  // biome-ignore lint/correctness/useExhaustiveDependencies: `attempt` opens the renderer anew after it failed
  useEffect(() => {
    const element = surface.current;
    const host = pointers.current;
    if (!element || !host) return;
    let opened: StackView | undefined;
    let gone = false;
    let untrace: (() => void) | undefined;
    const resize = new ResizeObserver(() => opened?.resize());
    const open = () =>
      openStackView(element, {
        onReady: (state) => told("onReady", state),
        onViewChange: (state) => told("onViewChange", state),
        onPointer: (place) => pointed(place),
        askText: (current) => ask(current),
      });
    // asked again before opening: of two views opened on one element, closing the first would take the second's surface away
    const opening = startEngine().then(() => (gone ? undefined : open()));
    opening.then(
      (next) => {
        if (!next) return;
        if (gone) return next.destroy();
        opened = next;
        layer.current = createPointerLayer(host, next, classes);
        untrace = createTraceLayer(host, next, classes);
        resize.observe(element);
        setView(next);
      },
      () => setPhase({ at: "failed", error: new ImageryError("renderer", "this browser gave no drawing context") }),
    );
    return () => {
      gone = true;
      resize.disconnect();
      untrace?.();
      layer.current?.destroy();
      layer.current = null;
      opened?.destroy();
      setView(undefined);
    };
  }, [attempt]);

  const hang = useEffectEvent(async (next: LoadedSeries, into: StackView) => {
    stacked(next.stack);
    into.setTool(tool);
    const { from } = props;
    await into.show(next, from ?? start);
    if (preset) into.setPreset(preset);
    if (from) await into.applyView(from);
  });

  // the metadata is asked for while the renderer starts, not after it
  // biome-ignore lint/correctness/useExhaustiveDependencies: `attempt` asks anew after a failure
  useEffect(() => {
    let gone = false;
    loadSeries(base, studyInstanceUid, seriesInstanceUid, revision > 0).then(
      async (next) => {
        if (gone || !view) return;
        setPhase({ at: "shown" });
        await hang(next, view);
      },
      (error: unknown) => {
        if (gone) return;
        setPhase({
          at: "failed",
          error: error instanceof ImageryError ? error : new ImageryError("server", String(error)),
        });
      },
    );
    return () => {
      gone = true;
    };
  }, [view, base, studyInstanceUid, seriesInstanceUid, revision, attempt]);

  useEffect(() => view?.setTool(tool), [view, tool]);
  useEffect(() => {
    if (preset) view?.setPreset(preset);
  }, [view, preset]);
  useEffect(() => {
    if (!view) return;
    let last = -1;
    return view.subscribe(() => {
      const { index, view: seen } = view.snapshot();
      if (!seen || index === last) return;
      last = index;
      indexed(index);
    });
  }, [view]);

  useImperativeHandle(props.ref, () => handleOf(view, layer), [view]);

  const retry = () => {
    setPhase({ at: "loading" });
    setAttempt((count) => count + 1);
  };
  return (
    <div className={classes.viewport} data-series={seriesInstanceUid} data-phase={phase.at}>
      <div ref={surface} className={classes.surface} />
      {view && phase.at === "shown" ? <CornerOverlay view={view} text={text} /> : null}
      <div ref={pointers} className={classes.pointers} aria-hidden="true" />
      {phase.at === "shown" && view ? <OnImage view={view} /> : null}
      {phase.at === "loading" ? <Loading /> : null}
      {phase.at === "failed" ? <FailedSeries error={phase.error} retry={retry} /> : null}
      <AskArrowText {...arrow} />
    </div>
  );
}

function handleOf(view: StackView | undefined, layer: { current: PointerLayer | null }): ViewportHandle {
  return {
    applyView: async (state) => (await view?.applyView(state)) ?? false,
    view: () => view?.view(),
    stack: () => view?.snapshot().stack,
    index: () => view?.snapshot().index ?? 0,
    scrollTo: async (sop, frame) => (await view?.scrollTo(sop, frame)) ?? false,
    scrollToIndex: async (index) => view?.scrollToIndex(index),
    jumpToMm: async (point) => (await view?.jumpToMm(point as Vec3)) ?? false,
    run: (command) => view?.run(command),
    setPreset: (preset) => view?.setPreset(preset),
    reset: () => view?.run("reset"),
    fit: () => view?.run("fit"),
    setPlaying: (playing) => view?.setPlaying(playing),
    setPointer: (pointer) => layer.current?.set(pointer),
    removePointer: (id) => layer.current?.remove(id),
  };
}

export function Loading() {
  return (
    <div className={classes.state} role="status" aria-label="Loading images">
      <div className={classes.skeleton} />
    </div>
  );
}

/** Why a series is not shown, and what can be done about it. */
export function FailedSeries({ error, retry }: { error: ImageryError; retry(): void }) {
  if (error.kind === "no-volume") {
    return (
      <div className={classes.state} role="status">
        <strong>No other planes of this series</strong>
        <span>{error.message}</span>
      </div>
    );
  }
  if (error.kind === "empty") {
    return (
      <div className={classes.state} role="status">
        <strong>No images in this series</strong>
        <span>
          It holds only reports, key objects or other data without a picture. Choose another series from the rail.
        </span>
      </div>
    );
  }
  return (
    <div className={classes.state} role="alert">
      <strong>Images could not be loaded: {error.message}</strong>
      <span>Your report and marks are not affected.</span>
      <button type="button" className={classes.button} onClick={retry}>
        Retry
      </button>
    </div>
  );
}

/** What a screen reader says of the viewport, since the corner texts are drawn for the eye. */
function spokenName(stack: ImageStack, index: number): string {
  return `${[stack.modality, stack.seriesDescription].filter(Boolean).join(" ")}, image ${index + 1} of ${stack.images.length}`;
}

/** Covers the surface: the slice before must not stay visible under this one's number. */
function FailedImage({ error, retry }: { error: ImageryError; retry(): void }) {
  return (
    <div className={`${classes.state} ${classes.cover}`} role="alert">
      <strong>Image could not be loaded: {error.message}</strong>
      <span>The other images of the series are not affected.</span>
      <button type="button" className={classes.button} onClick={retry}>
        Retry
      </button>
    </div>
  );
}

/** What lies over the image and depends on it: a failed slice's message, the cine's play button. */
function OnImage({ view }: { view: StackView }) {
  const { failure, stack, playing, index, view: seen } = useSyncExternalStore(view.subscribe, view.snapshot);
  const frameTime = stack?.frameTimeMs;
  return (
    <>
      <span className={classes.spoken}>{stack ? spokenName(stack, index) : ""}</span>
      {seen || failure ? null : <Loading />}
      {failure ? <FailedImage error={failure} retry={() => void view.retry()} /> : null}
      {frameTime ? (
        <div className={classes.cine}>
          <button
            type="button"
            className={classes.play}
            aria-label={playing ? "Pause" : "Play"}
            onClick={() => view.setPlaying(!playing)}
          >
            {playing ? <IconPlayerPauseFilled size={16} /> : <IconPlayerPlayFilled size={16} />}
          </button>
          <span>{`${+(1000 / frameTime).toFixed(1)} fps`}</span>
        </div>
      ) : null}
    </>
  );
}
