import { utilities } from "@cornerstonejs/core";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import classes from "./filmstrip.module.css";
import { loadSeries, type SeriesSummary } from "./imagery";
import { ImageryError, readLoaderError } from "./imageryError";
import { startEngine } from "./init";
import { onSeriesProgress, progressOfSeries } from "./seriesProgress";
import { firstShown } from "./stack";

/** Type under which a dragged series travels; its data is JSON {studyInstanceUid, seriesInstanceUid}. */
export const SERIES_DRAG_TYPE = "application/x-readroom-series";

export interface FilmstripProps {
  base: string;
  series: readonly SeriesSummary[];
  /** Series hung at present, marked in the rail. */
  hung: readonly string[];
  /** Name of the rail for screen readers, "Series of the current study". */
  label: string;
  orientation?: "vertical" | "horizontal";
  /** Click, Enter or Space: hang it in the active viewport. */
  onHang(series: SeriesSummary): void;
}

/** Thumbnails of a study's series: middle image, number, description, count, and how much of it is here already. */
export function Filmstrip({ base, series, hung, label, orientation = "vertical", onHang }: FilmstripProps) {
  if (series.length === 0) return <p className={classes.empty}>No series have arrived yet.</p>;
  return (
    <ul className={classes.strip} data-orientation={orientation} aria-label={label}>
      {series.map((one) => (
        <li key={one.seriesInstanceUid}>
          <Thumbnail
            base={base}
            series={one}
            isHung={hung.includes(one.seriesInstanceUid)}
            onHang={() => onHang(one)}
          />
        </li>
      ))}
    </ul>
  );
}

interface ThumbnailProps {
  base: string;
  series: SeriesSummary;
  isHung: boolean;
  onHang(): void;
}

function Thumbnail({ base, series, isHung, onHang }: ThumbnailProps) {
  const button = useRef<HTMLButtonElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [picture, setPicture] = useState<"waiting" | "shown" | "none" | "failed">("waiting");
  const [count, setCount] = useState(series.instances);
  const progress = useSyncExternalStore(onSeriesProgress, () => progressOfSeries(series.seriesInstanceUid));
  const { studyInstanceUid, seriesInstanceUid } = series;

  useEffect(() => {
    const target = button.current;
    if (!target) return;
    let gone = false;
    // only what is in sight is drawn: a study of forty series must not keep the first image waiting
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting) || !canvas.current) return;
      observer.disconnect();
      drawMiddle(canvas.current, base, studyInstanceUid, seriesInstanceUid).then(
        (images) => {
          if (gone) return;
          setCount(images);
          setPicture("shown");
        },
        (error: unknown) => {
          if (!gone) setPicture(error instanceof ImageryError && error.kind === "empty" ? "none" : "failed");
        },
      );
    });
    observer.observe(target);
    return () => {
      gone = true;
      observer.disconnect();
    };
  }, [base, studyInstanceUid, seriesInstanceUid]);

  const name = series.description ?? series.modality ?? "Series";
  const share = progress && progress.loaded < progress.total ? progress.loaded / progress.total : undefined;
  return (
    <button
      ref={button}
      type="button"
      className={classes.thumbnail}
      aria-pressed={isHung}
      title={name}
      draggable={picture !== "none"}
      onDragStart={(event) => {
        event.dataTransfer.setData(SERIES_DRAG_TYPE, JSON.stringify({ studyInstanceUid, seriesInstanceUid }));
        event.dataTransfer.effectAllowed = "copy";
      }}
      onClick={onHang}
    >
      <span className={classes.film} data-picture={picture}>
        <canvas ref={canvas} width={128} height={128} />
        {picture === "none" ? <span className={classes.word}>{series.modality ?? "No image"}</span> : null}
        {picture === "failed" ? <span className={classes.word}>not loaded</span> : null}
        {share === undefined ? null : <span className={classes.bar} style={{ width: `${share * 100}%` }} />}
      </span>
      <span className={classes.caption}>
        <span className={classes.number}>
          <span className="rr-visually-hidden">Series </span>
          {series.seriesNumber ?? "–"}
        </span>
        <span className={classes.name}>{name}</span>
        <span className={classes.count}>
          {count ?? ""}
          <span className="rr-visually-hidden"> {count === 1 ? "image" : "images"}</span>
        </span>
      </span>
    </button>
  );
}

/** Draws the series' first-shown image into the canvas and answers how many images the series has. */
async function drawMiddle(canvas: HTMLCanvasElement, base: string, study: string, series: string): Promise<number> {
  const [{ stack, imageIds }] = await Promise.all([loadSeries(base, study, series), startEngine()]);
  const imageId = imageIds[firstShown(stack)];
  if (!imageId) throw new ImageryError("empty", "there are no images in this series");
  try {
    await utilities.loadImageToCanvas({ canvas, imageId });
  } catch (error) {
    throw readLoaderError(error);
  }
  canvas.style.removeProperty("width");
  canvas.style.removeProperty("height");
  return imageIds.length;
}
