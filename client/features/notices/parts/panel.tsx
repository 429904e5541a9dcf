import { ActionIcon, Button, Tooltip } from "@mantine/core";
import type { NoticesView, NoticeView } from "@readroom/shared/contract/http/notices.js";
import { IconBell, IconBellOff, IconSettings, IconX } from "@tabler/icons-react";
import { type KeyboardEvent, useRef } from "react";
import { Link, useNavigate } from "react-router";
import { ago, timeOfDay } from "../../../ui/format";
import { asShown, type Loaded } from "../../../ui/loaded";
import { useNow } from "../../../ui/now";
import { EmptyState, ErrorState, OfflineState, SkeletonRows } from "../../../ui/states";
import { grouped, waitingWords } from "../model";
import { useActOnNotices } from "../source";
import classes from "./notices.module.css";

const SNOOZE_MINUTES = 15;

/** The list behind the bell: grouped, arrow keys move, Enter opens, Delete puts away, S is quiet for a while. */
export function Panel({ query, close }: { query: Loaded<NoticesView>; close(): void }) {
  const act = useActOnNotices();
  const view = query.data;
  return (
    <section className={classes.panel} aria-label="Notices">
      <header className={classes.head}>
        <h2 className={classes.title}>Notices</h2>
        {view && view.unread > 0 ? (
          <Button size="compact-sm" variant="subtle" onClick={() => act.mutate({ act: "read" })}>
            Mark all read
          </Button>
        ) : null}
        <Tooltip label="What you hear of, and how">
          <ActionIcon
            component={Link}
            to="/settings/notifications"
            variant="subtle"
            color="gray"
            onClick={close}
            aria-label="Settings of notices"
          >
            <IconSettings size={17} stroke={1.6} />
          </ActionIcon>
        </Tooltip>
      </header>
      {view && view.waiting > 0 ? <p className={classes.held}>{waitingWords(view.waiting)}</p> : null}
      <Body query={query} close={close} />
    </section>
  );
}

function Body({ query, close }: { query: Loaded<NoticesView>; close(): void }) {
  const list = useRef<HTMLDivElement>(null);
  const shown = asShown(query);
  switch (shown.state) {
    case "loading":
      return <SkeletonRows rows={4} tracks="1fr 60px" height={52} />;
    case "error":
      return (
        <ErrorState
          title="Notices could not be loaded"
          error={shown.error}
          safe="Nothing is lost: the list comes back with the next try."
          onRetry={shown.retry}
        />
      );
    case "offline":
      return <OfflineState onRetry={shown.retry}>New notices come with the connection.</OfflineState>;
    case "ready":
      if (shown.value.notices.length === 0)
        return (
          <EmptyState icon={<IconBell size={26} stroke={1.4} />} title="Nothing waits for you">
            What you want to hear of is set under the wheel above.
          </EmptyState>
        );
      return (
        // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys move between the buttons inside
        <div ref={list} className={classes.scroll} onKeyDown={(event) => moveFocus(event, list.current)}>
          {grouped(shown.value).map(({ label, notices }) => (
            <section key={label} aria-label={label}>
              <h3 className={classes.group}>{label}</h3>
              <ul className={classes.list}>
                {notices.map((notice) => (
                  <Row key={notice.id} notice={notice} close={close} />
                ))}
              </ul>
            </section>
          ))}
        </div>
      );
  }
}

function Row({ notice, close }: { notice: NoticeView; close(): void }) {
  const act = useActOnNotices();
  const navigate = useNavigate();
  const now = useNow();
  const ids = [notice.id];
  const away = () => act.mutate({ ids, act: "dismiss" });
  const quiet = () => act.mutate({ ids, act: "snooze", minutes: SNOOZE_MINUTES });
  const open = () => {
    if (!notice.read) act.mutate({ ids, act: "read" });
    close();
    navigate(notice.href);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Delete" || event.key === "Backspace") away();
    else if (event.key.toLowerCase() === "s" && !event.ctrlKey && !event.metaKey) quiet();
    else return;
    event.preventDefault();
  };
  return (
    <li className={classes.row} data-unread={!notice.read || undefined} data-urgent={notice.urgent || undefined}>
      <button type="button" className={classes.open} onClick={open} onKeyDown={onKeyDown} data-notice>
        <span className={classes.rowTitle}>
          {notice.read ? null : <span className="rr-visually-hidden">Unread: </span>}
          {notice.title}
        </span>
        {notice.detail ? <span className={classes.detail}>{notice.detail}</span> : null}
        <span className={classes.when}>
          {notice.snoozedUntil === null ? ago(notice.at, now) : `quiet until ${timeOfDay(notice.snoozedUntil)}`}
        </span>
      </button>
      <span className={classes.acts}>
        {notice.snoozedUntil === null ? (
          <Tooltip label={`Quiet for ${SNOOZE_MINUTES} minutes (S)`}>
            <ActionIcon
              variant="subtle"
              color="gray"
              onClick={quiet}
              aria-label={`Quiet for ${SNOOZE_MINUTES} minutes: ${notice.title}`}
            >
              <IconBellOff size={15} stroke={1.6} />
            </ActionIcon>
          </Tooltip>
        ) : null}
        <Tooltip label="Put away (Delete)">
          <ActionIcon variant="subtle" color="gray" onClick={away} aria-label={`Put away: ${notice.title}`}>
            <IconX size={15} stroke={1.6} />
          </ActionIcon>
        </Tooltip>
      </span>
    </li>
  );
}

function moveFocus(event: KeyboardEvent, list: HTMLElement | null): void {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (step === 0 || !list) return;
  const buttons = [...list.querySelectorAll<HTMLElement>("[data-notice]")];
  const focused = document.activeElement;
  const at = focused instanceof HTMLElement ? buttons.indexOf(focused) : -1;
  const next = buttons[Math.max(0, Math.min(buttons.length - 1, at + step))];
  next?.focus();
  event.preventDefault();
}
