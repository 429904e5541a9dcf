import { PLANES } from "@readroom/shared/contract/room.js";
import type { ViewState } from "../../viewport/public";
import type { Hung, Wall } from "./wall-types";

/** Three planes of the series that `view` shows, or one where there is no room for more; the wall as it was is kept. */
export function enterPlanes(wall: Wall, view: ViewState, narrow: boolean): Wall {
  const { layout, cells, active, maximised } = wall;
  const { studyInstanceUid, seriesInstanceUid } = view;
  const from: Hung = { studyInstanceUid, seriesInstanceUid, from: view };
  const planes = PLANES.map((plane) => ({ ...from, plane }));
  return {
    ...wall,
    layout: narrow ? "1x1" : "mpr",
    cells: narrow ? planes.slice(0, 1) : planes,
    active: 0,
    maximised: undefined,
    arranged: true,
    before: wall.before ?? { layout, cells, active, maximised, view },
  };
}

/**
 * The images again. What hung before hangs as it did; of the series that was cut, the image nearest to where the planes met is shown,
 * with their window and the pan and zoom that it had as images.
 */
export function leavePlanes(wall: Wall, planes: ViewState | undefined): Wall {
  const { before, ...rest } = wall;
  if (!before) return wall;
  const { layout, active, maximised, view } = before;
  const cells = before.cells.map((hung) => {
    if (!hung || !planes || hung.seriesInstanceUid !== planes.seriesInstanceUid) return hung;
    const { studyInstanceUid, seriesInstanceUid } = hung;
    return { studyInstanceUid, seriesInstanceUid, from: imagesFrom(planes, view) };
  });
  return { ...rest, layout, cells, active, maximised, before: undefined };
}

/** A view of the images: place and window of the planes, field of the images as they were. */
function imagesFrom(planes: ViewState, images: ViewState | undefined): ViewState {
  const { plane: _plane, ...place } = planes;
  if (!images || images.seriesInstanceUid !== planes.seriesInstanceUid) return place;
  const { pan, zoom, aspect, rotation, flipHorizontal, flipVertical } = images;
  return { ...place, pan, zoom, aspect, rotation, flipHorizontal, flipVertical };
}
