import type { Vec3 } from "./geometry";
import type { ImageryError } from "./imageryError";
import type { ImageStack, StackImage } from "./stack";
import type { ViewState } from "./viewState";
import type { PlaneAxes, PlaneName } from "./volume";

/** Where somebody's pointer is; `frameOfReferenceUid` null means a place on that very image only. */
export interface PointerPlaceMm {
  frameOfReferenceUid: string | null;
  studyInstanceUid: string;
  seriesInstanceUid: string;
  sopInstanceUid: string;
  frame: number;
  worldMm: [number, number, number];
}

/** All that the overlays of a viewport say; a new object after each change. */
export interface ViewSnapshot {
  stack: ImageStack | undefined;
  image: StackImage | undefined;
  index: number;
  view: ViewState | undefined;
  directions: { right: Vec3; down: Vec3 } | undefined;
  /** CSS pixels to one image pixel. */
  magnification: number | undefined;
  loaded: number;
  /** An image that could not be shown, until it is tried again or another one is shown. */
  failure: ImageryError | undefined;
  playing: boolean;
  /** Set where a plane through the volume is shown instead of the images themselves. */
  cut?: PlaneCut;
}

/** Which plane of the volume is shown, and which of how many steps through it. */
export interface PlaneCut {
  name: PlaneName;
  axes: PlaneAxes;
  /** A point of the plane. */
  origin: Vec3;
  stepMm: number;
  step: number;
  steps: number;
  failedSlices: number;
}

/** What the overlays and the pointers of a viewport need of it. */
export interface ShownView {
  snapshot(): ViewSnapshot;
  subscribe(listener: () => void): () => void;
  /** Patient mm → CSS pixels in the viewport; undefined before the first image. */
  toScreen(point: Vec3): [number, number] | undefined;
}
