import type { SharedView } from "@readroom/shared/contract/room.js";
import type { AnnotationRecord } from "@readroom/shared/crdt/annotation.js";
import { useEffect, useRef } from "react";
import {
  type AnnotationSync,
  createAnnotationSync,
  PlaneViewport,
  planeOf,
  StackViewport,
  type ViewportHandle,
  type ViewState,
} from "../../../viewport/public";
import classes from "../history.module.css";

const BASE = "/dicomweb";
const UNKNOWN_COLOUR = "#c3cad2";

interface PastImageProps {
  view: SharedView;
  marks: readonly AnnotationRecord[];
  colours: ReadonlyMap<string, string>;
}

/** One screen of then: its slice, window and zoom, with the marks that stood on it. Looked at, not handled. */
export function PastImage({ view, marks, colours }: PastImageProps) {
  const viewport = useRef<ViewportHandle>(null);
  const newest = useRef(view);
  newest.current = view;
  useEffect(() => void viewport.current?.applyView(shownOf(view)), [view]);
  usePastMarks(marks, colours);
  const plane = view.plane ? planeOf(view.plane.normal) : null;
  const key = `${view.seriesInstanceUid} ${plane ?? ""}`;
  const common = {
    base: BASE,
    studyInstanceUid: view.studyInstanceUid,
    seriesInstanceUid: view.seriesInstanceUid,
    start: { sopInstanceUid: view.sopInstanceUid, frame: view.frame },
    tool: "scroll" as const,
    ref: viewport,
    onReady: () => void viewport.current?.applyView(shownOf(newest.current)),
  };
  return (
    <div className={classes.image} inert>
      {plane ? <PlaneViewport key={key} {...common} plane={plane} /> : <StackViewport key={key} {...common} />}
    </div>
  );
}

/** The viewport's part of it: one viewport has no wall. */
const shownOf = ({ wall: _wall, ...view }: SharedView): ViewState => view;

function usePastMarks(marks: readonly AnnotationRecord[], colours: ReadonlyMap<string, string>): void {
  const sync = useRef<AnnotationSync | null>(null);
  const known = useRef(colours);
  known.current = colours;
  useEffect(() => {
    const made = createAnnotationSync({
      base: BASE,
      author: { id: "nobody", name: "" },
      colorOf: (id) => known.current.get(id) ?? UNKNOWN_COLOUR,
      now: () => new Date(0),
      // the past takes no marks: nothing here is a hand's
      onChange: () => undefined,
    });
    sync.current = made;
    return () => {
      made.destroy();
      sync.current = null;
    };
  }, []);
  useEffect(() => sync.current?.replaceAll(marks), [marks]);
}
