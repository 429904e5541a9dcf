import { ArrowAnnotateTool } from "@cornerstonejs/tools";
import type { ToolMapping } from "./mapping";

/** Tip, tail, and what is written at the tail. */
export const arrow: ToolMapping = {
  kind: "arrow",
  tool: ArrowAnnotateTool,
  extraHandles: { arrowFirst: true },
  hasText: true,
};
