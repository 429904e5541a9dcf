import { Button } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import type { StudyDetail } from "@readroom/shared/contract/http/worklist.js";
import type { PointerPlace } from "@readroom/shared/contract/room.js";
import { IconPhotoExclamation, IconPlayerPause } from "@tabler/icons-react";
import { useCallback, useMemo, useRef, useState } from "react";
import { useRoom, useRoomState } from "../../../kernel/room/use-room";
import { useMay } from "../../../kernel/session";
import { timeOfDay } from "../../../ui/format";
import {
  type PlaneName,
  ViewportGrid,
  type ViewportGridHandle,
  type WindowPreset,
  windowPresets,
} from "../../../viewport/public";
import { StudyNotices } from "../../clocks/public";
import { ClaimMenu } from "../../worklist/public";
import { whyNoMarks as whyNoMarksOf } from "../model";
import classes from "../page.module.css";
import { createShownImage } from "../shown-image";
import { useClaim } from "../use-claim";
import { useMarks } from "../use-marks";
import { useNextAhead } from "../use-next-ahead";
import { usePlanes } from "../use-planes";
import { usePresence } from "../use-presence";
import { useRoomCompany } from "../use-room-company";
import { useRoomKeys } from "../use-room-keys";
import { useSide } from "../use-side";
import { useWall } from "../use-wall";
import { cellOf, type Hung, navigating, type WallChange } from "../wall";
import { ClaimBanner, Notice } from "./claim-banner";
import type { ImagePlace } from "./findings-tab";
import { FollowFrame } from "./follow-menu";
import { Header } from "./header";
import { LateMarks } from "./late-marks";
import { LineNotice } from "./line-notice";
import { RoomBody } from "./room-body";
import { SeriesRail } from "./series-rail";
import { useSideTabs } from "./side-content";
import { Toolbar } from "./toolbar";

const BASE = "/dicomweb";
/** What makes the wall one's own again, while one follows somebody. */
const ARRANGING: ReadonlySet<WallChange["type"]> = new Set(["hang", "compare", "layout", "planes", "images", "plane"]);

/** The room: header, images with their tools, and everything beside them. */
export function Room({ detail }: { detail: StudyDetail }) {
  const narrow = useMediaQuery("(max-width: 48em)", undefined, { getInitialValueInEffect: false });
  const grid = useRef<ViewportGridHandle | null>(null);
  const [shown] = useState(createShownImage);
  const hands = useClaim(detail);
  const { wall, change, series, cells, modality } = useWall(detail, narrow);
  useNextAhead(detail.row.studyId, narrow ?? false);
  const room = useRoom(detail.row.studyId);
  const snapshot = useRoomState(room);
  const presence = usePresence({ room, snapshot, grid, wall, change, shown, narrow: narrow ?? false });
  const marks = useMarks(BASE, detail.row.studyId, room, snapshot);
  const side = useSide(narrow ? "images" : "report");
  const pointed = useRef<PointerPlace | null>(null);
  const company = useRoomCompany({
    room,
    snapshot,
    grid,
    wall,
    pointed,
    showsChat: side.tab === "room",
    openChat: () => side.show("room"),
    jump: (place) => jump(place),
  });
  const presets = useMemo(() => windowPresets(modality), [modality]);
  const mayTakeOver = useMay("study.takeover");
  const [mayFinal, mayPreliminary] = [useMay("report.sign.final"), useMay("report.sign.preliminary")];
  const maySign = mayFinal || mayPreliminary;
  const whyNoMarks = whyNoMarksOf(snapshot);

  // what the reader hangs lets go of whom they follow; what following hangs goes to `change`
  const { letGo } = presence;
  const own = useCallback(
    (wanted: WallChange) => {
      if (ARRANGING.has(wanted.type)) letGo();
      change(wanted);
    },
    [letGo, change],
  );
  const hang = useCallback((one: Hung) => own({ type: "hang", series: one }), [own]);
  const planes = usePlanes({ grid, wall, narrow: narrow ?? false, change: own });
  const jump = (place: ImagePlace) => {
    const { plane, points } = place;
    if (plane && points && !plane.inImage && planes.showMark({ ...place, plane, points })) return letGo();
    const { studyInstanceUid, seriesInstanceUid, sopInstanceUid, frame } = place;
    const cell = cellOf(wall, seriesInstanceUid);
    if (cell === undefined) return hang({ studyInstanceUid, seriesInstanceUid, start: { sopInstanceUid, frame } });
    letGo();
    change({ type: "activate", cell });
    void grid.current?.viewport(cell)?.scrollTo(sopInstanceUid, frame);
  };
  const keyImage = () => {
    const view = grid.current?.viewport(wall.active)?.view();
    if (view && !whyNoMarks) marks.toggleKeyImage(view);
  };
  useRoomKeys({
    grid,
    wall,
    change: own,
    presets,
    presence,
    keyImage,
    planes: planes.toggle,
    critical: side.raise,
    privately: () => {
      if (marks.privately !== null) marks.keepPrivate(!marks.privately);
    },
    next: () => void hands.next(),
    sign: side.sign,
  });
  const rail = (
    <SeriesRail
      base={BASE}
      detail={detail}
      wall={wall}
      orientation={narrow ? "horizontal" : "vertical"}
      onHang={hang}
    />
  );
  const focusImages = () => document.querySelector<HTMLElement>(`.${classes.wall} [aria-current="true"]`)?.focus();
  const tabs = useSideTabs({
    detail,
    room,
    company,
    marks,
    series,
    wall,
    presence,
    hands,
    side,
    grid,
    jump,
    focusImages,
    mayMark: whyNoMarks === null,
    compare: (one) => own({ type: "compare", series: one }),
    images: narrow ? rail : null,
  });

  return (
    <div className={classes.room}>
      <Header
        detail={detail}
        presence={presence}
        series={series}
        mine={hands.standing.state === "mine"}
        claim={
          hands.standing.state === "mine" ? (
            <ClaimMenu line={detail.row} fence={hands.fence} onLeft={hands.left} />
          ) : null
        }
        onSign={maySign ? side.sign : null}
      />
      <LineNotice snapshot={snapshot} />
      <LateMarks room={room} snapshot={snapshot} />
      <ClaimBanner hands={hands} mayTakeOver={mayTakeOver} />
      <StudyNotices
        studyId={detail.row.studyId}
        timeZone={detail.row.site.timeZone}
        line={(props) => <Notice icon={<IconPhotoExclamation size={16} />} {...props} />}
      />
      {detail.row.claim.state === "held" && detail.row.claim.hold && hands.standing.state === "mine" ? (
        <Notice
          tone="calm"
          icon={<IconPlayerPause size={16} />}
          action={
            <Button size="compact-sm" loading={hands.busy} onClick={() => void hands.resume()}>
              Go on
            </Button>
          }
        >
          On hold: it stays yours until {timeOfDay(detail.row.claim.until)}, while you read another.
        </Notice>
      ) : null}
      <RoomBody narrow={narrow} tabs={tabs} side={side}>
        <div className={classes.films}>
          {narrow ? null : rail}
          <div className={classes.wall}>
            <FollowFrame presence={presence}>
              <ViewportGrid
                ref={grid}
                base={BASE}
                layout={wall.layout}
                cells={cells}
                active={wall.active}
                {...(wall.maximised === undefined ? {} : { maximised: wall.maximised })}
                tool={whyNoMarks ? navigating(wall.tool) : wall.tool}
                linked={wall.linked && wall.before === undefined}
                {...(wall.before && wall.layout === "1x1"
                  ? { onPlane: (plane: PlaneName) => own({ type: "plane", plane }) }
                  : {})}
                onActivate={(cell) => change({ type: "activate", cell })}
                onMaximise={(cell) => change({ type: "maximise", cell })}
                onHang={(cell, one) => own({ type: "hang", series: one, cell })}
                onReady={(cell, state) => {
                  presence.onReady(cell, state);
                  planes.onReady(cell);
                }}
                onViewChange={presence.onViewChange}
                onPointer={(cell, place) => {
                  pointed.current = place ?? pointed.current;
                  presence.onPointer(cell, place);
                }}
              />
            </FollowFrame>
          </div>
        </div>
        <Toolbar
          wall={wall}
          change={own}
          presets={presets}
          setPreset={(preset: WindowPreset) => grid.current?.setPreset(preset)}
          run={(command) => grid.current?.run(command)}
          presence={presence}
          saved={marks.saved}
          privately={marks.privately}
          onPrivately={marks.keepPrivate}
          whyNoMarks={whyNoMarks}
          shown={shown}
          keyImages={marks.keyImages}
          onKeyImage={keyImage}
          onPlanes={planes.toggle}
        />
      </RoomBody>
    </div>
  );
}
