import { LengthTool } from "@cornerstonejs/tools";
import type { ToolMapping } from "./mapping";

/** Both ends of a straight distance. */
export const length: ToolMapping = { kind: "length", tool: LengthTool };
