import { type PointerPlace, placePointer, type Vec3 } from "./geometry";
import { createLaserTrails } from "./laserTrail";
import type { PointerPlaceMm, ShownView, ViewSnapshot } from "./shownView";

/** Another person's pointer, as presence carries it. */
export interface RemotePointer extends PointerPlaceMm {
  /** One pointer a person (or a person's tab). */
  id: string;
  name: string;
  /** CSS colour. */
  color: string;
  /** Draws a trail behind it. */
  laser?: boolean;
}

export interface PointerLayer {
  set(pointer: RemotePointer): void;
  remove(id: string): void;
  clear(): void;
  destroy(): void;
}

interface Shown {
  pointer: RemotePointer;
  node: HTMLElement;
  label: HTMLElement;
  words: HTMLElement;
  rest: ReturnType<typeof setTimeout> | undefined;
}

/** After this long without moving a pointer fades, so that a forgotten mouse does not sit on a finding. */
const REST_MS = 4000;

/**
 * Draws other people's pointers over a viewport by moving DOM nodes: one transform a pointer and screen frame, no React render,
 * so that ten people moving at 60 Hz cost next to nothing.
 * @param host an element over the image, of the same size, that lets pointer events through
 * @param classes names for `pointer`, `elsewhere`, `name`, `words`, `resting`
 */
export function createPointerLayer(host: HTMLElement, view: ShownView, classes: Record<string, string>): PointerLayer {
  const shown = new Map<string, Shown>();
  const trails = createLaserTrails(host);
  let request = 0;

  const draw = () => {
    request = 0;
    const seen = view.snapshot();
    for (const { pointer, node, words } of shown.values()) {
      const place = placeOn(seen, pointer);
      const at = place && view.toScreen(place.point);
      node.style.visibility = at ? "visible" : "hidden";
      if (!place || !at) continue;
      const [x, y] = at;
      const { clientWidth, clientHeight } = host;
      const inside = x >= 0 && y >= 0 && x <= clientWidth && y <= clientHeight;
      const clampedX = Math.max(4, Math.min(clientWidth - 14, x));
      const clampedY = Math.max(4, Math.min(clientHeight - 20, y));
      node.style.transform = `translate(${clampedX.toFixed(1)}px, ${clampedY.toFixed(1)}px)`;
      if (pointer.laser && place.at === "slice" && inside) trails.point(pointer.id, x, y, pointer.color);
      else trails.lift(pointer.id);
      node.classList.toggle(classes.elsewhere ?? "elsewhere", place.at === "elsewhere" || !inside);
      const text = place.at === "elsewhere" ? place.words : inside ? "" : "outside the view";
      if (words.textContent !== text) words.textContent = text;
    }
  };
  const schedule = () => {
    if (request === 0) request = requestAnimationFrame(draw);
  };
  const unsubscribe = view.subscribe(schedule);

  const remove = (id: string) => {
    const entry = shown.get(id);
    if (!entry) return;
    clearTimeout(entry.rest);
    entry.node.remove();
    trails.lift(id);
    shown.delete(id);
  };

  return {
    set(pointer) {
      const entry = shown.get(pointer.id) ?? createNode(host, pointer, classes);
      shown.set(pointer.id, entry);
      entry.pointer = pointer;
      entry.node.style.setProperty("--pointer", pointer.color);
      if (entry.label.textContent !== pointer.name) entry.label.textContent = pointer.name;
      const resting = classes.resting ?? "resting";
      entry.node.classList.remove(resting);
      clearTimeout(entry.rest);
      entry.rest = setTimeout(() => entry.node.classList.add(resting), REST_MS);
      schedule();
    },
    remove,
    clear() {
      for (const id of [...shown.keys()]) remove(id);
    },
    destroy() {
      cancelAnimationFrame(request);
      unsubscribe();
      trails.destroy();
      for (const id of [...shown.keys()]) remove(id);
    },
  };
}

function createNode(host: HTMLElement, pointer: RemotePointer, classes: Record<string, string>): Shown {
  const node = document.createElement("div");
  node.className = classes.pointer ?? "pointer";
  node.dataset.pointer = "";
  node.innerHTML =
    '<svg width="14" height="18" viewBox="0 0 14 18" aria-hidden="true"><path d="M1 1 L1 14 L4.6 10.8 L7 16.6 L9.6 15.5 L7.2 9.9 L12.2 9.6 Z"/></svg>';
  const label = document.createElement("span");
  label.className = classes.name ?? "name";
  const words = document.createElement("span");
  words.className = classes.words ?? "words";
  node.append(label, words);
  host.append(node);
  return { pointer, node, label, words, rest: undefined };
}

/** Same frame of reference: in space. Otherwise only on the very image that it points at. */
export function placeOn(seen: ViewSnapshot, pointer: PointerPlaceMm): PointerPlace | undefined {
  const { image, stack, cut } = seen;
  if (!image || !stack) return undefined;
  const point = pointer.worldMm as Vec3;
  const sameSpace =
    pointer.frameOfReferenceUid !== null && pointer.frameOfReferenceUid === stack.frameOfReferenceUid && image.plane;
  if (cut)
    return sameSpace ? placePointer({ origin: cut.origin, normal: cut.axes.normal }, point, cut.stepMm) : undefined;
  if (pointer.sopInstanceUid === image.sopInstanceUid && pointer.frame === image.frame) return { at: "slice", point };
  return sameSpace ? placePointer(image.ownPlane, point, stack.sliceSpacingMm ?? 0) : undefined;
}
