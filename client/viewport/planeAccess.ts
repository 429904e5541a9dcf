import { cache, type Types, utilities } from "@cornerstonejs/core";
import { add, dot, nearestImage, scale, subtract, type Vec3 } from "./geometry";
import type { OpenVolume, VolumeWindow } from "./openVolume";
import type { ViewState } from "./viewState";
import type { Voi } from "./windowPresets";

type Viewport = Types.IVolumeViewport;

/** What the plane shows, in terms of the patient; undefined before the renderer has a camera. */
export function readPlane(viewport: Viewport, volume: OpenVolume): ViewState | undefined {
  const { stack } = volume.series;
  const { focalPoint, parallelScale, viewUp, viewPlaneNormal } = viewport.getCamera();
  const window = volume.window();
  if (!focalPoint || !parallelScale || !viewUp || !viewPlaneNormal || !window) return undefined;
  const focus = vector(focalPoint);
  const image = stack.images[nearestImage(stack.images, volume.cursor())?.index ?? -1];
  if (!image) return undefined;
  return {
    studyInstanceUid: stack.studyInstanceUid,
    seriesInstanceUid: stack.seriesInstanceUid,
    sopInstanceUid: image.sopInstanceUid,
    frame: image.frame,
    voi: window.voi,
    invert: window.invert,
    pan: [0, 0],
    zoom: parallelScale * 2,
    aspect: viewport.element.clientWidth / Math.max(1, viewport.element.clientHeight),
    rotation: 0,
    flipHorizontal: false,
    flipVertical: false,
    plane: { normal: vector(viewPlaneNormal), up: vector(viewUp), focalMm: focus, cursorMm: volume.cursor() },
  };
}

const vector = ([x, y, z]: Types.Point3): Vec3 => [x, y, z];

/** Moves the slice along its normal until it holds the point; what is in the middle of the view stays there. */
export function moveSlice(viewport: Viewport, point: Vec3): void {
  const { focalPoint, position, viewPlaneNormal } = viewport.getCamera();
  if (!focalPoint || !position || !viewPlaneNormal) return;
  const away = dot(subtract(point, vector(focalPoint)), vector(viewPlaneNormal));
  if (Math.abs(away) < 1e-4) return;
  const move = scale(vector(viewPlaneNormal), away);
  viewport.setCamera({ focalPoint: add(vector(focalPoint), move), position: add(vector(position), move) });
  viewport.render();
}

/** How far the camera stands from what it looks at, mm. */
export function cameraDistance(viewport: Viewport): number {
  const { focalPoint, position } = viewport.getCamera();
  return focalPoint && position ? Math.hypot(...subtract(vector(position), vector(focalPoint))) : 1;
}

/** The window as drawn now (linear, PS3.3 C.11.2.1.2.1). */
export function windowOf(viewport: Viewport): Voi {
  const { lower = 0, upper = 1 } = viewport.getProperties()?.voiRange ?? {};
  const { windowWidth, windowCenter } = utilities.windowLevel.toWindowLevel(lower, upper);
  return { windowWidth, windowCenter };
}

export function writeWindow(viewport: Viewport, { voi, invert }: VolumeWindow, polarity: boolean): void {
  const voiRange = utilities.windowLevel.toLowHighRange(voi.windowWidth, voi.windowCenter);
  const wanted = invert !== polarity;
  if ((viewport.getProperties()?.invert ?? false) !== wanted) viewport.setProperties({ invert: wanted });
  viewport.setProperties({ voiRange });
}

/** The window over all values of the slices that are here. */
export function fullWindow({ series }: OpenVolume): Voi {
  let [lower, upper] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const id of series.imageIds) {
    const range: unknown = cache.getImage(id)?.voxelManager?.getRange?.();
    if (!Array.isArray(range) || typeof range[0] !== "number" || typeof range[1] !== "number") continue;
    lower = Math.min(lower, range[0]);
    upper = Math.max(upper, range[1]);
  }
  if (!(upper > lower)) [lower, upper] = [0, 255];
  const { windowWidth, windowCenter } = utilities.windowLevel.toWindowLevel(lower, upper);
  return { windowWidth, windowCenter };
}
