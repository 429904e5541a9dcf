/** The door of the viewport folder: plain components and plain types. Nothing of the renderer leaves through it. */
export {
  type AnnotationChange,
  type AnnotationSync,
  type AnnotationSyncOptions,
  createAnnotationSync,
} from "./annotationSync";
export { Filmstrip, type FilmstripProps, SERIES_DRAG_TYPE } from "./Filmstrip";
export { listSeries, loadSeries, prewarm, type SeriesSummary } from "./imagery";
export { ImageryError, type ImageryErrorKind } from "./imageryError";
export { startEngine } from "./init";
export { cellsOf, type Direction, type LayoutId, layouts, neighbour } from "./layout";
export type { Author } from "./markRecord";
export type { OverlayText } from "./overlay";
export { PlaneViewport, type PlaneViewportProps } from "./PlaneViewport";
export type { RemotePointer } from "./pointerLayer";
export { StackViewport, type StackViewportProps } from "./StackViewport";
export type { PointerPlaceMm } from "./shownView";
export type { ImageStack, StackImage } from "./stack";
export {
  commandCatalogue,
  type ToolDescription,
  type ToolId,
  toolCatalogue,
  type ViewportCommand,
} from "./toolCatalogue";
export { type HungSeries, ViewportGrid, type ViewportGridHandle, type ViewportGridProps } from "./ViewportGrid";
export type { ViewportHandle } from "./viewportHandle";
export { sameView, type ViewState, viewStateSchema } from "./viewState";
export { PLANES, type PlaneName, planeLabels, planeOf, whyNoVolume } from "./volume";
export { presetOf, type Voi, type WindowPreset, windowPresets } from "./windowPresets";
