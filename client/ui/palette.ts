import { createSpotlight } from "@mantine/spotlight";

/** The command palette: its state, and opening it. */
export const [paletteStore, palette] = createSpotlight();

/**
 * Chooses the palette's first line. It does so itself as one types, but what the hub finds comes later, and then Enter would do nothing.
 * The line that is chosen is told by an attribute and by its place in the store, as in the palette's own code.
 */
export function chooseFirst(): void {
  const list = document.getElementById(paletteStore.getState().listId);
  const line = list?.querySelector("[data-action]");
  if (!list || !line) return;
  list.querySelector("[data-selected]")?.removeAttribute("data-selected");
  line.setAttribute("data-selected", "true");
  paletteStore.updateState((state) => ({ ...state, selected: 0 }));
}
