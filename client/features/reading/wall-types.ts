import type { PlaneName, SharedWall } from "@readroom/shared/contract/room.js";
import type { LayoutId, ToolId, ViewState } from "../../viewport/public";

/** What hangs in one cell; `start` or `from` is shown first instead of the middle; `plane`: a plane through it, not its images. */
export interface Hung {
  studyInstanceUid: string;
  seriesInstanceUid: string;
  start?: { sopInstanceUid: string; frame: number };
  from?: ViewState;
  plane?: PlaneName;
}

/** The wall as this person has it. Cells keep what they hold when a smaller layout hides them. */
export interface Wall {
  layout: LayoutId;
  cells: readonly (Hung | undefined)[];
  active: number;
  maximised: number | undefined;
  tool: ToolId;
  linked: boolean;
  /** Somebody has arranged it: what arrives later changes it no more. */
  arranged: boolean;
  /** While planes of one series hang: the wall as it was, and what its active viewport showed. */
  before?: BeforePlanes | undefined;
}

export interface BeforePlanes extends Pick<Wall, "layout" | "cells" | "active" | "maximised"> {
  /** Left out where somebody else's planes were taken over. */
  view?: ViewState;
}

export type WallChange =
  | { type: "arrived"; hanging: Hanging }
  | { type: "layout"; layout: LayoutId }
  | { type: "hang"; series: Hung; cell?: number }
  | { type: "compare"; series: Hung }
  | { type: "activate"; cell: number }
  | { type: "maximise"; cell: number | undefined }
  | { type: "tool"; tool: ToolId }
  | { type: "link" }
  /** Planes of the series that the active viewport shows. narrow: one plane at a time. */
  | { type: "planes"; view: ViewState; narrow: boolean }
  /** The images again, at the place and with the window of the planes. */
  | { type: "images"; view: ViewState | undefined }
  /** Another plane where only one has room. */
  | { type: "plane"; plane: PlaneName }
  /** Somebody else's wall, who is followed. */
  | { type: "adopt"; wall: SharedWall };

export interface Hanging {
  layout: LayoutId;
  cells: readonly (Hung | undefined)[];
}
