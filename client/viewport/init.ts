import {
  cache,
  Enums,
  getConfiguration,
  imageLoadPoolManager,
  imageRetrievalPoolManager,
  init as initCore,
} from "@cornerstonejs/core";
import { init as initLoader } from "@cornerstonejs/dicom-image-loader";
import {
  addTool,
  annotation,
  init as initTools,
  PanTool,
  StackScrollTool,
  WindowLevelTool,
  ZoomTool,
} from "@cornerstonejs/tools";
import { repairFrame } from "./frameRequests";
import { toolMappings } from "./tools/mappings";

/** Requests for frames under way at once: what a browser opens to one host over HTTP/1.1, one of them kept for the shown image. */
export const FRAME_REQUESTS = 6;
export const PREFETCH_REQUESTS = FRAME_REQUESTS - 1;

const GIGABYTE = 1024 ** 3;
let started: Promise<void> | undefined;

/**
 * Starts the renderer once: WebGL (software where there is no GPU), decoders in workers, cache, tools. Cheap to call again;
 * called early (on opening the worklist's preview) it takes its 100–200 ms off the first image.
 * @throws when the browser can give no drawing context; the viewport shows it as its error state
 */
export function startEngine(): Promise<void> {
  started ??= start().catch((error: unknown) => {
    started = undefined;
    throw error;
  });
  return started;
}

async function start(): Promise<void> {
  // a browser gives a page some 16 drawing contexts (a phone fewer); four viewports and four thumbnails stay below that
  const settings = getConfiguration();
  initCore({
    ...settings,
    isMobile: matchMedia("(pointer: coarse)").matches,
    rendering: { ...settings.rendering, webGlContextCount: 4 },
  });
  const cores = navigator.hardwareConcurrency || 2;
  initLoader({ maxWebWorkers: Math.max(1, Math.min(6, cores - 1)), beforeProcessing: repairFrame });
  initTools();
  const memory = (navigator as { deviceMemory?: number }).deviceMemory ?? 4;
  cache.setMaxCacheSize(memory <= 2 ? 0.4 * GIGABYTE : memory <= 4 ? GIGABYTE : 2 * GIGABYTE);
  for (const pool of [imageLoadPoolManager, imageRetrievalPoolManager]) {
    pool.setMaxSimultaneousRequests(Enums.RequestType.Interaction, FRAME_REQUESTS);
    pool.setMaxSimultaneousRequests(Enums.RequestType.Thumbnail, 2);
    pool.setMaxSimultaneousRequests(Enums.RequestType.Prefetch, PREFETCH_REQUESTS);
  }
  for (const tool of [WindowLevelTool, PanTool, ZoomTool, StackScrollTool]) addTool(tool);
  for (const { tool } of toolMappings) addTool(tool);
  setMarkStyle();
}

function setMarkStyle(): void {
  const style = annotation.config.style.getDefaultToolStyles();
  annotation.config.style.setDefaultToolStyles({
    ...style,
    global: {
      ...style.global,
      color: "#2dd4bf",
      colorHighlighted: "#99f6e4",
      colorSelected: "#99f6e4",
      textBoxColor: "#2dd4bf",
      textBoxColorHighlighted: "#99f6e4",
      textBoxColorSelected: "#99f6e4",
      textBoxFontFamily: "'Inter Variable', Inter, system-ui, sans-serif",
      textBoxFontSize: "13px",
      lineWidth: "1.5",
    },
  });
}
