import { RectangleROITool } from "@cornerstonejs/tools";
import { regionLines, regionStats, type ToolMapping } from "./mapping";

/** Corners: top left, top right, bottom left, bottom right. */
export const rectangle: ToolMapping = {
  kind: "rectangle",
  tool: RectangleROITool,
  readPixelStats: regionStats,
  lines: regionLines,
};
