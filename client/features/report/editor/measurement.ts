import { describeMeasurement } from "@readroom/shared/crdt/annotation.js";
import { annotationsOf, readAnnotations } from "@readroom/shared/crdt/reading.js";
import { DELETED_MEASUREMENT } from "@readroom/shared/crdt/report.js";
import { Node } from "@tiptap/core";
import type { RoomProvider } from "../../../kernel/room/provider";

/** The study's measurements as the text shows them. */
export interface MeasurementSource {
  /** "12.3 mm"; null when there is no such measurement (any more). */
  text(annotationId: string): string | null;
  subscribe(changed: () => void): () => void;
}

export const noMeasurements: MeasurementSource = { text: () => null, subscribe: () => () => undefined };

/** Reads the reading room's annotations, also after its document was made anew. */
export function measurementsIn(room: RoomProvider): MeasurementSource {
  const texts = new Map<string, string>();
  const listeners = new Set<() => void>();
  let watched: ReturnType<typeof annotationsOf> | null = null;
  const read = (): void => {
    texts.clear();
    for (const mark of readAnnotations(room.doc)) texts.set(mark.id, describeMeasurement(mark));
    for (const changed of listeners) changed();
  };
  const follow = (): void => {
    const marks = annotationsOf(room.doc);
    if (marks === watched) return;
    watched?.unobserve(read);
    watched = marks;
    marks.observe(read);
    read();
  };
  let stop: (() => void) | null = null;
  return {
    text: (id) => {
      if (!stop) follow();
      return texts.get(id) ?? null;
    },
    subscribe: (changed) => {
      listeners.add(changed);
      stop ??= room.subscribe(follow);
      follow();
      return () => {
        listeners.delete(changed);
        if (listeners.size > 0) return;
        stop?.();
        stop = null;
        watched?.unobserve(read);
        watched = null;
      };
    },
  };
}

export interface MeasurementOptions {
  source: MeasurementSource;
  onShow(annotationId: string): void;
}

declare module "@tiptap/core" {
  interface Commands<ReturnType> {
    measurement: {
      /** Puts the live figure of an annotation at the caret. */
      insertMeasurement: (annotationId: string) => ReturnType;
    };
  }
}

/** A figure that belongs to the image: changed there, it changes here; deleted there, the text says so. Clicked, the image shows it. */
export const MeasurementField = Node.create<MeasurementOptions>({
  name: "measurement",
  group: "inline",
  inline: true,
  atom: true,
  marks: "",
  addOptions: () => ({ source: noMeasurements, onShow: () => undefined }),
  addAttributes: () => ({ annotationId: { default: "" } }),
  parseHTML: () => [
    {
      tag: "button[data-measurement]",
      getAttrs: (element) => ({ annotationId: element.getAttribute("data-measurement") }),
    },
  ],
  renderHTML: ({ node }) => ["button", { "data-measurement": String(node.attrs.annotationId) }],
  renderText({ node }) {
    return this.options.source.text(String(node.attrs.annotationId)) ?? DELETED_MEASUREMENT;
  },
  addCommands() {
    return {
      insertMeasurement:
        (annotationId) =>
        ({ commands }) =>
          commands.insertContent({ type: this.name, attrs: { annotationId } }),
    };
  },
  addNodeView() {
    return ({ node }) => {
      const id = String(node.attrs.annotationId);
      const dom = document.createElement("button");
      dom.type = "button";
      dom.dataset.measurement = id;
      dom.title = "Show this measurement on the image";
      const show = (): void => {
        const text = this.options.source.text(id);
        dom.textContent = text ?? DELETED_MEASUREMENT;
        dom.dataset.state = text === null ? "deleted" : "live";
      };
      show();
      const stop = this.options.source.subscribe(show);
      dom.addEventListener("click", () => this.options.onShow(id));
      return { dom, destroy: stop, ignoreMutation: () => true };
    };
  },
});
