import type { PriorView, SeriesView, StudyDetail } from "@readroom/shared/contract/http/worklist.js";
import type { PlaneName, SharedWall } from "@readroom/shared/contract/room.js";
import type { LayoutId, ToolId } from "../../viewport/public";
import { enterPlanes, leavePlanes } from "./planes-wall";
import type { Hanging, Hung, Wall, WallChange } from "./wall-types";

/** A series as the wall and the rail know it, whichever study it belongs to. */
export interface WallSeries {
  studyInstanceUid: string;
  seriesInstanceUid: string;
  modality: string;
  description: string;
  number: number | null;
  instances: number;
  /** null: of the study that is being read; else the prior it belongs to. */
  prior: { studyId: string; day: string; procedure: string } | null;
}

export type { Hanging, Hung, Wall, WallChange } from "./wall-types";

const CELLS: Record<LayoutId, number> = { "1x1": 1, "1x2": 2, "2x1": 2, "2x2": 4, mpr: 3 };

/** Modalities that hold no picture of their own (DICOM PS3.3 C.7.3.1.1.1). */
const WITHOUT_PICTURE: ReadonlySet<string> = new Set([
  "SR",
  "KO",
  "PR",
  "DOC",
  "SEG",
  "REG",
  "RTSTRUCT",
  "RTPLAN",
  "PLAN",
  "AU",
  "ECG",
  "HD",
  "FID",
]);
/** One image a series: all of them are hung at once. */
const PROJECTIONS: ReadonlySet<string> = new Set(["CR", "DX", "MG", "PX", "IO", "RG", "XC"]);

export const emptyWall: Wall = {
  layout: "1x1",
  cells: [],
  active: 0,
  maximised: undefined,
  tool: "window",
  linked: false,
  arranged: false,
};

export function changeWall(wall: Wall, change: WallChange): Wall {
  // what is hung or laid out anew is of the images: the planes are left for it
  const leaves = change.type === "layout" || change.type === "hang" || change.type === "compare";
  if (wall.before && leaves) return changeWall(leavePlanes(wall, undefined), change);
  switch (change.type) {
    case "arrived":
      return wall.arranged ? wall : { ...wall, ...change.hanging, active: 0, maximised: undefined };
    case "layout":
      return {
        ...wall,
        layout: change.layout,
        active: Math.min(wall.active, CELLS[change.layout] - 1),
        maximised: undefined,
        arranged: true,
      };
    case "hang":
      return hang(wall, change.cell ?? wall.active, change.series);
    case "compare":
      return compare(wall, change.series);
    case "activate": {
      if (change.cell === wall.active || change.cell >= CELLS[wall.layout]) return wall;
      // a hidden viewport can't be the active one: the maximised place moves along
      return { ...wall, active: change.cell, maximised: wall.maximised === undefined ? undefined : change.cell };
    }
    case "maximise":
      return { ...wall, maximised: change.cell, active: change.cell ?? wall.active };
    case "tool":
      return { ...wall, tool: change.tool };
    case "link":
      return { ...wall, linked: !wall.linked };
    case "planes":
      return enterPlanes(wall, change.view, change.narrow);
    case "images":
      return leavePlanes(wall, change.view);
    case "plane":
      return wall.before && wall.layout === "1x1"
        ? { ...wall, cells: wall.cells.map((hung) => hung && { ...hung, plane: change.plane }) }
        : wall;
    case "adopt":
      return adopt(wall, change.wall);
  }
}

function hang(wall: Wall, cell: number, series: Hung): Wall {
  const cells = Array.from({ length: Math.max(wall.cells.length, cell + 1) }, (_, at) =>
    at === cell ? series : wall.cells[at],
  );
  const hidden = wall.maximised !== undefined && wall.maximised !== cell;
  return { ...wall, cells, active: cell, maximised: hidden ? cell : wall.maximised, arranged: true };
}

/** Beside what is being looked at: the first cell stays, a single viewport becomes two. */
function compare(wall: Wall, series: Hung): Wall {
  const layout = wall.layout === "1x1" ? "1x2" : wall.layout;
  return { ...hang({ ...wall, layout, maximised: undefined }, 1, series), active: 0 };
}

/** The wall as others are told it. */
export function sharedWall({ layout, cells, active, maximised }: Wall): SharedWall {
  const share = (hung: Hung | undefined) =>
    hung
      ? {
          studyInstanceUid: hung.studyInstanceUid,
          seriesInstanceUid: hung.seriesInstanceUid,
          ...(hung.plane ? { plane: hung.plane } : {}),
        }
      : null;
  // one viewport over all others is one viewport to who follows
  if (maximised !== undefined) return { layout: "1x1", cells: [share(cells[maximised])], active: 0 };
  return { layout, cells: Array.from({ length: CELLS[layout] }, (_, cell) => share(cells[cell])), active };
}

export const sameSharedWall = (a: SharedWall, b: SharedWall): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Takes over somebody's wall; what hangs here already stays as it is, so that it need not be loaded again. */
function adopt(wall: Wall, shared: SharedWall): Wall {
  const cells = shared.cells.map((hung, cell): Hung | undefined => {
    const own = wall.cells[cell];
    if (!hung) return undefined;
    return own?.seriesInstanceUid === hung.seriesInstanceUid && own.plane === hung.plane ? own : { ...hung };
  });
  const planes = cells.some((hung) => hung?.plane);
  const { layout, cells: mine, active, maximised } = wall;
  const images = { layout, cells: mine, active, maximised };
  return {
    ...wall,
    layout: shared.layout,
    cells,
    active: Math.min(shared.active, CELLS[shared.layout] - 1),
    maximised: undefined,
    arranged: true,
    before: planes ? (wall.before ?? images) : undefined,
  };
}

/** Where that series, or that plane of it, hangs in sight, the active cell first; undefined when it does not. */
export function cellOf(wall: Wall, seriesInstanceUid: string, plane?: PlaneName): number | undefined {
  const here = (cell: number) =>
    wall.cells[cell]?.seriesInstanceUid === seriesInstanceUid && wall.cells[cell]?.plane === plane;
  if (here(wall.active)) return wall.active;
  const inSight = Array.from({ length: CELLS[wall.layout] }, (_, cell) => cell);
  return inSight.find(here);
}

export const hungUids = (wall: Wall): string[] =>
  wall.cells.slice(0, CELLS[wall.layout]).flatMap((hung) => (hung ? [hung.seriesInstanceUid] : []));

/** The tool in hand where marks can't be drawn: a marking tool gives way to scrolling. */
export const navigating = (tool: ToolId): ToolId =>
  tool === "window" || tool === "pan" || tool === "zoom" ? tool : "scroll";

export const hasPicture = (series: Pick<SeriesView, "modality" | "instances">): boolean =>
  series.instances > 0 && !WITHOUT_PICTURE.has(series.modality);

/** Every series that can be hung: of the study, then of its priors, newest first as the hub sorts them. */
export function seriesOf(detail: Pick<StudyDetail, "row" | "series" | "priors">): WallSeries[] {
  return [
    ...detail.series.map((series) => wallSeries(detail.row.studyInstanceUid, series, null)),
    ...detail.priors.flatMap((prior) => seriesOfPrior(prior)),
  ];
}

export function seriesOfPrior(prior: PriorView): WallSeries[] {
  const named = { studyId: prior.studyId, day: prior.studyDay, procedure: prior.procedure };
  return prior.series.map((series) => wallSeries(prior.studyInstanceUid, series, named));
}

function wallSeries(studyInstanceUid: string, series: SeriesView, prior: WallSeries["prior"]): WallSeries {
  const { seriesInstanceUid, modality, description, number, instances } = series;
  return { studyInstanceUid, seriesInstanceUid, modality, description, number, instances, prior };
}

/** The series that a reader wants first: of those with pictures the one with the most images, then the lowest number. */
export function mainSeries<S extends SeriesView>(series: readonly S[]): S | undefined {
  return [...series]
    .filter(hasPicture)
    .sort((a, b) => b.instances - a.instances || (a.number ?? 0) - (b.number ?? 0))[0];
}

/**
 * How a study hangs when it is opened: projections all at once; of a stack its main series, and beside it the main one of the
 * newest prior of the same modality and, where there is one, the same part of the body.
 */
export function hangingOf(detail: Pick<StudyDetail, "row" | "series" | "priors">, narrow: boolean): Hanging {
  const pictures = detail.series.filter(hasPicture);
  const main = mainSeries(pictures);
  if (!main) return { layout: "1x1", cells: [] };
  const study = detail.row.studyInstanceUid;
  const current = PROJECTIONS.has(main.modality)
    ? [...pictures].sort((a, b) => (a.number ?? 0) - (b.number ?? 0)).slice(0, 4)
    : [main];
  const cells: Hung[] = current.map(({ seriesInstanceUid }) => ({ studyInstanceUid: study, seriesInstanceUid }));
  const beside = priorBeside(main.modality, detail.row.bodyPart, detail.priors);
  if (beside && cells.length < 4) cells.push(beside);
  const layout = narrow || cells.length === 1 ? "1x1" : cells.length === 2 ? "1x2" : "2x2";
  return { layout, cells };
}

function priorBeside(modality: string, bodyPart: string, priors: readonly PriorView[]): Hung | undefined {
  const sameKind = priors.filter((prior) => prior.series.some((one) => one.modality === modality && hasPicture(one)));
  const best = sameKind.find((prior) => bodyPart !== "" && prior.bodyPart === bodyPart) ?? sameKind[0];
  const series = best && mainSeries(best.series.filter((one) => one.modality === modality));
  return best && series
    ? { studyInstanceUid: best.studyInstanceUid, seriesInstanceUid: series.seriesInstanceUid }
    : undefined;
}
