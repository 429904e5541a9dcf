import { ProbeTool } from "@cornerstonejs/tools";
import { pointLines, pointStats, type ToolMapping } from "./mapping";

/** One point and the value under it. */
export const probe: ToolMapping = { kind: "probe", tool: ProbeTool, readPixelStats: pointStats, lines: pointLines };
