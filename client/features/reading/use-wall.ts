import type { StudyDetail } from "@readroom/shared/contract/http/worklist.js";
import { useEffect, useMemo, useReducer, useRef } from "react";
import { dateOnly } from "../../ui/format";
import type { HungSeries } from "../../viewport/public";
import { changeWall, emptyWall, hangingOf, seriesOf, type Wall, type WallChange, type WallSeries } from "./wall";

export interface WallInHand {
  wall: Wall;
  change(change: WallChange): void;
  series: readonly WallSeries[];
  /** As the grid takes them: with badges of priors, and a revision that rises while a series is arriving. */
  cells: readonly (HungSeries | undefined)[];
  modality: string | undefined;
}

/** What hangs where. Until somebody arranges it, the hanging follows what arrives. */
export function useWall(detail: StudyDetail, narrow: boolean): WallInHand {
  const [wall, change] = useReducer(changeWall, detail, (first) =>
    changeWall(
      { ...emptyWall, tool: narrow ? "scroll" : "window" },
      { type: "arrived", hanging: hangingOf(first, narrow) },
    ),
  );
  const { row, series: own, priors } = detail;
  const series = useMemo(() => seriesOf({ row, series: own, priors }), [row, own, priors]);
  const empty = wall.cells.every((cell) => cell === undefined);
  useEffect(() => {
    if (empty) change({ type: "arrived", hanging: hangingOf(detail, narrow) });
  }, [detail, narrow, empty]);

  const revisionOf = useRevisions(series);
  const { patient } = row;
  const cells = useMemo(
    () =>
      wall.cells.map((hung): HungSeries | undefined => {
        if (!hung) return undefined;
        const found = series.find((one) => one.seriesInstanceUid === hung.seriesInstanceUid);
        const badge = found?.prior ? `Prior${found.prior.day ? ` · ${dateOnly(found.prior.day)}` : ""}` : undefined;
        return {
          ...hung,
          revision: revisionOf(hung.seriesInstanceUid),
          text: {
            patientName: patient.name,
            patientDetail: [
              [patient.age, patient.sex].filter(Boolean).join(" "),
              patient.mrn ? `MRN ${patient.mrn}` : "",
            ]
              .filter(Boolean)
              .join(" · "),
            ...(badge ? { badge } : {}),
          },
        };
      }),
    [wall.cells, series, patient, revisionOf],
  );
  const active = wall.cells[wall.active];
  return {
    wall,
    change,
    series,
    cells,
    modality: series.find((one) => one.seriesInstanceUid === active?.seriesInstanceUid)?.modality,
  };
}

/** How many images came to a series since it was first seen here: 0 asks for its metadata once, more asks for them anew. */
function useRevisions(series: readonly WallSeries[]): (seriesInstanceUid: string) => number {
  const first = useRef(new Map<string, number>());
  return useMemo(() => {
    const now = new Map(series.map((one) => [one.seriesInstanceUid, one.instances]));
    for (const [uid, instances] of now) if (!first.current.has(uid)) first.current.set(uid, instances);
    return (uid: string) => Math.max(0, (now.get(uid) ?? 0) - (first.current.get(uid) ?? 0));
  }, [series]);
}
