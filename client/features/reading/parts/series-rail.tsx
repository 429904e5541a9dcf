import type { PriorView, StudyDetail } from "@readroom/shared/contract/http/worklist.js";
import { memo } from "react";
import { dateOnly } from "../../../ui/format";
import { Filmstrip, type SeriesSummary } from "../../../viewport/public";
import { type Hung, hungUids, seriesOf, seriesOfPrior, type Wall, type WallSeries } from "../wall";
import classes from "./series-rail.module.css";

interface RailProps {
  base: string;
  detail: StudyDetail;
  wall: Wall;
  orientation: "vertical" | "horizontal";
  onHang(series: Hung): void;
}

/** The study's series, then those of its priors, each of which opens. */
export const SeriesRail = memo(function SeriesRail({ base, detail, wall, orientation, onHang }: RailProps) {
  const hung = hungUids(wall);
  const strip = (series: readonly WallSeries[], label: string) => (
    <Filmstrip
      base={base}
      series={series.map(summaryOf)}
      hung={hung}
      label={label}
      orientation={orientation}
      onHang={onHang}
    />
  );
  const current = seriesOf({ ...detail, priors: [] });
  return (
    <nav className={classes.rail} data-orientation={orientation} aria-label="Series">
      <h2 className={classes.heading}>This study</h2>
      {strip(current, "Series of this study")}
      {detail.priors.map((prior) => (
        <details key={prior.studyId} className={classes.prior} open={isHung(prior, hung)}>
          <summary className={classes.summary} title={prior.procedure}>
            <span className={classes.name}>{prior.procedure || prior.modalities.join(", ")}</span>
            <span className={classes.date}>{prior.studyDay ? dateOnly(prior.studyDay) : "no date"}</span>
          </summary>
          {strip(seriesOfPrior(prior), `Series of the prior ${prior.procedure}`)}
        </details>
      ))}
    </nav>
  );
});

const isHung = (prior: PriorView, hung: readonly string[]): boolean =>
  prior.series.some((series) => hung.includes(series.seriesInstanceUid));

function summaryOf(series: WallSeries): SeriesSummary {
  return {
    studyInstanceUid: series.studyInstanceUid,
    seriesInstanceUid: series.seriesInstanceUid,
    seriesNumber: series.number ?? undefined,
    modality: series.modality || undefined,
    description: series.description || undefined,
    instances: series.instances,
  };
}
