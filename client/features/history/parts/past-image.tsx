import type { SharedView } from "@readroom/shared/contract/room.js";
import type { AnnotationRecord } from "@readroom/shared/crdt/annotation.js";
import { useEffect, useRef } from "react";
import {
  type AnnotationSync,
  createAnnotationSync,
  StackViewport,
  type StackViewportHandle,
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
  const viewport = useRef<StackViewportHandle>(null);
  const newest = useRef(view);
  newest.current = view;
  useEffect(() => void viewport.current?.applyView(view), [view]);
  usePastMarks(marks, colours);
  return (
    <div className={classes.image} inert>
      <StackViewport
        key={view.seriesInstanceUid}
        base={BASE}
        studyInstanceUid={view.studyInstanceUid}
        seriesInstanceUid={view.seriesInstanceUid}
        start={{ sopInstanceUid: view.sopInstanceUid, frame: view.frame }}
        tool="scroll"
        ref={viewport}
        onReady={() => void viewport.current?.applyView(newest.current)}
      />
    </div>
  );
}

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
