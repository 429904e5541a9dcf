import { type KeyboardEvent, type MouseEvent, memo, useId, useMemo, useRef, useState } from "react";
import { useNow } from "../../../ui/now";
import { densityOf, type Lane, MARKS, type Placed, place, rowsOf, standingOf, tickInWords } from "../model";
import classes from "./lanes.module.css";

/** px around the pointer within which a tick is meant: what is drawn is smaller than a finger. */
const REACH = 26;
const TOP = 8;
/** ms: crowded lanes are drawn anew less often; their ticks move less than a pixel meanwhile. */
const SLOW = 10_000;

interface TrackProps {
  lane: Lane;
  picked: string | null;
  onPick(studyId: string): void;
}

/**
 * One lane's axis as a list of options: Tab reaches it once, the arrows go along its studies by time, Enter (or a click near one) opens
 * the study's card. What is meant is said beside it.
 */
export function Track({ lane, picked, onPick }: TrackProps) {
  const second = useNow();
  const density = useMemo(() => densityOf(lane.ticks.length), [lane.ticks.length]);
  const now = density.name === "few" ? second : Math.floor(second / SLOW) * SLOW;
  const placed = useMemo(() => rowsOf(lane.ticks, now, density), [lane.ticks, now, density]);
  const [meant, setMeant] = useState<string | null>(null);
  const [focused, setFocused] = useState(false);
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const at = placed.findIndex(({ tick }) => tick.studyId === meant);
  const current = placed[at];

  const near = (event: MouseEvent): Placed | null => {
    const bounds = box.current?.getBoundingClientRect();
    if (!bounds) return null;
    const [x, y] = [event.clientX - bounds.left, event.clientY - bounds.top];
    const far = (one: Placed) => Math.hypot(one.at * bounds.width - x, TOP + (one.row + 0.5) * density.step - y);
    let best: Placed | null = null;
    for (const one of placed) if (far(one) < Math.min(REACH, best ? far(best) : REACH)) best = one;
    return best;
  };
  const go = (event: KeyboardEvent) => {
    const last = placed.length - 1;
    const step = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: last }[
      event.key
    ];
    if (step !== undefined) {
      event.preventDefault();
      setMeant(placed[Math.max(0, Math.min(last, step))]?.tick.studyId ?? null);
    }
    if ((event.key === "Enter" || event.key === " ") && current) {
      event.preventDefault();
      onPick(current.tick.studyId);
    }
  };
  const height = 2 * TOP + density.rows * density.step;
  return (
    <div className={classes.track} style={{ minHeight: height }}>
      <Rules />
      {placed.length === 0 ? (
        <p className={classes.none}>Nothing waits here</p>
      ) : (
        <div
          ref={box}
          className={classes.ticks}
          role="listbox"
          aria-label={`Studies of ${lane.pool.name}, by the time that is left`}
          aria-activedescendant={current ? `${id}-${current.tick.studyId}` : undefined}
          tabIndex={0}
          onKeyDown={go}
          onFocus={() => {
            setFocused(true);
            if (!current) setMeant(placed[0]?.tick.studyId ?? null);
          }}
          onBlur={() => {
            setFocused(false);
            setMeant(null);
          }}
          onMouseMove={(event) => {
            const found = near(event);
            if (found || !focused) setMeant(found?.tick.studyId ?? null);
          }}
          onMouseLeave={() => (focused ? undefined : setMeant(null))}
          onClick={(event) => {
            const found = near(event);
            if (found) onPick(found.tick.studyId);
          }}
        >
          {placed.map(({ tick, at: share, row }) => (
            <TickMark
              key={tick.studyId}
              id={`${id}-${tick.studyId}`}
              left={share}
              top={TOP + row * density.step}
              size={density.name}
              urgency={tick.urgency}
              standing={standingOf(tick, now)}
              held={tick.holder !== null}
              meant={tick.studyId === meant}
              picked={tick.studyId === picked}
              words={tickInWords(tick, now)}
            />
          ))}
        </div>
      )}
      {current ? (
        <div
          className={classes.said}
          data-side={current.at > 0.6 ? "left" : "right"}
          style={{ left: `${100 * current.at}%`, top: TOP + (current.row + 1) * density.step + 4 }}
          aria-hidden="true"
        >
          {tickInWords(current.tick, second)}
        </div>
      ) : null}
    </div>
  );
}

const Rules = memo(function Rules() {
  return (
    <div aria-hidden="true">
      <span className={classes.zone} style={{ width: `${100 * place(0)}%` }} />
      {MARKS.map((mark) => (
        <span
          key={mark.label}
          className={classes.rule}
          data-now={mark.left === 0}
          style={{ left: `${100 * place(mark.left)}%` }}
        />
      ))}
    </div>
  );
});

interface MarkProps {
  id: string;
  left: number;
  top: number;
  size: string;
  urgency: string;
  standing: string;
  held: boolean;
  meant: boolean;
  picked: boolean;
  words: string;
}

const TickMark = memo(function TickMark({
  id,
  left,
  top,
  size,
  urgency,
  standing,
  held,
  meant,
  picked,
  words,
}: MarkProps) {
  return (
    <div
      id={id}
      role="option"
      aria-selected={picked}
      aria-label={words}
      tabIndex={-1}
      className={classes.tick}
      data-size={size}
      data-urgency={urgency}
      data-standing={standing}
      data-held={held}
      data-meant={meant}
      style={{ left: `${100 * left}%`, top }}
    />
  );
});
