import {
  ArrowAnnotateTool,
  Enums,
  PanTool,
  StackScrollTool,
  ToolGroupManager,
  WindowLevelTool,
  ZoomTool,
} from "@cornerstonejs/tools";
import type { ToolId } from "./toolCatalogue";
import { NO_LABEL } from "./tools/mapping";
import { mappingOfKind, toolMappings } from "./tools/mappings";

const { Primary, Secondary, Auxiliary, Wheel } = Enums.MouseBindings;

/** Asks the reader for an arrow's text near the arrow; undefined takes the arrow back. */
export type AskText = (current: string | undefined) => Promise<string | undefined>;

export interface ToolBindings {
  take(tool: ToolId): void;
  release(): void;
}

// scrolling first: one finger is also taken for the left button, and the first tool that claims it gets it
const toolNames = {
  scroll: StackScrollTool.toolName,
  window: WindowLevelTool.toolName,
  pan: PanTool.toolName,
  zoom: ZoomTool.toolName,
};

function nameOf(tool: ToolId): string {
  if (tool === "window" || tool === "pan" || tool === "zoom" || tool === "scroll") return toolNames[tool];
  return mappingOfKind(tool).tool.toolName;
}

/**
 * The hands of one viewport: left button (and one finger, for marks) is the tool in hand; middle pans, right zooms, the wheel
 * scrolls, two fingers zoom and pan, one finger scrolls. Marks of others are drawn with every tool in hand, so all mark tools
 * are at least passive.
 */
export function bindTools(viewportId: string, engineId: string, askText: AskText): ToolBindings {
  const group = ToolGroupManager.createToolGroup(`tools-${viewportId}`);
  if (!group) throw new Error("a viewport of that name has its tools already");
  for (const name of Object.values(toolNames)) group.addTool(name);
  const ask = (done: (label: string) => void, current?: string) =>
    void askText(current).then((text) => done(text === undefined ? (current ?? "") : text.trim() || NO_LABEL));
  for (const { tool, lines } of toolMappings) {
    group.addTool(tool.toolName, tool === ArrowAnnotateTool ? arrowSettings(ask) : { shadow: true, ...textOf(lines) });
  }
  group.addViewport(viewportId, engineId);
  return {
    take: (tool) => {
      const inHand = nameOf(tool);
      const isMark = toolMappings.some((mapping) => mapping.tool.toolName === inHand);
      const base: Record<string, object[]> = {
        [PanTool.toolName]: [{ mouseButton: Auxiliary }],
        [ZoomTool.toolName]: [{ mouseButton: Secondary }, { numTouchPoints: 2 }],
        [StackScrollTool.toolName]: [{ mouseButton: Wheel }, ...(isMark ? [] : [{ numTouchPoints: 1 }])],
      };
      for (const mapping of toolMappings) group.setToolPassive(mapping.tool.toolName, { removeAllBindings: true });
      for (const name of Object.values(toolNames)) {
        group.setToolPassive(name, { removeAllBindings: true });
        const bindings = [...(base[name] ?? []), ...(name === inHand ? [{ mouseButton: Primary }] : [])];
        if (bindings.length > 0) group.setToolActive(name, { bindings });
      }
      if (isMark) group.setToolActive(inHand, { bindings: [{ mouseButton: Primary }, { numTouchPoints: 1 }] });
    },
    release: () => ToolGroupManager.destroyToolGroup(group.id),
  };
}

interface ComputedByImage {
  cachedStats?: Record<string, Record<string, unknown> | undefined>;
}

function textOf(lines: ((computed: Record<string, unknown>) => string[]) | undefined) {
  if (!lines) return {};
  return { getTextLines: (mark: ComputedByImage, target: string) => lines(mark.cachedStats?.[target] ?? {}) };
}

function arrowSettings(ask: (done: (label: string) => void, current?: string) => void) {
  return {
    shadow: true,
    getTextCallback: (done: (label: string) => void) => ask(done),
    changeTextCallback: (mark: { data: { label?: string } }, _event: unknown, done: (label: string) => void) =>
      ask(done, (mark.data.label ?? "").replaceAll(NO_LABEL, "") || undefined),
  };
}
