import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { NoticesReleased, type NoticesView, type NoticeView } from "@readroom/shared/contract/http/notices.js";
import { READING_BEAT } from "@readroom/shared/domain/notice-delivery.js";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";
import { useMatch, useNavigate } from "react-router";
import { useMay } from "../../../kernel/session";
import { useFeed, useHubEvents, useSocket } from "../../../kernel/socket";
import { playOnce, showOnDesktop } from "../ring";
import { NOTICES } from "../source";
import classes from "./notices.module.css";

const TAB = crypto.getRandomValues(new Uint32Array(2)).join("-");
const ANSWER_WITHIN = 8_000;

/** Hears what is released and rings, and tells the hub which report this tab has open. Draws nothing; one in the shell. */
export function NoticeListener() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const reading = useMatch("/read/:studyId")?.params.studyId ?? null;
  const readingRef = useRef(reading);
  readingRef.current = reading;
  useReadingLease(reading);
  useOpenFromPush(navigate);

  const feed = useFeed();
  const toPage = useRef(navigate);
  toPage.current = navigate;
  const again = useCallback(() => client.invalidateQueries({ queryKey: NOTICES, exact: true }), [client]);
  useEffect(() => {
    // what came while this page was opening, or its line was cut, was heard by nobody here
    const begin = async () => {
      await again();
      for (const notice of client.getQueryData<NoticesView>(NOTICES)?.notices ?? [])
        if (isWaitingCritical(notice) && firstTime(notice.id)) note({ ...notice, tag: notice.id }, toPage.current);
    };
    const undo = [feed.onBegun(() => void begin()), feed.onGap(() => void again())];
    return () => {
      for (const one of undo) one();
    };
  }, [feed, client, again]);
  useHubEvents((event) => {
    if (event.type === "notices.changed") void again();
    if (event.type !== "notices.released") return;
    void again();
    const payload = NoticesReleased.safeParse(event.payload);
    if (!payload.success) return;
    for (const bundle of payload.data.bundles) {
      if (bundle.sound) void playOnce(bundle.urgent);
      if (bundle.desktop) showOnDesktop(bundle, navigate);
      // an invitation has a note of its own, which stays until it is answered
      if (bundle.kind === "invited") continue;
      if (bundle.urgent || readingRef.current === null) note(bundle, navigate);
    }
  });
  return null;
}

const isWaitingCritical = ({ kind, read, snoozedUntil }: NoticeView): boolean =>
  kind === "critical" && !read && snoozedUntil === null;

/** Whether this tab has not shown that notice yet, over its reloads. */
function firstTime(id: string): boolean {
  const key = `readroom-noted-${id}`;
  if (sessionStorage.getItem(key) !== null) return false;
  sessionStorage.setItem(key, "");
  return true;
}

/** What a note of a notice says. */
type Noted = Pick<NoticesReleased["bundles"][number], "tag" | "urgent" | "title" | "detail" | "href">;

function note(bundle: Noted, open: (href: string) => void): void {
  const id = `notice ${bundle.tag}`;
  notifications.hide(id);
  notifications.show({
    id,
    color: bundle.urgent ? "red" : "teal",
    title: bundle.title,
    withBorder: true,
    closeButtonProps: { "aria-label": "Close" },
    autoClose: bundle.urgent ? 30_000 : 6_000,
    message: (
      <span className={classes.note}>
        {bundle.detail ? <span>{bundle.detail}</span> : null}
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => {
            notifications.hide(id);
            open(bundle.href);
          }}
        >
          Open
        </Button>
      </span>
    ),
  });
}

/** Said on a beat: a tab that is gone stops holding notices back by itself. */
function useReadingLease(studyId: string | null): void {
  const socket = useSocket();
  const reads = useMay("study.claim");
  useEffect(() => {
    if (!socket || !reads || !studyId) return;
    const say = (open: string | null) => {
      if (socket.connected)
        socket.timeout(ANSWER_WITHIN).emit("notices.reading", { tab: TAB, studyId: open }, () => undefined);
    };
    const beat = () => say(studyId);
    beat();
    const timer = setInterval(beat, READING_BEAT);
    socket.on("connect", beat);
    return () => {
      clearInterval(timer);
      socket.off("connect", beat);
      say(null);
    };
  }, [socket, reads, studyId]);
}

/** A push message that was clicked leads this page there. */
function useOpenFromPush(navigate: (href: string) => void): void {
  const newest = useRef(navigate);
  newest.current = navigate;
  useEffect(() => {
    if (!("serviceWorker" in navigator)) return;
    const hear = (event: MessageEvent<unknown>) => {
      const data = event.data as { type?: unknown; href?: unknown } | null;
      if (data?.type === "notices.open" && typeof data.href === "string" && /^\/(?!\/)/.test(data.href))
        newest.current(data.href);
    };
    navigator.serviceWorker.addEventListener("message", hear);
    return () => navigator.serviceWorker.removeEventListener("message", hear);
  }, []);
}
