import type { AnnotationKind } from "@readroom/shared/crdt/annotation.js";
import { angle } from "./angle";
import { arrow } from "./arrow";
import { ellipse } from "./ellipse";
import { length } from "./length";
import type { ToolMapping } from "./mapping";
import { probe } from "./probe";
import { rectangle } from "./rectangle";

export const toolMappings: readonly ToolMapping[] = [length, angle, ellipse, rectangle, arrow, probe];

export function mappingOfKind(kind: AnnotationKind): ToolMapping {
  return toolMappings.find((mapping) => mapping.kind === kind) as ToolMapping;
}

export function mappingOfTool(toolName: string): ToolMapping | undefined {
  return toolMappings.find((mapping) => mapping.tool.toolName === toolName);
}
