import { type PointerEvent, useSyncExternalStore } from "react";
import { add, dot, scale, subtract, type Vec3 } from "./geometry";
import classes from "./planes.module.css";
import type { PlaneView } from "./planeView";
import { cutLine, PLANES, type PlaneName, planeAxes, planeLabels } from "./volume";

/** Half the gap left around the meeting point, so that the lines cover no finding. CSS pixels. */
const GAP = 18;

/** Where the other planes cut this one; a line or the point where they meet can be dragged, unless a marking tool is in hand. */
export function ReferenceLines({ view, draggable }: { view: PlaneView; draggable: boolean }) {
  const seen = useSyncExternalStore(view.subscribe, view.snapshot);
  const cursor = seen.view?.plane?.cursorMm as Vec3 | undefined;
  const centre = cursor && view.toScreen(cursor);
  if (!seen.cut || !cursor || !centre) return null;
  const { name } = seen.cut;
  const others = PLANES.filter((other) => other !== name);
  return (
    <svg
      className={classes.lines}
      data-draggable={draggable}
      aria-hidden="true"
      onWheel={(event) => view.run(event.deltaY > 0 ? "nextImage" : "previousImage")}
    >
      {others.map((other) => (
        <Line key={other} view={view} on={name} of={other} cursor={cursor} centre={centre} />
      ))}
      <circle
        className={classes.meeting}
        data-meeting
        cx={centre[0]}
        cy={centre[1]}
        r={GAP - 4}
        {...dragging((event) => view.moveCursor(placeOf(view, event)))}
      />
    </svg>
  );
}

interface LineProps {
  view: PlaneView;
  on: PlaneName;
  of: PlaneName;
  cursor: Vec3;
  centre: [number, number];
}

function Line({ view, on, of, cursor, centre }: LineProps) {
  const line = cutLine(planeAxes[on].normal, planeAxes[of].normal, cursor);
  const further = line && view.toScreen(add(line.point, scale(line.direction, 100)));
  if (!further) return null;
  const [dx, dy] = [further[0] - centre[0], further[1] - centre[1]];
  const size = Math.hypot(dx, dy) || 1;
  const at = (distance: number): [number, number] => [
    centre[0] + (dx / size) * distance,
    centre[1] + (dy / size) * distance,
  ];
  const { normal } = planeAxes[of];
  const drag = dragging((event) =>
    view.moveCursor(add(cursor, scale(normal, dot(subtract(placeOf(view, event), cursor), normal)))),
  );
  return [1, -1].map((side) => {
    const [x1, y1] = at(side * GAP);
    const [x2, y2] = at(side * 4000);
    return (
      <g key={side} data-plane={of} className={classes.cut}>
        <line x1={x1} y1={y1} x2={x2} y2={y2} />
        <line x1={x1} y1={y1} x2={x2} y2={y2} className={classes.grip} {...drag}>
          <title>{planeLabels[of]}</title>
        </line>
      </g>
    );
  });
}

function placeOf(view: PlaneView, event: PointerEvent<SVGElement>): Vec3 {
  const box = event.currentTarget.ownerSVGElement?.getBoundingClientRect();
  return view.toMm(event.clientX - (box?.left ?? 0), event.clientY - (box?.top ?? 0));
}

/** A drag that stays with the element under the first touch; the tools below do not see it. */
function dragging(move: (event: PointerEvent<SVGElement>) => void) {
  return {
    onPointerDown(event: PointerEvent<SVGElement>) {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove(event: PointerEvent<SVGElement>) {
      if (event.currentTarget.hasPointerCapture(event.pointerId)) move(event);
    },
  };
}
