import { ProbeTool } from "@cornerstonejs/tools";
import { pointStats, type ToolMapping } from "./mapping";

/** One point and the value under it. */
export const probe: ToolMapping = { kind: "probe", tool: ProbeTool, readPixelStats: pointStats };
