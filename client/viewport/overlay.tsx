import { useSyncExternalStore } from "react";
import { orientationLetters, scale } from "./geometry";
import classes from "./overlay.module.css";
import type { ShownView, ViewSnapshot } from "./shownView";
import { scaleBar } from "./viewState";
import { planeLabels } from "./volume";
import { presetOf } from "./windowPresets";

/** What the archive's header does not say, or the room knows better (a name corrected in the registration). */
export interface OverlayText {
  patientName?: string;
  /** Second line, e.g. "71 F · MRN 00123". */
  patientDetail?: string;
  /** Set apart at the top right: "Prior · 14 Mar 2025". */
  badge?: string;
}

function useSnapshot(view: ShownView): ViewSnapshot {
  return useSyncExternalStore(view.subscribe, view.snapshot);
}

/** Text in the corners, orientation letters, scale bar. It redraws alone: the viewport above it does not render again. */
export function CornerOverlay({ view, text = {} }: { view: ShownView; text?: OverlayText }) {
  const shown = useSnapshot(view);
  if (!shown.stack) return null;
  return (
    <div className={classes.overlay} aria-hidden="true">
      <PatientCorner {...shown} text={text} />
      <SeriesCorner {...shown} text={text} />
      <WindowCorner {...shown} />
      <ImageCorner {...shown} />
      <Orientation {...shown} />
      <ScaleBar {...shown} />
    </div>
  );
}

function PatientCorner({ stack, text }: ViewSnapshot & { text: OverlayText }) {
  const patient = stack?.patient;
  const detail =
    text.patientDetail ?? [patient?.id, isoDate(patient?.birthDate), patient?.sex].filter(Boolean).join(" · ");
  return (
    <div className={classes.topLeft}>
      <strong>{text.patientName ?? patient?.name}</strong>
      <span>{detail}</span>
      <span className={classes.soft}>
        {[isoDate(stack?.studyDate), stack?.studyDescription].filter(Boolean).join(" · ")}
      </span>
    </div>
  );
}

function SeriesCorner({ stack, text, cut }: ViewSnapshot & { text: OverlayText }) {
  const number = stack?.seriesNumber === undefined ? undefined : `Se ${stack.seriesNumber}`;
  return (
    <div className={classes.topRight}>
      {text.badge ? <span className={classes.badge}>{text.badge}</span> : null}
      {cut ? (
        <span className={classes.plane} data-plane={cut.name}>
          {planeLabels[cut.name]}
        </span>
      ) : null}
      <span>{[stack?.modality, number].filter(Boolean).join(" · ")}</span>
      <span className={classes.soft}>{stack?.seriesDescription}</span>
    </div>
  );
}

function WindowCorner({ stack, view, magnification, image }: ViewSnapshot) {
  if (!view) return <div className={classes.bottomLeft} />;
  const preset = presetOf(stack?.modality, view.voi, image?.acquired);
  const words = [preset?.label, view.invert ? "inverted" : undefined].filter(Boolean).join(" · ");
  const turned = [
    view.flipHorizontal ? "flipped left to right" : undefined,
    view.flipVertical ? "flipped top to bottom" : undefined,
    view.rotation ? `turned ${Math.round(view.rotation)}°` : undefined,
  ].filter(Boolean);
  return (
    <div className={classes.bottomLeft}>
      {turned.length > 0 ? <span className={classes.badge}>{turned.join(" · ")}</span> : null}
      {words ? <span className={classes.soft}>{words}</span> : null}
      <span>
        W {grey(view.voi.windowWidth)} <span className={classes.gap} /> L {grey(view.voi.windowCenter)}
      </span>
      <span>
        × {magnification?.toFixed(2)}
        {image?.spacing === "none" ? <span className={classes.soft}> · not calibrated</span> : null}
        {image?.spacing === "detector" ? <span className={classes.soft}> · scale at detector</span> : null}
      </span>
    </div>
  );
}

function ImageCorner({ stack, image, index, loaded, cut }: ViewSnapshot) {
  const total = stack?.images.length ?? 0;
  const thickness = cut ? undefined : image?.thicknessMm;
  return (
    <div className={classes.bottomRight}>
      {thickness !== undefined && thickness > 0 ? (
        <span className={classes.soft}>{`${+thickness.toFixed(2)} mm`}</span>
      ) : null}
      {cut && cut.failedSlices > 0 ? (
        <span className={classes.gaps}>{`${cut.failedSlices} of ${total} slices missing`}</span>
      ) : null}
      <span>{cut ? `${cut.step + 1} / ${cut.steps}` : `${index + 1} / ${total}`}</span>
      {loaded < total ? (
        <span className={classes.progress}>
          <span style={{ width: `${(100 * loaded) / Math.max(1, total)}%` }} />
        </span>
      ) : null}
    </div>
  );
}

function Orientation({ directions, image }: ViewSnapshot) {
  if (!directions || !image?.plane) return null;
  const { right, down } = directions;
  return (
    <>
      <span className={classes.left}>{orientationLetters(scale(right, -1))}</span>
      <span className={classes.right}>{orientationLetters(right)}</span>
      <span className={classes.top}>{orientationLetters(scale(down, -1))}</span>
      <span className={classes.bottom}>{orientationLetters(down)}</span>
    </>
  );
}

function ScaleBar({ view, image }: ViewSnapshot) {
  if (!view || !image || image.spacing === "none") return null;
  const bar = scaleBar(view.zoom);
  return (
    <div className={classes.scale} style={{ height: `${bar.share * 100}%` }}>
      <span>{bar.label}</span>
    </div>
  );
}

const grey = (value: number) => (Math.abs(value) >= 10 ? value.toFixed(0) : +value.toPrecision(3));

/** DICOM date (YYYYMMDD) as ISO; other text is shown as it is. */
function isoDate(date: string | undefined): string | undefined {
  const match = /^(\d{4})(\d{2})(\d{2})$/.exec(date ?? "");
  return match ? `${match[1]}-${match[2]}-${match[3]}` : date;
}
