import { Enums, type Types, utilities } from "@cornerstonejs/core";
import type { Vec3 } from "./geometry";
import { add, projectOnPlane, subtract } from "./geometry";
import type { ImageStack, StackImage } from "./stack";
import { focusOf, followedZoom, panOf, type ViewState } from "./viewState";
import type { Voi } from "./windowPresets";

type Viewport = Types.IStackViewport;

const exact = Enums.VOILUTFunctionType.LINEAR_EXACT;

/** The DICOM window of the renderer's range; the two linear functions differ by one unit of width (PS3.3 C.11.2.1.2.1 and .3). */
function voiOf(range: { lower: number; upper: number }, lutFunction: unknown): Voi {
  const { windowWidth, windowCenter } = utilities.windowLevel.toWindowLevel(range.lower, range.upper);
  return lutFunction === exact
    ? { windowWidth: windowWidth - 1, windowCenter: windowCenter - 0.5 }
    : { windowWidth, windowCenter };
}

function rangeOf(voi: Voi, lutFunction: unknown): { lower: number; upper: number } {
  return utilities.windowLevel.toLowHighRange(
    voi.windowWidth,
    voi.windowCenter,
    lutFunction === exact ? exact : Enums.VOILUTFunctionType.LINEAR,
  );
}

/**
 * Index of the image whose pixels are on screen, -1 before the first. Not the one that was asked for: the renderer counts on at
 * once, and a label must never stand on another slice's picture.
 */
export function shownIndex(viewport: Viewport, imageIds: readonly string[]): number {
  const shown = viewport.getCornerstoneImage()?.imageId;
  const asked = viewport.getCurrentImageIdIndex();
  return shown === undefined ? -1 : imageIds[asked] === shown ? asked : imageIds.indexOf(shown);
}

/** What the viewport shows, in terms of the patient; undefined before its first image. */
export function readView(viewport: Viewport, stack: ImageStack, index: number): ViewState | undefined {
  const image = stack.images[index];
  const camera = viewport.getCamera();
  const { voiRange, VOILUTFunction, invert = false } = viewport.getProperties();
  if (!image || !camera.focalPoint || !camera.parallelScale || !voiRange) return undefined;
  const { rotation = 0, flipHorizontal = false, flipVertical = false } = viewport.getViewPresentation();
  const { clientWidth, clientHeight } = viewport.element;
  const turned = Number.isFinite(rotation) ? ((rotation % 360) + 360) % 360 : 0;
  return {
    studyInstanceUid: stack.studyInstanceUid,
    seriesInstanceUid: stack.seriesInstanceUid,
    sopInstanceUid: image.sopInstanceUid,
    frame: image.frame,
    voi: voiOf(voiRange, VOILUTFunction),
    invert: invert !== image.monochrome1,
    pan: panOf(image.ownPlane, camera.focalPoint as Vec3),
    zoom: camera.parallelScale * 2,
    aspect: clientWidth / Math.max(1, clientHeight),
    rotation: turned > 359.95 ? 0 : turned,
    flipHorizontal,
    flipVertical,
  };
}

/** Shows the current image as the state says; bringing the right image up is the caller's. */
export function writeView(viewport: Viewport, image: StackImage, state: ViewState): void {
  setWindow(viewport, state.voi);
  viewport.setProperties({ invert: state.invert !== image.monochrome1 });
  const { rotation, flipHorizontal, flipVertical } = state;
  viewport.setViewPresentation({ rotation, flipHorizontal, flipVertical });
  const aspect = viewport.element.clientWidth / Math.max(1, viewport.element.clientHeight);
  setField(viewport, image, state.pan, followedZoom(state, image.ownPlane, aspect));
  viewport.render();
}

/** Centres the view on that pan and shows `zoom` mm over its height. */
function setField(viewport: Viewport, image: StackImage, pan: readonly [number, number], zoom: number): void {
  const { focalPoint, position } = viewport.getCamera();
  if (!focalPoint || !position) return;
  const from = projectOnPlane(image.ownPlane, focalPoint as Vec3);
  const move = subtract(focusOf(image.ownPlane, pan), from);
  viewport.setCamera({
    parallelScale: zoom / 2,
    focalPoint: add(focalPoint as Vec3, move),
    position: add(position as Vec3, move),
  });
}

export function setWindow(viewport: Viewport, voi: Voi): void {
  const { VOILUTFunction } = viewport.getProperties();
  viewport.setProperties({ voiRange: rangeOf(voi, VOILUTFunction) });
}

/** The window over all pixel values of the shown image. */
export function setFullRange(viewport: Viewport): void {
  const image = viewport.getCornerstoneImage();
  const range = image?.voxelManager?.getRange?.() ?? [image?.minPixelValue ?? 0, image?.maxPixelValue ?? 255];
  const [lower = 0, upper = 255] = range;
  viewport.setProperties({ voiRange: { lower, upper: upper > lower ? upper : lower + 1 } });
}

/** The window and polarity of the image's header again, for each image its own. */
export function resetWindow(viewport: Viewport, image: StackImage): void {
  viewport.resetProperties();
  viewport.setProperties({ invert: image.monochrome1 });
}

/** Directions, in the patient, of the view's right and down edges, for the orientation letters. */
export function viewDirections(viewport: Viewport): { right: Vec3; down: Vec3 } | undefined {
  const { clientWidth, clientHeight } = viewport.element;
  if (clientWidth === 0 || clientHeight === 0) return undefined;
  const origin = viewport.canvasToWorld([0, 0]) as Vec3;
  const unit = (end: Vec3): Vec3 => {
    const arm = subtract(end, origin);
    const size = Math.hypot(...arm) || 1;
    return [arm[0] / size, arm[1] / size, arm[2] / size];
  };
  return {
    right: unit(viewport.canvasToWorld([clientWidth, 0]) as Vec3),
    down: unit(viewport.canvasToWorld([0, clientHeight]) as Vec3),
  };
}
