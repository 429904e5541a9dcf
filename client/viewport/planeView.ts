import { Enums, type Types } from "@cornerstonejs/core";
import { ENGINE_ID, engine, isResizing, nextViewportId, resizeAll } from "./engine";
import { add, cross, dot, nearestImage, scale, subtract, type Vec3 } from "./geometry";
import type { OpenVolume, VolumeWindow } from "./openVolume";
import { cameraDistance, fullWindow, moveSlice, readPlane, windowOf, writeWindow } from "./planeAccess";
import { planeCommands } from "./planeCommands";
import { hearHands } from "./planeHands";
import type { PointerPlaceMm, ShownView, ViewSnapshot } from "./shownView";
import { indexOfImage } from "./stack";
import type { StackViewEvents } from "./stackView";
import { bindTools } from "./toolBindings";
import type { ToolId, ViewportCommand } from "./toolCatalogue";
import { followedWidthZoom, sameView, type ViewState } from "./viewState";
import { cornersOf, extentAlong, type PlaneName, planeAxes, planeOf, stepAlong } from "./volume";
import type { WindowPreset } from "./windowPresets";

/** One plane through an open volume, in one viewport. */
export interface PlaneView extends ShownView {
  readonly volume: OpenVolume;
  view(): ViewState | undefined;
  applyView(state: ViewState): Promise<boolean>;
  goToImage(index: number): boolean;
  run(command: ViewportCommand): void;
  setPreset(preset: WindowPreset): void;
  setTool(tool: ToolId): void;
  toMm(x: number, y: number): Vec3;
  /** Moves the place where the planes meet; by the reader's hand. */
  moveCursor(point: Vec3): void;
  retry(): void;
  resize(): void;
  destroy(): void;
}

/**
 * Opens a plane of the volume in that element.
 * @throws when the renderer cannot start
 */
export async function openPlaneView(
  element: HTMLDivElement,
  volume: OpenVolume,
  plane: PlaneName,
  events: StackViewEvents,
): Promise<PlaneView> {
  const viewportId = nextViewportId();
  engine().enableElement({
    viewportId,
    type: Enums.ViewportType.ORTHOGRAPHIC,
    element,
    defaultOptions: { background: [0, 0, 0], orientation: plane as Enums.OrientationAxis },
  });
  // see openStackView: the focus belongs to the cell around it
  element.removeAttribute("tabindex");
  const viewport = engine().getViewport(viewportId) as Types.IVolumeViewport;
  const tools = bindTools(viewportId, ENGINE_ID, events.askText);
  const close = () => {
    tools.release();
    engine().disableElement(viewportId);
  };
  try {
    await viewport.setVolumes([{ volumeId: volume.volumeId }]);
  } catch (error) {
    close();
    throw error;
  }
  return createPlaneView(viewport, volume, plane, events, tools.take, close);
}

function createPlaneView(
  viewport: Types.IVolumeViewport,
  volume: OpenVolume,
  plane: PlaneName,
  events: StackViewEvents,
  take: (tool: ToolId) => void,
  close: () => void,
): PlaneView {
  const { element, id } = viewport;
  const { stack } = volume.series;
  const { normal } = planeAxes[plane];
  const stepMm = stepAlong(stack, normal);
  const steps = Math.round(extentAlong(stack, normal) / stepMm) + 1;
  const least = Math.min(...cornersOf(stack).map((corner) => dot(corner, normal)));
  const polarity = stack.images[0]?.monochrome1 ?? false;
  const listeners = new Set<() => void>();
  const headerWindow: VolumeWindow = { voi: windowOf(viewport), invert: false };
  let destroyed = false;
  /** Changes that follow from what others did are not the reader's. */
  let quiet = 0;
  let own = false;
  let told: ViewState | undefined;
  let request = 0;
  let current: ViewSnapshot = read();
  function read(): ViewSnapshot {
    const view = readPlane(viewport, volume);
    const index = view ? indexOfImage(stack, view.sopInstanceUid, view.frame) : -1;
    const origin = view?.plane?.focalMm ?? volume.cursor();
    const { loaded, failed } = volume.progress();
    const up = (view?.plane?.up ?? planeAxes[plane].up) as Vec3;
    return {
      stack,
      image: stack.images[index],
      index,
      view,
      directions: view && { right: cross(up, normal), down: scale(up, -1) },
      magnification: view && (element.clientHeight * (stack.images[0]?.ownPlane.rowSpacing ?? 1)) / view.zoom,
      loaded,
      failure: undefined,
      playing: false,
      cut: {
        name: plane,
        axes: { normal, up },
        origin,
        stepMm,
        step: Math.max(0, Math.min(steps - 1, Math.round((dot(origin, normal) - least) / stepMm))),
        steps,
        failedSlices: failed,
      },
    };
  }
  const refresh = () => {
    request = 0;
    if (destroyed) return;
    current = read();
    for (const listener of listeners) listener();
    const { view } = current;
    if (!view) return;
    const byReader = own;
    own = false;
    const first = told === undefined;
    if (!first && told && sameView(told, view)) return;
    told = view;
    if (first) events.onReady(view);
    else if (byReader) events.onViewChange(view);
  };
  const schedule = () => {
    if (!destroyed && request === 0) request = requestAnimationFrame(refresh);
  };
  const quietly = (work: () => void) => {
    quiet += 1;
    try {
      work();
    } finally {
      quiet -= 1;
    }
  };
  /** Brings this plane's slice to where the planes meet. */
  const meetCursor = () => quietly(() => moveSlice(viewport, volume.cursor()));

  const cameraMoved = () => {
    schedule();
    if (quiet > 0 || isResizing()) return;
    own = true;
    const { focalPoint } = viewport.getCamera();
    if (!focalPoint) return;
    const away = dot(subtract(focalPoint as Vec3, volume.cursor()), normal);
    if (Math.abs(away) > 1e-4) volume.moveCursor(add(volume.cursor(), scale(normal, away)), id);
  };
  const windowChanged = () => {
    schedule();
    if (quiet > 0) return;
    own = true;
    volume.setWindow({ voi: windowOf(viewport), invert: volume.window()?.invert ?? false }, id);
  };
  const stopHearing = volume.subscribe((change) => {
    if (change.what === "progress") return schedule();
    // one place and one window: what the reader does in one plane changes what each of them shows
    if (change.by !== null) own = true;
    if (change.what === "cursor") meetCursor();
    else showWindow();
    schedule();
  });
  const showWindow = () => {
    const window = volume.window();
    if (!window) return;
    quietly(() => writeWindow(viewport, window, polarity));
    viewport.render();
  };
  const place = (event: PointerEvent): Vec3 => {
    const box = element.getBoundingClientRect();
    return viewport.canvasToWorld([event.clientX - box.left, event.clientY - box.top]) as Vec3;
  };
  const letGoOfHands = hearHands(element, {
    moved: (event) => events.onPointer(pointerPlace(volume, place(event))),
    left: () => events.onPointer(null),
    jumped: (event) => volume.moveCursor(place(event), id),
  });

  if (!volume.window()) volume.setWindow(headerWindow, null);
  showWindow();
  viewport.resetCamera();
  meetCursor();
  viewport.render();
  element.addEventListener(Enums.Events.CAMERA_MODIFIED, cameraMoved);
  element.addEventListener(Enums.Events.VOI_MODIFIED, windowChanged);
  schedule();

  const commands = planeCommands(viewport, {
    normal,
    steps,
    // the plane stays where it is: the renderer looks at the middle of the volume meanwhile
    field(how) {
      quietly(() => viewport.resetCamera(how));
      meetCursor();
    },
    invert() {
      const now = volume.window();
      if (now) volume.setWindow({ ...now, invert: !now.invert }, id);
    },
    headerWindow() {
      volume.setWindow(headerWindow, id);
      showWindow();
    },
  });

  return {
    volume,
    snapshot: () => current,
    view: () => readPlane(viewport, volume),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async applyView(state) {
      const wanted = state.plane;
      if (!wanted || state.seriesInstanceUid !== stack.seriesInstanceUid) return false;
      if (planeOf(wanted.normal) !== plane) return false;
      const aspect = element.clientWidth / Math.max(1, element.clientHeight);
      const across = extentAlong(stack, cross(wanted.up as Vec3, normal));
      quietly(() => {
        volume.moveCursor(wanted.cursorMm, null);
        volume.setWindow({ voi: state.voi, invert: state.invert }, null);
        viewport.setCamera({
          viewUp: wanted.up,
          focalPoint: wanted.focalMm,
          position: add(wanted.focalMm, scale(normal, cameraDistance(viewport))),
          parallelScale: followedWidthZoom(state, across, aspect) / 2,
        });
      });
      // the cursor may have been held at the volume's edge
      meetCursor();
      viewport.render();
      told = readPlane(viewport, volume) ?? told;
      schedule();
      return true;
    },
    goToImage(index) {
      const image = stack.images[index]?.plane;
      if (!image) return false;
      const away = dot(subtract(image.origin, volume.cursor()), image.normal);
      volume.moveCursor(add(volume.cursor(), scale(image.normal, away)), id);
      return true;
    },
    run(command) {
      own = true;
      commands[command]?.();
      viewport.render();
      schedule();
    },
    setPreset(preset) {
      const invert = volume.window()?.invert ?? false;
      const voi = preset.voi === "header" ? headerWindow.voi : preset.voi === "full" ? fullWindow(volume) : preset.voi;
      volume.setWindow({ voi, invert }, id);
      showWindow();
    },
    setTool: take,
    toScreen: (point) => (destroyed ? undefined : (viewport.worldToCanvas(point) as [number, number])),
    toMm: (x, y) => viewport.canvasToWorld([x, y]) as Vec3,
    moveCursor: (point) => volume.moveCursor(point, id),
    retry: () => volume.retry(),
    resize() {
      if (element.clientWidth === 0 || element.clientHeight === 0) return;
      resizeAll();
      schedule();
    },
    destroy() {
      destroyed = true;
      cancelAnimationFrame(request);
      listeners.clear();
      stopHearing();
      element.removeEventListener(Enums.Events.CAMERA_MODIFIED, cameraMoved);
      element.removeEventListener(Enums.Events.VOI_MODIFIED, windowChanged);
      letGoOfHands();
      close();
      volume.release();
    },
  };
}

/** The pointer in the patient, with the image of the series that is nearest to it. */
function pointerPlace(volume: OpenVolume, point: Vec3): PointerPlaceMm | null {
  const { stack } = volume.series;
  const image = stack.images[nearestImage(stack.images, point)?.index ?? -1];
  if (!image) return null;
  return {
    frameOfReferenceUid: stack.frameOfReferenceUid,
    studyInstanceUid: stack.studyInstanceUid,
    seriesInstanceUid: stack.seriesInstanceUid,
    sopInstanceUid: image.sopInstanceUid,
    frame: image.frame,
    worldMm: point,
  };
}
