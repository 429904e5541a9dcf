import { AngleTool } from "@cornerstonejs/tools";
import type { ToolMapping } from "./mapping";

/** End, vertex, end. */
export const angle: ToolMapping = { kind: "angle", tool: AngleTool };
