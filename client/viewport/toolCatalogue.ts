import type { AnnotationKind } from "@readroom/shared/crdt/annotation.js";

export type NavigationTool = "window" | "pan" | "zoom" | "scroll";
export type ToolId = NavigationTool | AnnotationKind;

export interface ToolDescription {
  id: ToolId;
  label: string;
  /** Name of the Tabler icon, e.g. "IconContrast" of @tabler/icons-react. */
  icon: string;
  key: string;
  /** Draws a mark that others see. */
  marks: boolean;
}

/** The tools one can take in hand, in the order of the toolbar. The reading room draws the toolbar and owns the key map. */
export const toolCatalogue: readonly ToolDescription[] = [
  { id: "window", label: "Window", icon: "IconContrast", key: "w", marks: false },
  { id: "pan", label: "Pan", icon: "IconArrowsMove", key: "p", marks: false },
  { id: "zoom", label: "Zoom", icon: "IconZoomIn", key: "z", marks: false },
  { id: "scroll", label: "Scroll", icon: "IconStack2", key: "s", marks: false },
  { id: "length", label: "Length", icon: "IconRuler2", key: "l", marks: true },
  { id: "angle", label: "Angle", icon: "IconAngle", key: "a", marks: true },
  { id: "ellipse", label: "Ellipse", icon: "IconOvalVertical", key: "e", marks: true },
  { id: "rectangle", label: "Rectangle", icon: "IconRectangle", key: "q", marks: true },
  { id: "arrow", label: "Arrow", icon: "IconArrowUpLeft", key: "t", marks: true },
  { id: "probe", label: "Probe", icon: "IconPointer", key: "b", marks: true },
];

/** What a viewport can be told from the keyboard; `key` is KeyboardEvent.key. */
export type ViewportCommand =
  | "previousImage"
  | "nextImage"
  | "previousPage"
  | "nextPage"
  | "firstImage"
  | "lastImage"
  | "invert"
  | "reset"
  | "fit"
  | "rotate"
  | "flipHorizontal"
  | "flipVertical"
  | "togglePlay"
  | "deleteMark";

export const commandCatalogue: readonly { id: ViewportCommand; label: string; key: string }[] = [
  { id: "previousImage", label: "Previous image", key: "ArrowUp" },
  { id: "nextImage", label: "Next image", key: "ArrowDown" },
  { id: "previousPage", label: "Ten images back", key: "PageUp" },
  { id: "nextPage", label: "Ten images on", key: "PageDown" },
  { id: "firstImage", label: "First image", key: "Home" },
  { id: "lastImage", label: "Last image", key: "End" },
  { id: "invert", label: "Invert", key: "i" },
  { id: "reset", label: "Reset view", key: "r" },
  { id: "fit", label: "Fit to viewport", key: "f" },
  { id: "rotate", label: "Rotate 90°", key: "]" },
  { id: "flipHorizontal", label: "Flip left to right", key: "h" },
  { id: "flipVertical", label: "Flip top to bottom", key: "v" },
  { id: "togglePlay", label: "Play or pause", key: "k" },
  { id: "deleteMark", label: "Delete the selected mark", key: "Delete" },
];
