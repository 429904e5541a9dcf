import type { addTool, Types } from "@cornerstonejs/tools";
import type { AnnotationKind, AnnotationRecord, AnnotationStats, PointMm } from "@readroom/shared/crdt/annotation.js";

type ToolClass = Parameters<typeof addTool>[0];
/** The drawing library's own object for one mark. */
export type DrawnMark = Types.Annotation & { metadata: NonNullable<Types.Annotation["metadata"]> };

/** How one kind of record is drawn: the one place that knows the drawing library's shape of it. */
export interface ToolMapping {
  kind: AnnotationKind;
  tool: ToolClass & { toolName: string };
  /** Figures that only the pixels give (HU), from what the library computed when it drew the mark. */
  readPixelStats?(computed: Record<string, unknown>): AnnotationStats;
  /** What stands beside the mark on the image; the library's own lines where it is left out. */
  lines?(computed: Record<string, unknown>): string[];
  /** What the library wants beside points, handles and text. */
  extraHandles?: Record<string, unknown>;
  hasText?: boolean;
}

/**
 * The library drops an arrow without a label; the arrow of someone who only points carries this invisible one (U+2060), which
 * never enters a record.
 */
export const NO_LABEL = "\u2060";

export function pointsOfMark(mark: DrawnMark): PointMm[] {
  return (mark.data.handles?.points ?? []).map(([x = 0, y = 0, z = 0]) => [x, y, z]);
}

export function textOfMark(mark: DrawnMark): string | undefined {
  const label: unknown = mark.data.label;
  return typeof label === "string" ? label.replaceAll(NO_LABEL, "").trim().slice(0, 500) || undefined : undefined;
}

/** A fresh mark for the library from a record; without computed figures, so that it computes them from this client's pixels. */
export function markOf(
  mapping: ToolMapping,
  record: AnnotationRecord,
  imageId: string | undefined,
  group: string,
): DrawnMark {
  const points = record.points.map((point) => [...point]);
  return {
    annotationUID: record.id,
    highlighted: false,
    invalidated: true,
    isLocked: false,
    isVisible: true,
    metadata: {
      toolName: mapping.tool.toolName,
      FrameOfReferenceUID: group,
      ...(imageId ? { referencedImageId: imageId } : {}),
      ...(record.plane ? { viewPlaneNormal: record.plane.normal, viewUp: record.plane.up } : {}),
    },
    data: {
      label: record.text ?? (mapping.hasText ? NO_LABEL : ""),
      cachedStats: {},
      handles: {
        points,
        activeHandleIndex: null,
        textBox: emptyTextBox(),
        ...mapping.extraHandles,
      },
      ...(mapping.kind === "ellipse" ? { initialRotation: 0 } : {}),
    },
  } as unknown as DrawnMark;
}

function emptyTextBox() {
  const zero = () => [0, 0, 0];
  return {
    hasMoved: false,
    worldPosition: zero(),
    worldBoundingBox: { topLeft: zero(), topRight: zero(), bottomLeft: zero(), bottomRight: zero() },
  };
}

const finite = (value: unknown): number | undefined => {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === "number" && Number.isFinite(first) ? first : undefined;
};

/** Mean and deviation of a region in HU, or in the image's own unit where it is none. Colour regions (three means) give none. */
export function regionStats(computed: Record<string, unknown>): AnnotationStats {
  const mean = finite(computed.mean);
  if (mean === undefined || (Array.isArray(computed.mean) && computed.mean.length > 1)) return {};
  const sd = finite(computed.stdDev);
  if (computed.modalityUnit === "HU") {
    return { meanHu: mean, sdHu: sd, minHu: finite(computed.min), maxHu: finite(computed.max) };
  }
  return {
    mean,
    sd,
    unit: typeof computed.modalityUnit === "string" && computed.modalityUnit ? computed.modalityUnit : undefined,
  };
}

/** A region in two lines; the minus sign is a minus, so that it is not taken for a dash. */
export function regionLines(computed: Record<string, unknown>): string[] {
  const area = finite(computed.area);
  const { meanHu, sdHu, mean = meanHu, sd = sdHu, unit = meanHu === undefined ? "" : "HU" } = regionStats(computed);
  return [
    area === undefined ? "" : `${area.toFixed(area < 100 ? 1 : 0)} ${String(computed.areaUnit ?? "")}`,
    mean === undefined ? "" : `${signed(mean)}${sd === undefined ? "" : ` ± ${sd.toFixed(0)}`} ${unit}`.trimEnd(),
  ].filter(Boolean);
}

export function pointLines(computed: Record<string, unknown>): string[] {
  const { meanHu, mean = meanHu, unit = meanHu === undefined ? "" : "HU" } = pointStats(computed);
  return mean === undefined ? [] : [`${signed(mean)} ${unit}`.trimEnd()];
}

const signed = (value: number) => value.toFixed(0).replace("-", "\u2212");

/** The value under a probe. */
export function pointStats(computed: Record<string, unknown>): AnnotationStats {
  if (Array.isArray(computed.value) && computed.value.length > 1) return {};
  const value = finite(computed.value);
  if (value === undefined) return {};
  const unit = typeof computed.modalityUnit === "string" && computed.modalityUnit ? computed.modalityUnit : undefined;
  return unit === "HU" ? { meanHu: value } : { mean: value, unit };
}
