import type { AnnotationRecord } from "@readroom/shared/crdt/annotation.js";
import { type RefObject, useRef } from "react";
import { toast } from "../../ui/toast";
import { PLANES, planeOf, type ViewportGridHandle, type ViewState, whyNoVolume } from "../../viewport/public";
import { cellOf, type Wall, type WallChange } from "./wall";

interface Parts {
  grid: RefObject<ViewportGridHandle | null>;
  wall: Wall;
  narrow: boolean;
  change(change: WallChange): void;
}

/** A mark, as far as it says in which plane it was drawn. */
export type DrawnInPlane = Pick<AnnotationRecord, "seriesInstanceUid" | "points"> & {
  plane: NonNullable<AnnotationRecord["plane"]>;
};

export interface Planes {
  /** Changes between the images and the planes through them; says why a series has no other planes. */
  toggle(): void;
  /** A viewport shows its first image. */
  onReady(cell: number): void;
  /** Shows a mark in the plane that it was drawn in; false where its series does not hang here. */
  showMark(mark: DrawnInPlane): boolean;
}

export function usePlanes({ grid, wall, narrow, change }: Parts): Planes {
  /** The viewport whose planes were asked for before its first image was there. */
  const early = useRef<number | undefined>(undefined);
  const enter = (cell: number, from?: ViewState["plane"]): boolean => {
    const viewport = grid.current?.viewport(cell);
    const view = viewport?.view();
    const stack = viewport?.stack();
    const refusal = stack ? whyNoVolume(stack) : "There are no images here yet.";
    if (refusal || !view) {
      toast.refused(refusal ?? "There are no images here yet.");
      return false;
    }
    change({ type: "planes", view: from ? { ...view, plane: from } : view, narrow });
    return true;
  };
  return {
    toggle() {
      const view = grid.current?.viewport(wall.active)?.view();
      early.current = undefined;
      if (wall.before) change({ type: "images", view });
      else if (view || !wall.cells[wall.active]) enter(wall.active);
      else early.current = wall.active;
    },
    onReady(cell) {
      if (early.current !== cell) return;
      early.current = undefined;
      if (!wall.before && wall.active === cell) enter(cell);
    },
    showMark({ seriesInstanceUid, points, plane }) {
      const [x, y, z] = [0, 1, 2].map((axis) => points.reduce((sum, p) => sum + (p[axis] ?? 0), 0) / points.length);
      const middle: [number, number, number] = [x ?? 0, y ?? 0, z ?? 0];
      const name = planeOf(plane.normal);
      const hung = cellOf(wall, seriesInstanceUid, name);
      if (hung !== undefined) {
        change({ type: "activate", cell: hung });
        void grid.current?.viewport(hung)?.jumpToMm(middle);
        return true;
      }
      const cell = cellOf(wall, seriesInstanceUid);
      if (cell === undefined) return false;
      const { normal, up } = plane;
      if (!enter(cell, { normal, up, focalMm: middle, cursorMm: middle })) return true;
      change(narrow ? { type: "plane", plane: name } : { type: "activate", cell: PLANES.indexOf(name) });
      return true;
    },
  };
}
