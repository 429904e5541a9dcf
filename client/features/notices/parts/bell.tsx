import { ActionIcon, Popover, Tooltip } from "@mantine/core";
import { IconBell } from "@tabler/icons-react";
import { useState } from "react";
import { useMay } from "../../../kernel/session";
import { KeyHint, useKeys } from "../../../ui/keys";
import { bellLabel, waitingWords } from "../model";
import { useNotices } from "../source";
import classes from "./notices.module.css";
import { Panel } from "./panel";

/** How much waits for this person; opens the list. `room`: in the reading room, where the waiting ones are said in words. */
export function Bell({ room = false }: { room?: boolean }) {
  const may = useMay("notice.read");
  return may ? <Opened room={room} /> : null;
}

function Opened({ room }: { room: boolean }) {
  const [open, setOpen] = useState(false);
  const query = useNotices();
  useKeys([
    { id: "notices.open", keys: ["Shift+N"], label: "Notices", group: "Everywhere", run: () => setOpen((was) => !was) },
  ]);
  const unread = query.data?.unread ?? 0;
  const waiting = query.data?.waiting ?? 0;
  const urgent = query.data?.notices.some((notice) => notice.urgent && !notice.read && notice.snoozedUntil === null);
  return (
    <span className={classes.bell}>
      <Popover
        opened={open}
        onChange={setOpen}
        position="bottom-end"
        width="min(400px, calc(100vw - 16px))"
        shadow="md"
        trapFocus
        returnFocus
        withinPortal
      >
        <Popover.Target>
          <Tooltip
            label={
              <>
                Notices <KeyHint combo="Shift+N" action="notices.open" />
              </>
            }
            disabled={open}
          >
            <ActionIcon
              variant="subtle"
              color="gray"
              size={32}
              aria-label={bellLabel(query.data)}
              aria-expanded={open}
              onClick={() => setOpen((was) => !was)}
            >
              <IconBell size={18} stroke={1.7} aria-hidden="true" />
              {unread > 0 ? (
                <span className={classes.count} data-urgent={urgent || undefined} aria-hidden="true">
                  {unread > 99 ? "99+" : unread}
                </span>
              ) : null}
            </ActionIcon>
          </Tooltip>
        </Popover.Target>
        <Popover.Dropdown p={0} className={classes.dropdown} aria-label="Notices">
          <Panel query={query} close={() => setOpen(false)} />
        </Popover.Dropdown>
      </Popover>
      {room && waiting > 0 ? <span className={classes.waiting}>{waitingWords(waiting)}</span> : null}
    </span>
  );
}
