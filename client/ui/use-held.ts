import { useCallback, useMemo, useRef, useState } from "react";
import { heldView, sayWaiting } from "./held";

/**
 * Holds a live list still while the pointer is over it. Spread `hold` on the element that catches the pointer; show `waiting`
 * ("3 new") as a button that calls `release`.
 */
export function useHeld<Row>(latest: readonly Row[], id: (row: Row) => string) {
  const [over, setOver] = useState(false);
  const frozen = useRef<readonly Row[] | null>(null);
  const latestRef = useRef(latest);
  latestRef.current = latest;
  const [, redraw] = useState(0);

  const view = useMemo(() => {
    if (!over || !frozen.current) return { rows: [...latest], arrived: 0, left: 0, moved: false };
    const held = heldView(frozen.current, latest, id);
    frozen.current = held.rows;
    return held;
  }, [over, latest, id]);

  const release = useCallback(() => {
    frozen.current = latestRef.current;
    setOver(false);
    redraw((n) => n + 1);
  }, []);

  const hold = useMemo(
    () => ({
      onPointerEnter: (event: { pointerType: string }) => {
        if (event.pointerType !== "mouse") return;
        frozen.current = latestRef.current;
        setOver(true);
      },
      onPointerMove: (event: { pointerType: string }) => {
        if (event.pointerType !== "mouse") return;
        setOver((was) => {
          if (!was) frozen.current = latestRef.current;
          return true;
        });
      },
      onPointerLeave: () => {
        frozen.current = null;
        setOver(false);
      },
    }),
    [],
  );

  return { rows: view.rows, waiting: sayWaiting(view), hold, release };
}
