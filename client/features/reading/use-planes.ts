import type { RefObject } from "react";
import { toast } from "../../ui/toast";
import { type ViewportGridHandle, whyNoVolume } from "../../viewport/public";
import type { Wall, WallChange } from "./wall";

interface Parts {
  grid: RefObject<ViewportGridHandle | null>;
  wall: Wall;
  narrow: boolean;
  change(change: WallChange): void;
}

/** Changes between the images and the planes through them; says why a series has no other planes. */
export function usePlanes({ grid, wall, narrow, change }: Parts): () => void {
  return () => {
    const viewport = grid.current?.viewport(wall.active);
    const view = viewport?.view();
    if (wall.before) return change({ type: "images", view });
    const stack = viewport?.stack();
    if (!view || !stack) return toast.refused("There are no images here yet.");
    const refusal = whyNoVolume(stack);
    if (refusal) return toast.refused(refusal);
    change({ type: "planes", view, narrow });
  };
}
