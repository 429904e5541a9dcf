import { traceOf } from "./markTrace";
import { planeMarks } from "./planeMarks";
import type { ShownView } from "./shownView";

/**
 * Draws a small sign where marks made in other planes pass through what this viewport shows, by moving DOM nodes.
 * @param host an element over the image, of the same size, that lets pointer events through
 * @param classes names for `trace` and `words`
 */
export function createTraceLayer(host: HTMLElement, view: ShownView, classes: Record<string, string>): () => void {
  const nodes = new Map<string, { node: HTMLElement; words: HTMLElement }>();
  let request = 0;

  const draw = () => {
    request = 0;
    const seen = view.snapshot();
    const shown = new Set<string>();
    for (const { record, color } of planeMarks.all()) {
      const trace = traceOf(record, seen);
      const at = trace && view.toScreen(trace.point);
      if (!trace || !at) continue;
      shown.add(record.id);
      const entry = nodes.get(record.id) ?? create(host, classes);
      nodes.set(record.id, entry);
      entry.node.style.setProperty("--mark", color);
      entry.node.style.transform = `translate(${at[0].toFixed(1)}px, ${at[1].toFixed(1)}px)`;
      if (entry.words.textContent !== trace.words) entry.words.textContent = trace.words;
    }
    for (const [id, { node }] of nodes) {
      if (shown.has(id)) continue;
      node.remove();
      nodes.delete(id);
    }
  };
  const schedule = () => {
    if (request === 0) request = requestAnimationFrame(draw);
  };
  const stops = [view.subscribe(schedule), planeMarks.subscribe(schedule)];
  schedule();
  return () => {
    cancelAnimationFrame(request);
    for (const stop of stops) stop();
    for (const { node } of nodes.values()) node.remove();
  };
}

function create(host: HTMLElement, classes: Record<string, string>) {
  const node = document.createElement("div");
  node.className = classes.trace ?? "trace";
  node.dataset.trace = "";
  const words = document.createElement("span");
  words.className = classes.words ?? "words";
  node.append(document.createElement("i"), words);
  host.append(node);
  return { node, words };
}
