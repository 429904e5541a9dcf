import { cache, Enums, eventTarget, type Types } from "@cornerstonejs/core";
import { cine } from "./cine";
import { ENGINE_ID, engine, nextViewportId, resizeAll } from "./engine";
import { nearestImage, type Vec3 } from "./geometry";
import { type LoadedSeries, prefetcher } from "./imagery";
import { readLoaderError } from "./imageryError";
import { startEngine } from "./init";
import { runCommand } from "./runCommand";
import { noteProgress } from "./seriesProgress";
import type { PointerPlaceMm, ShownView, ViewSnapshot } from "./shownView";
import { firstShown, indexOfImage } from "./stack";
import { type AskText, bindTools, type ToolBindings } from "./toolBindings";
import type { ToolId, ViewportCommand } from "./toolCatalogue";
import { readView, resetWindow, setFullRange, setWindow, shownIndex, viewDirections, writeView } from "./viewAccess";
import { sameView, type ViewState } from "./viewState";
import type { WindowPreset } from "./windowPresets";

export interface StackViewEvents {
  /** The first image of a series just hung is on screen. */
  onReady(state: ViewState): void;
  /** The reader (not `applyView`) changed what is seen. At most once a frame of the screen. */
  onViewChange(state: ViewState): void;
  onPointer(place: PointerPlaceMm | null): void;
  askText: AskText;
}

export interface StackView extends ShownView {
  /** The view as it is now; the snapshot is that of the last screen frame. */
  view(): ViewState | undefined;
  show(series: LoadedSeries, start?: { sopInstanceUid: string; frame: number }): Promise<void>;
  applyView(state: ViewState): Promise<boolean>;
  scrollTo(sopInstanceUid: string, frame: number): Promise<boolean>;
  scrollToIndex(index: number): Promise<void>;
  jumpToMm(point: Vec3): Promise<boolean>;
  run(command: ViewportCommand): void;
  setPreset(preset: WindowPreset): void;
  setTool(tool: ToolId): void;
  setPlaying(playing: boolean): void;
  retry(): Promise<void>;
  resize(): void;
  destroy(): void;
}

const FRAME_ARRIVED = "cornerstoneimageloadend";
const DECODE_LIMIT_MS = 12_000;

/**
 * Opens a viewport in that element. The renderer must draw (a laid-out element with a size).
 * @throws when the renderer cannot start
 */
export async function openStackView(element: HTMLDivElement, events: StackViewEvents): Promise<StackView> {
  await startEngine();
  const viewportId = nextViewportId();
  engine().enableElement({
    viewportId,
    type: Enums.ViewportType.STACK,
    element,
    defaultOptions: { background: [0, 0, 0] },
  });
  // the renderer makes its element take the focus and then swallows every key pressed there; the focus belongs to the cell around it
  element.removeAttribute("tabindex");
  const viewport = engine().getViewport(viewportId) as Types.IStackViewport;
  const tools = bindTools(viewportId, ENGINE_ID, events.askText);
  return createStackView(viewport, tools, events);
}

function createStackView(viewport: Types.IStackViewport, tools: ToolBindings, events: StackViewEvents): StackView {
  const { element, id } = viewport;
  const listeners = new Set<() => void>();
  let series: LoadedSeries | undefined;
  let destroyed = false;
  let applying = 0;
  let waitingState: ViewState | undefined;
  let told: ViewState | undefined;
  let frameRequest = 0;
  let decodeTimer: ReturnType<typeof setTimeout> | undefined;
  let current: ViewSnapshot = emptySnapshot();

  const publish = (part: Partial<ViewSnapshot>) => {
    current = { ...current, ...part };
    for (const listener of listeners) listener();
  };

  const refresh = () => {
    frameRequest = 0;
    const index = series ? shownIndex(viewport, series.imageIds) : -1;
    if (destroyed || !series || index < 0) return;
    const view = readView(viewport, series.stack, index);
    const image = series.stack.images[index];
    const magnification = view && image && (element.clientHeight * image.ownPlane.rowSpacing) / view.zoom;
    publish({ index, image, view, directions: viewDirections(viewport), magnification });
    if (!view || applying > 0 || (told && sameView(told, view))) return;
    const first = told === undefined;
    told = view;
    if (first) events.onReady(view);
    else events.onViewChange(view);
  };
  const schedule = () => {
    if (!destroyed && frameRequest === 0) frameRequest = requestAnimationFrame(refresh);
  };

  const newImage = () => {
    if (!series) return;
    const index = viewport.getCurrentImageIdIndex();
    publish({ failure: undefined });
    prefetcher.noteLoaded(series.imageIds[index] ?? "");
    focusPrefetch(index);
    schedule();
  };
  const focusPrefetch = (index: number) => {
    if (!series) return;
    const { seriesInstanceUid } = series.stack;
    prefetcher.focus(id, series.imageIds, index, (loaded, total) => {
      publish({ loaded });
      noteProgress(seriesInstanceUid, loaded, total);
    });
  };
  const failed = (event: Event) => {
    const { imageId, error } = (event as CustomEvent<{ imageId?: string; error?: unknown }>).detail ?? {};
    if (imageId && imageId === viewport.getCurrentImageId()) publish({ failure: readLoaderError(error) });
  };
  // a decoder that throws leaves the loader waiting for ever: an arrived frame that is not an image by then is unreadable
  const arrived = (event: Event) => {
    const { imageId } = (event as CustomEvent<{ imageId?: string }>).detail ?? {};
    if (!imageId || imageId !== viewport.getCurrentImageId()) return;
    clearTimeout(decodeTimer);
    decodeTimer = setTimeout(() => {
      if (destroyed || imageId !== viewport.getCurrentImageId() || cache.isLoaded(imageId)) return;
      publish({ failure: readLoaderError(undefined) });
    }, DECODE_LIMIT_MS);
  };
  const pointerMoved = (event: PointerEvent) => events.onPointer(pointerPlace(viewport, series, event));
  // a finger that is lifted has not stopped meaning the place
  const pointerLeft = (event: PointerEvent) => {
    if (event.pointerType !== "touch") events.onPointer(null);
  };
  const noMenu = (event: Event) => event.preventDefault();

  element.addEventListener(Enums.Events.STACK_NEW_IMAGE, newImage);
  element.addEventListener(Enums.Events.CAMERA_MODIFIED, schedule);
  element.addEventListener(Enums.Events.VOI_MODIFIED, schedule);
  eventTarget.addEventListener(Enums.Events.IMAGE_LOAD_ERROR, failed);
  eventTarget.addEventListener(FRAME_ARRIVED, arrived);
  element.addEventListener("pointerdown", pointerMoved);
  element.addEventListener("pointermove", pointerMoved);
  element.addEventListener("pointerleave", pointerLeft);
  element.addEventListener("contextmenu", noMenu);

  const goTo = async (index: number) => {
    if (!series || index < 0 || index >= series.imageIds.length) return;
    await viewport.setImageIdIndex(index);
  };
  const player = cine((step) => {
    const ids = series?.imageIds ?? [];
    const current = viewport.getCurrentImageIdIndex();
    // frames not here yet are waited for: asking for the one after would drop the one that is arriving
    const next = [step, 1].map((by) => (current + by) % ids.length).find((index) => cache.isLoaded(ids[index] ?? ""));
    if (next !== undefined && cache.isLoaded(ids[current] ?? "")) void goTo(next);
  });
  const setPlaying = (playing: boolean) => {
    if (playing && current.stack?.frameTimeMs) player.play(current.stack.frameTimeMs);
    else player.pause();
    publish({ playing: player.playing() });
  };

  const applyNow = async (state: ViewState): Promise<boolean> => {
    if (!series || state.plane || state.seriesInstanceUid !== series.stack.seriesInstanceUid) return false;
    const index = indexOfImage(series.stack, state.sopInstanceUid, state.frame);
    if (index < 0) return false;
    if (index !== viewport.getCurrentImageIdIndex()) await goTo(index);
    if (destroyed || !series) return false;
    const shown = series.stack.images[shownIndex(viewport, series.imageIds)];
    if (shown?.sopInstanceUid !== state.sopInstanceUid || shown.frame !== state.frame) return false;
    writeView(viewport, shown, state);
    return true;
  };

  return {
    snapshot: () => current,
    view: () => series && readView(viewport, series.stack, shownIndex(viewport, series.imageIds)),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async show(next, start) {
      const sameStack = series?.stack === next.stack;
      if (sameStack) return;
      const kept = series && keptPlace(series, next, viewport.getCurrentImageIdIndex());
      player.pause();
      series = next;
      told = undefined;
      const wanted = start ? indexOfImage(next.stack, start.sopInstanceUid, start.frame) : -1;
      const index = wanted >= 0 ? wanted : (kept ?? firstShown(next.stack));
      publish({ ...emptySnapshot(), stack: next.stack, index, image: next.stack.images[index] });
      await viewport.setStack(next.imageIds, index);
      if (destroyed || series !== next) return;
      viewport.render();
      schedule();
      const stillWanted = viewport.getCurrentImageIdIndex() === index && !current.failure;
      // the renderer swallows what it throws while drawing: an image that it took and cannot show is told like any other
      if (stillWanted && !readView(viewport, next.stack, shownIndex(viewport, next.imageIds))) {
        publish({ failure: readLoaderError(undefined) });
      }
      if (!cache.isLoaded(next.imageIds[index] ?? "")) focusPrefetch(index);
    },
    async applyView(state) {
      // a presenter moves faster than images come: only the newest state waits, those between are dropped
      if (applying > 0) {
        waitingState = state;
        return true;
      }
      applying += 1;
      try {
        let applied = await applyNow(state);
        while (waitingState && !destroyed) {
          const next = waitingState;
          waitingState = undefined;
          applied = await applyNow(next);
        }
        return applied;
      } finally {
        // Before it was told that this stack is ready, nobody knows what it shows.
        if (!destroyed && series && told)
          told = readView(viewport, series.stack, shownIndex(viewport, series.imageIds)) ?? told;
        applying -= 1;
        refresh();
      }
    },
    async scrollTo(sopInstanceUid, frame) {
      const index = series ? indexOfImage(series.stack, sopInstanceUid, frame) : -1;
      await goTo(index);
      return index >= 0;
    },
    scrollToIndex: goTo,
    async jumpToMm(point) {
      const nearest = series ? nearestImage(series.stack.images, point) : undefined;
      if (!nearest) return false;
      await goTo(nearest.index);
      return true;
    },
    run(command) {
      runCommand(command, viewport, series, { goTo, togglePlay: () => setPlaying(!player.playing()) });
      schedule();
    },
    setPreset(preset) {
      const image = current.image;
      if (!series || !image || !viewport.getCornerstoneImage()) return;
      if (preset.voi === "header") resetWindow(viewport, image);
      else if (preset.voi === "full") setFullRange(viewport);
      else setWindow(viewport, preset.voi);
      viewport.render();
      schedule();
    },
    setTool: (tool) => tools.take(tool),
    setPlaying,
    async retry() {
      if (!series) return;
      publish({ failure: undefined });
      const index = viewport.getCurrentImageIdIndex();
      await viewport.setStack(series.imageIds, index);
      viewport.render();
      focusPrefetch(index);
    },
    toScreen: (point) =>
      viewport.getCornerstoneImage() ? (viewport.worldToCanvas(point) as [number, number]) : undefined,
    resize() {
      if (element.clientWidth === 0 || element.clientHeight === 0) return;
      resizeAll();
      schedule();
    },
    destroy() {
      destroyed = true;
      cancelAnimationFrame(frameRequest);
      player.pause();
      prefetcher.cancel(id);
      listeners.clear();
      eventTarget.removeEventListener(Enums.Events.IMAGE_LOAD_ERROR, failed);
      eventTarget.removeEventListener(FRAME_ARRIVED, arrived);
      clearTimeout(decodeTimer);
      element.removeEventListener(Enums.Events.STACK_NEW_IMAGE, newImage);
      element.removeEventListener(Enums.Events.CAMERA_MODIFIED, schedule);
      element.removeEventListener(Enums.Events.VOI_MODIFIED, schedule);
      element.removeEventListener("pointerdown", pointerMoved);
      element.removeEventListener("pointermove", pointerMoved);
      element.removeEventListener("pointerleave", pointerLeft);
      element.removeEventListener("contextmenu", noMenu);
      // the tools first: the drawing library asks every viewport of its groups, and one that is gone would throw there
      tools.release();
      engine().disableElement(id);
    },
  };
}

function emptySnapshot(): ViewSnapshot {
  return {
    stack: undefined,
    image: undefined,
    index: 0,
    view: undefined,
    directions: undefined,
    magnification: undefined,
    loaded: 0,
    failure: undefined,
    playing: false,
  };
}

/** The same image in the stack that came later (a series that was still arriving), so that the reader's place is kept. */
function keptPlace(before: LoadedSeries, next: LoadedSeries, index: number): number | undefined {
  if (before.stack.seriesInstanceUid !== next.stack.seriesInstanceUid) return undefined;
  const image = before.stack.images[index];
  const kept = image ? indexOfImage(next.stack, image.sopInstanceUid, image.frame) : -1;
  return kept >= 0 ? kept : undefined;
}

function pointerPlace(
  viewport: Types.IStackViewport,
  series: LoadedSeries | undefined,
  event: PointerEvent,
): PointerPlaceMm | null {
  const image = series?.stack.images[shownIndex(viewport, series.imageIds)];
  if (!series || !image) return null;
  const box = viewport.element.getBoundingClientRect();
  const [x, y, z] = viewport.canvasToWorld([event.clientX - box.left, event.clientY - box.top]);
  return {
    frameOfReferenceUid: image.plane ? series.stack.frameOfReferenceUid : null,
    studyInstanceUid: series.stack.studyInstanceUid,
    seriesInstanceUid: series.stack.seriesInstanceUid,
    sopInstanceUid: image.sopInstanceUid,
    frame: image.frame,
    worldMm: [x, y, z],
  };
}
