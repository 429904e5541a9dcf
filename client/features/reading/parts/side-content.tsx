import type { PriorView, StudyDetail } from "@readroom/shared/contract/http/worklist.js";
import type { RoomChatLine } from "@readroom/shared/contract/room-company.js";
import type { Mend } from "@readroom/shared/domain/report-checks/checks.js";
import { memo, type ReactNode, type RefObject, useCallback, useRef, useState } from "react";
import type { RoomProvider } from "../../../kernel/room/provider";
import type { ViewportGridHandle } from "../../../viewport/public";
import { type ReportHandle, ReportPanel } from "../../report/public";
import type { ClaimHands } from "../use-claim";
import type { Marks } from "../use-marks";
import type { Presence } from "../use-presence";
import type { Side } from "../use-side";
import { type Hung, hungUids, mainSeries, type Wall, type WallSeries } from "../wall";
import { FindingsTab, type ImagePlace } from "./findings-tab";
import { OrderTab } from "./order-tab";
import { PriorsTab } from "./priors-tab";
import { type RoomCompany, RoomTab } from "./room-tab";
import type { SideTabContent } from "./side-tabs";

interface SideParts {
  detail: StudyDetail;
  room: RoomProvider | null;
  company: Omit<RoomCompany, "takeOver">;
  marks: Marks;
  series: readonly WallSeries[];
  wall: Wall;
  presence: Presence;
  hands: ClaimHands;
  side: Side;
  grid: RefObject<ViewportGridHandle | null>;
  mayMark: boolean;
  jump(place: ImagePlace): void;
  compare(series: Hung): void;
  focusImages(): void;
  /** The series as a tab of its own, where there is no room for a rail. */
  images: ReactNode;
}

/** Marks are drawn many times a second while one is moved; the report has its own eyes on them and is not rendered for it. */
const Report = memo(ReportPanel);

/** What stands beside the images, tab by tab. */
export function useSideTabs(parts: SideParts): SideTabContent[] {
  const { detail, room, marks, series, wall, presence, hands, side } = parts;
  const [editor, setEditor] = useState<ReportHandle | null>(null);
  const newest = useRef(parts);
  newest.current = parts;
  const showMeasurement = useCallback((annotationId: string) => {
    const mark = newest.current.marks.records.find(({ id }) => id === annotationId);
    if (mark) newest.current.jump(mark);
  }, []);
  const leave = useCallback(() => newest.current.focusImages(), []);
  const mend = useCallback((to: Mend) => {
    const { side, focusImages } = newest.current;
    if (to.kind === "critical") side.raise();
    else if (to.kind === "order") side.show("order");
    else if (to.kind === "images") focusImages();
  }, []);
  const insert = (annotationId: string) => {
    // What the report says is on the image for everybody, and no draft.
    if (marks.isPrivate(annotationId)) marks.share(annotationId);
    marks.accept?.([annotationId]);
    side.show("report");
    editor?.insertMeasurement(annotationId);
  };
  const takeOver = editor
    ? (line: RoomChatLine) => {
        side.show("report");
        editor.insertText(line.text);
      }
    : null;
  const copy = (prior: PriorView) => {
    side.show("report");
    const day = prior.studyDay ? ` of ${prior.studyDay.replace(/^(\d{4})(\d{2})(\d{2})$/, "$1-$2-$3")}` : "";
    editor?.bring(` ${prior.procedure || "Earlier study"}${day}: ${prior.impression}`, "comparison", "comparison");
  };
  const imageNumber = (place: ImagePlace) => {
    const hung = wall.cells.findIndex((one) => one?.seriesInstanceUid === place.seriesInstanceUid);
    const cell = hung < 0 ? undefined : hung;
    const images = cell === undefined ? undefined : parts.grid.current?.viewport(cell)?.stack()?.images;
    const at = images?.findIndex(
      (image) => image.sopInstanceUid === place.sopInstanceUid && image.frame === place.frame,
    );
    return at === undefined || at < 0 ? undefined : at + 1;
  };

  return [
    ...(parts.images ? [{ id: "images" as const, label: "Images", content: parts.images }] : []),
    {
      id: "report",
      label: "Report",
      kept: true,
      content: (
        <Report
          studyId={detail.row.studyId}
          fence={hands.fence}
          reading={room}
          signSignal={side.signSignal}
          onShowMeasurement={showMeasurement}
          onLeave={leave}
          onReady={setEditor}
          onMend={mend}
        />
      ),
    },
    {
      id: "findings",
      label: "Findings",
      count: marks.records.length,
      content: (
        <FindingsTab
          studyId={detail.row.studyId}
          marks={marks}
          series={series}
          imageNumber={imageNumber}
          jump={parts.jump}
          insert={editor ? insert : null}
          mayMark={parts.mayMark}
        />
      ),
    },
    { id: "order", label: "Order", content: <OrderTab detail={detail} /> },
    {
      id: "priors",
      label: "Priors",
      count: detail.priors.length,
      content: (
        <PriorsTab
          priors={detail.priors}
          modality={mainSeries(detail.series)?.modality}
          hung={hungUids(wall)}
          compare={parts.compare}
          copy={editor ? copy : null}
        />
      ),
    },
    {
      id: "room",
      label: "Room",
      count: presence.others.length,
      content: (
        <RoomTab
          detail={detail}
          presence={presence}
          series={series}
          criticalSignal={side.criticalSignal}
          room={room}
          company={{ ...parts.company, takeOver }}
          imageNumber={imageNumber}
        />
      ),
    },
  ];
}
