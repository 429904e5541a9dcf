import { ActionIcon, Button, Tooltip } from "@mantine/core";
import {
  type AnnotationKind,
  type AnnotationRecord,
  describeMeasurement,
  isAccepted,
} from "@readroom/shared/crdt/annotation.js";
import type { KeyImage } from "@readroom/shared/crdt/reading.js";
import {
  IconAngle,
  IconArrowUpLeft,
  IconCheck,
  IconEye,
  IconLock,
  IconOvalVertical,
  IconPointer,
  IconRectangle,
  IconRuler2,
  IconStarFilled,
  IconTrash,
} from "@tabler/icons-react";
import { type ComponentType, useState } from "react";
import { EmptyState } from "../../../ui/states";
import { planeOf } from "../../../viewport/public";
import { MarkThread, TalkButton } from "../../report/public";
import type { Marks } from "../use-marks";
import type { WallSeries } from "../wall";
import classes from "./panels.module.css";

const ICONS: Record<AnnotationKind, ComponentType<{ size?: number; stroke?: number }>> = {
  length: IconRuler2,
  angle: IconAngle,
  ellipse: IconOvalVertical,
  rectangle: IconRectangle,
  arrow: IconArrowUpLeft,
  probe: IconPointer,
};
const NAMES: Record<AnnotationKind, string> = {
  length: "Length",
  angle: "Angle",
  ellipse: "Ellipse",
  rectangle: "Rectangle",
  arrow: "Arrow",
  probe: "Probe",
};

/** Where an image is. */
export interface ImagePlace {
  studyInstanceUid: string;
  seriesInstanceUid: string;
  sopInstanceUid: string;
  frame: number;
  /** Of a mark that was drawn in a plane through the volume. */
  plane?: AnnotationRecord["plane"];
  points?: AnnotationRecord["points"];
}

interface FindingsProps {
  studyId: string;
  marks: Marks;
  series: readonly WallSeries[];
  /** Number of that image in its stack, where the stack is loaded; from 1. */
  imageNumber(place: ImagePlace): number | undefined;
  jump(place: ImagePlace): void;
  /** null: there is no report to write in now. */
  insert: ((annotationId: string) => void) | null;
  mayMark: boolean;
}

/** What was measured and marked in this study, by whom, and the key images. */
export function FindingsTab({ studyId, marks, series, imageNumber, jump, insert, mayMark }: FindingsProps) {
  const { records, keyImages } = marks;
  if (records.length === 0 && keyImages.length === 0) {
    return (
      <EmptyState icon={<IconRuler2 size={28} stroke={1.4} />} title="No marks yet">
        Measure with L (length), E (ellipse) or A (angle); everybody in the room sees it at once. Y makes the image a
        key image.
      </EmptyState>
    );
  }
  const where = (place: ImagePlace) => whereOf(place, series, imageNumber(place));
  const ordered = [...records].sort((a, b) => a.createdAt.localeCompare(b.createdAt));
  const drafts = ordered.filter((mark) => !isAccepted(mark) && !marks.isPrivate(mark.id)).map(({ id }) => id);
  const { accept } = marks;
  return (
    <div className={classes.panel}>
      {drafts.length > 0 ? (
        <p className={classes.drafts}>
          <span>
            {drafts.length === 1 ? "One mark is a draft" : `${drafts.length} marks are drafts`}: not sent with the
            report until accepted.
          </span>
          {accept && drafts.length > 1 ? (
            <Button size="compact-xs" variant="default" onClick={() => accept(drafts)}>
              Accept all
            </Button>
          ) : null}
        </p>
      ) : null}
      <ul className={classes.marks} aria-label="Marks">
        {ordered.map((mark) => (
          <Mark
            key={mark.id}
            studyId={studyId}
            mark={mark}
            where={where(mark)}
            jump={() => jump(mark)}
            insert={insert}
            standing={marks.isPrivate(mark.id) ? "private" : isAccepted(mark) ? "accepted" : "draft"}
            {...(accept ? { accept: () => accept([mark.id]) } : {})}
            {...(mayMark ? { remove: () => marks.remove(mark.id), share: () => marks.share(mark.id) } : {})}
          />
        ))}
      </ul>
      {keyImages.length > 0 ? <h3 className={classes.heading}>Key images</h3> : null}
      <ul className={classes.marks} aria-label="Key images">
        {keyImages.map((image) => (
          <KeyImageLine key={image.id} image={image} where={where(image)} jump={() => jump(image)} />
        ))}
      </ul>
    </div>
  );
}

interface MarkProps {
  studyId: string;
  mark: AnnotationRecord;
  where: string;
  jump(): void;
  insert: ((annotationId: string) => void) | null;
  standing: "accepted" | "draft" | "private";
  accept?(): void;
  share?(): void;
  remove?(): void;
}

function Mark({ studyId, mark, where, jump, insert, standing, accept, share, remove }: MarkProps) {
  const [talking, setTalking] = useState(false);
  const Icon = ICONS[mark.kind];
  const figure = describeMeasurement(mark);
  const name = figure || mark.text || NAMES[mark.kind];
  const talk = { studyId, markId: mark.id, quote: figure && mark.text ? `${figure}, ${mark.text}` : name };
  return (
    <li>
      <div className={classes.mark}>
        <button type="button" className={classes.jump} onClick={jump}>
          <Icon size={16} stroke={1.6} />
          <span className={classes.figure}>{name}</span>
          {standing === "draft" ? <span className={classes.standing}>draft</span> : null}
          {standing === "private" ? (
            <span className={classes.standing}>
              <IconLock size={12} stroke={1.8} aria-hidden="true" /> only you
            </span>
          ) : null}
          <span className={classes.soft}>
            {figure && mark.text ? `${mark.text} · ` : ""}
            {where} · {mark.author.name}
            {mark.acceptedBy ? `, accepted by ${mark.acceptedBy.name}` : ""}
          </span>
        </button>
        {standing === "draft" && accept ? (
          <Action hint="Accept: it goes out with the report" name={`Accept ${name}`} icon={IconCheck} run={accept} />
        ) : null}
        {standing === "private" && share ? (
          <Action hint="Show to everybody in the room" name={`Share ${name}`} icon={IconEye} run={share} />
        ) : null}
        {insert && figure ? (
          <Button size="compact-xs" variant="default" onClick={() => insert(mark.id)}>
            Insert in report
          </Button>
        ) : null}
        {standing === "private" ? null : <TalkButton {...talk} open={talking} onToggle={() => setTalking(!talking)} />}
        {remove ? (
          <Action hint="Delete" name={`Delete ${figure || NAMES[mark.kind]}`} icon={IconTrash} run={remove} />
        ) : null}
      </div>
      {talking ? <MarkThread {...talk} onShow={jump} onClose={() => setTalking(false)} /> : null}
    </li>
  );
}

function Action({ hint, name, icon: Icon, run }: { hint: string; name: string; icon: typeof IconTrash; run(): void }) {
  return (
    <Tooltip label={hint}>
      <ActionIcon aria-label={name} onClick={run}>
        <Icon size={15} stroke={1.6} />
      </ActionIcon>
    </Tooltip>
  );
}

function KeyImageLine({ image, where, jump }: { image: KeyImage; where: string; jump(): void }) {
  return (
    <li className={classes.mark}>
      <button type="button" className={classes.jump} onClick={jump}>
        <IconStarFilled size={14} />
        <span className={classes.figure}>{where}</span>
        <span className={classes.soft}>
          {image.note ? `${image.note} · ` : ""}
          {image.author.name}
        </span>
      </button>
    </li>
  );
}

function whereOf(place: ImagePlace, series: readonly WallSeries[], number: number | undefined): string {
  const found = series.find((one) => one.seriesInstanceUid === place.seriesInstanceUid);
  const name = found ? found.description || `${found.modality} ${found.number ?? ""}`.trim() : "another series";
  const image = number ? `, image ${number}` : place.frame > 1 ? `, frame ${place.frame}` : "";
  const plane = place.plane && !place.plane.inImage ? `, ${planeOf(place.plane.normal)} plane` : "";
  return `${found?.prior ? "Prior: " : ""}${name}${plane}${plane && image ? ` near${image.slice(1)}` : image}`;
}
