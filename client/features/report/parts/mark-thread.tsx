import { ActionIcon, Tooltip } from "@mantine/core";
import { IconMessage, IconMessageFilled } from "@tabler/icons-react";
import { z } from "zod";
import { useMay } from "../../../kernel/session";
import classes from "../report.module.css";
import { useComments } from "../use-templates";
import { Thread, Write } from "./comments";

/** A mark and how it is quoted in its thread. The thread's id is the mark's own. */
export interface TalkedAbout {
  readonly studyId: string;
  readonly markId: string;
  readonly quote: string;
}

const Threadable = z.uuid();

function useTalk({ studyId, markId }: Pick<TalkedAbout, "studyId" | "markId">) {
  const may = useMay("report.write");
  const view = useComments(studyId, may).data;
  return {
    view,
    possible: may && view !== undefined && Threadable.safeParse(markId).success,
    thread: view?.threads.find(({ threadId }) => threadId === markId),
  };
}

/** Opens and closes a mark's thread; says how many comments there are. Nothing for those who may not write the report. */
export function TalkButton({ open, onToggle, ...about }: TalkedAbout & { open: boolean; onToggle(): void }) {
  const { possible, thread } = useTalk(about);
  if (!possible) return null;
  const count = thread?.comments.length ?? 0;
  const label = count === 0 ? "Comment" : `${count} ${count === 1 ? "comment" : "comments"}`;
  return (
    <Tooltip label={label}>
      <ActionIcon aria-label={`${label} on ${about.quote}`} aria-expanded={open} onClick={onToggle}>
        {count > 0 && thread?.resolvedAt === null ? (
          <IconMessageFilled size={15} />
        ) : (
          <IconMessage size={15} stroke={1.6} />
        )}
      </ActionIcon>
    </Tooltip>
  );
}

/** The thread below a mark, or the first comment of one. */
export function MarkThread({ onShow, onClose, ...about }: TalkedAbout & { onShow(): void; onClose(): void }) {
  const { possible, view, thread } = useTalk(about);
  const { studyId, markId, quote } = about;
  if (!possible || !view) return null;
  if (thread) return <Thread studyId={studyId} thread={thread} people={view.people} onShow={onShow} />;
  return (
    <div className={classes.thread}>
      <Write
        studyId={studyId}
        thread={{ threadId: markId, quote }}
        people={view.people}
        label="Comment"
        onSent={() => undefined}
        onCancel={onClose}
      />
    </div>
  );
}
