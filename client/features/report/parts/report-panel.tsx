import { Skeleton } from "@mantine/core";
import type { Mend } from "@readroom/shared/domain/report-checks/checks.js";
import { IconFileText } from "@tabler/icons-react";
import { useCallback, useEffect, useEffectEvent, useMemo, useRef, useState } from "react";
import { asHubError } from "../../../kernel/api";
import type { RoomProvider } from "../../../kernel/room/provider";
import { useDocumentRoom } from "../../../kernel/room/use-room";
import { useMay } from "../../../kernel/session";
import { EmptyState, ErrorState } from "../../../ui/states";
import { toast } from "../../../ui/toast";
import { measurementsIn, noMeasurements } from "../editor/measurement";
import classes from "../report.module.css";
import { useBeginAddition, useBeginReport, useReport } from "../use-report";
import { useSnippets } from "../use-templates";
import { BeginReport } from "./begin-report";
import { LateReports } from "./late-report";
import { authorColour, ReportEditor, type ReportHandle } from "./report-editor";
import { SignPanel } from "./sign-panel";
import { SignedView } from "./signed-view";

export interface ReportPanelProps {
  readonly studyId: string;
  /** Fencing token of the person's claim (the study's current one for an addendum). */
  readonly fence: number;
  /** The reading room, for live measurements; null while it is opened. */
  readonly reading: RoomProvider | null;
  /** Each new value opens the signature, as the room's header and key do; 0 asks for nothing. */
  readonly signSignal?: number;
  readonly onShowMeasurement: (annotationId: string) => void;
  readonly onLeave: () => void;
  readonly onReady?: (handle: ReportHandle | null) => void;
  /** What a point before a signature asks for outside the text: the call, the images, the order. */
  readonly onMend?: (mend: Mend) => void;
}

/** The whole report column of a reading: begin, write, sign, signed, add. */
export function ReportPanel({
  studyId,
  fence,
  reading,
  signSignal = 0,
  onMend,
  onReady,
  ...editing
}: ReportPanelProps) {
  const report = useReport(studyId);
  const begin = useBeginReport(studyId);
  const add = useBeginAddition(studyId);
  const mayWrite = useMay("report.write");
  const room = useDocumentRoom(report.data?.draft?.documentId ?? null);
  const source = useMemo(() => (reading ? measurementsIn(reading) : noMeasurements), [reading]);
  const [signing, setSigning] = useState(false);
  const asked = useEffectEvent(() => {
    if (report.data?.draft) setSigning(true);
    else if (report.data)
      toast.refused(
        report.data.state === "none"
          ? "There is no report yet: begin it first."
          : "It is signed. An addendum or a correction is begun under it.",
      );
  });
  useEffect(() => {
    if (signSignal > 0) asked();
  }, [signSignal]);
  const snippets = useSnippets();
  const handle = useRef<ReportHandle | null>(null);
  // Whoever begins a report types on: until the text has the focus, keys would turn the images.
  const begun = useRef(false);
  const ready = useCallback(
    (now: ReportHandle | null) => {
      handle.current = now;
      if (now && begun.current) now.focus();
      if (now) begun.current = false;
      onReady?.(now);
    },
    [onReady],
  );
  const seen = useRef<number | null>(null);
  seen.current ??= report.data?.facts.instances ?? null;
  const mend = (to: Mend): void => {
    setSigning(false);
    // The dialog gives the focus back when it has closed: only then does the text take it.
    requestAnimationFrame(() => requestAnimationFrame(() => handle.current?.goTo(to)));
    onMend?.(to);
  };
  const failed = (thrown: unknown): void => void toast.failed(asHubError(thrown).message);

  if (report.isPending) return <Skeleton height="100%" />;
  if (report.isError) {
    return (
      <ErrorState
        title="The report could not be loaded"
        error={asHubError(report.error)}
        safe="What was saved is safe."
        onRetry={() => void report.refetch()}
      />
    );
  }
  if (report.data.state === "none") {
    return (
      <EmptyState
        icon={<IconFileText size={28} stroke={1.5} />}
        title="No report yet"
        action={
          mayWrite ? (
            <BeginReport
              studyId={studyId}
              busy={begin.isPending}
              onBegin={(templateId) => {
                begun.current = true;
                begin.mutate(templateId ? { templateId } : {}, { onError: failed });
              }}
            />
          ) : undefined
        }
      >
        {mayWrite
          ? "It starts from the template that fits this study."
          : "It appears here as soon as a reader begins it."}
      </EmptyState>
    );
  }
  const { draft, versions, canAdd } = report.data;
  const late = (
    <LateReports studyId={studyId} draft={draft} room={room} versions={versions.length} canAdd={canAdd} key="late" />
  );
  if (!draft) {
    return (
      <div className={classes.sheet}>
        {late}
        <SignedView
          versions={versions}
          canAdd={canAdd}
          adding={add.isPending}
          onAdd={(kind) => {
            begun.current = true;
            add.mutate({ kind }, { onError: failed });
          }}
          colourOf={authorColour}
        />
      </div>
    );
  }
  return (
    <div className={classes.sheet}>
      {late}
      {room ? (
        <ReportEditor
          room={room}
          source={source}
          studyId={studyId}
          snippets={snippets}
          onSign={() => setSigning(true)}
          onReady={ready}
          {...editing}
        />
      ) : null}
      {signing && room ? (
        <SignPanel
          report={report.data}
          room={room}
          source={source}
          fence={fence}
          imagesSeen={seen.current ?? 0}
          onMend={mend}
          onClose={() => setSigning(false)}
          onSigned={() => setSigning(false)}
        />
      ) : null}
      {draft.whyNot ? (
        <div className={classes.bar} data-place="bottom">
          {draft.whyNot}
        </div>
      ) : null}
    </div>
  );
}
