import { EllipticalROITool } from "@cornerstonejs/tools";
import { regionLines, regionStats, type ToolMapping } from "./mapping";

/** The ends of an ellipse's axes: bottom, top, left, right. */
export const ellipse: ToolMapping = {
  kind: "ellipse",
  tool: EllipticalROITool,
  readPixelStats: regionStats,
  lines: regionLines,
};
