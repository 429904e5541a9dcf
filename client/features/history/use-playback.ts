import { useEffect, useState } from "react";
import { type Axis, stepAt } from "./model";

export const SPEEDS = [1, 4, 16] as const;
export type Speed = (typeof SPEEDS)[number];
const TICK_MS = 500;
const STEP_MS = 250;

export interface Playback {
  /** Place on the axis, ms. */
  readonly place: number;
  readonly at: number;
  readonly playing: boolean;
  readonly speed: Speed;
  play(on: boolean): void;
  go(place: number): void;
  setSpeed(speed: Speed): void;
}

/** Where the past is looked at, and whether it runs. It begins at its end: how the room stands. */
export function usePlayback(axis: Axis): Playback {
  const [wanted, setWanted] = useState<number | null>(null);
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState<Speed>(4);
  const { length } = axis;
  const place = Math.min(wanted ?? length, length);
  useEffect(() => {
    if (!playing) return undefined;
    const timer = setInterval(() => {
      setWanted((now) => Math.min(length, (now ?? length) + TICK_MS * speed));
    }, TICK_MS);
    return () => clearInterval(timer);
  }, [playing, speed, length]);
  useEffect(() => {
    if (playing && place >= length) setPlaying(false);
  }, [playing, place, length]);
  return {
    place,
    at: stepAt(axis, place, STEP_MS),
    playing,
    speed,
    play(on) {
      if (on && place >= length) setWanted(0);
      setPlaying(on);
    },
    go(next) {
      setPlaying(false);
      setWanted(Math.max(0, Math.min(length, next)));
    },
    setSpeed,
  };
}
