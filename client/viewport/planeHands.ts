interface Heard {
  moved(event: PointerEvent): void;
  left(): void;
  /** Shift and a click: the planes meet there. */
  jumped(event: PointerEvent): void;
}

/** Hears the hand over a plane; gives what stops it. */
export function hearHands(element: HTMLElement, { moved, left, jumped }: Heard): () => void {
  // around the surface, so that the lines over it hide nobody's pointer
  const around = element.parentElement ?? element;
  const noMenu = (event: Event) => event.preventDefault();
  // before the tool in hand gets the stroke
  const jump = (event: PointerEvent) => {
    if (!event.shiftKey || event.button !== 0) return;
    event.stopPropagation();
    event.preventDefault();
    jumped(event);
  };
  const noMouse = (event: MouseEvent) => {
    if (event.shiftKey && event.button === 0) event.stopImmediatePropagation();
  };
  around.addEventListener("pointermove", moved);
  around.addEventListener("pointerleave", left);
  element.addEventListener("contextmenu", noMenu);
  element.addEventListener("pointerdown", jump, true);
  element.addEventListener("mousedown", noMouse, true);
  return () => {
    around.removeEventListener("pointermove", moved);
    around.removeEventListener("pointerleave", left);
    element.removeEventListener("contextmenu", noMenu);
    element.removeEventListener("pointerdown", jump, true);
    element.removeEventListener("mousedown", noMouse, true);
  };
}
