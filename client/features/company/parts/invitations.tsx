import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import type { NoticesView } from "@readroom/shared/contract/http/notices.js";
import { GIVEN_ROLES, ROLE_WORDS } from "@readroom/shared/domain/room-role.js";
import { useEffect, useRef } from "react";
import { useMatch, useNavigate } from "react-router";
import { serverClock } from "../../../kernel/clock";
import { useSignedIn } from "../../../kernel/session";
import { useHubEvents } from "../../../kernel/socket";
import { useActOnNotices, useNotices } from "../../notices/public";

/** How long an invitation shows by itself at somebody who was not here when it came, ms. Later it stands under the bell alone. */
const FRESH_MS = 60 * 60_000;

const noteOf = (studyId: string): string => `invited:${studyId}`;

/** Shows an invitation into a room at this person's screen, until it is answered or put away. */
export function Invitations() {
  const { user } = useSignedIn();
  const { data: view } = useNotices();
  const { ask, answered } = useAsking(view);
  useHubEvents((event) => {
    const { studyId, personId, roomRole } = event.payload;
    if (typeof studyId !== "string" || personId !== user.id) return;
    if (event.type === "room.out") answered(studyId);
    if (event.type !== "room.invited") return;
    const role = GIVEN_ROLES.find((one) => one === roomRole);
    const as = role ? `As ${ROLE_WORDS[role].name.toLowerCase()}: ${ROLE_WORDS[role].may}.` : "";
    ask(studyId, `You are asked into a room by ${event.actor.name}`, as);
  });

  // What came before this page heard anything: its notice waits. Whoever is in the room has answered.
  const inRoom = useMatch("/read/:studyId")?.params.studyId ?? null;
  const shown = useRef(new Set<string>());
  useEffect(() => {
    for (const { id, kind, studyId, read, snoozedUntil, title, detail, at } of view?.notices ?? []) {
      if (kind !== "invited" || read || snoozedUntil !== null || !studyId) continue;
      if (studyId === inRoom) answered(studyId);
      else if (!shown.current.has(id) && serverClock.now() - at < FRESH_MS) ask(studyId, title, detail);
      shown.current.add(id);
    }
  }, [view, inRoom, ask, answered]);
  return null;
}

/** The note of an invitation. Answered or put away, its notice is read. */
function useAsking(view: NoticesView | undefined) {
  const navigate = useNavigate();
  const { mutate: act } = useActOnNotices();
  const newest = useRef({ navigate, view, act });
  newest.current = { navigate, view, act };
  const said = useRef(new Set<string>());
  const asking = useRef({
    /** Its notices are read: said once of each. */
    read(studyId: string): void {
      const notices = newest.current.view?.notices ?? [];
      const unread = notices.filter((one) => one.kind === "invited" && one.studyId === studyId && !one.read);
      const ids = unread.map(({ id }) => id).filter((id) => !said.current.has(id));
      for (const id of ids) said.current.add(id);
      if (ids.length > 0) newest.current.act({ act: "read", ids });
    },
    answered(studyId: string): void {
      asking.current.read(studyId);
      notifications.hide(noteOf(studyId));
    },
    ask(studyId: string, title: string, detail: string): void {
      const id = noteOf(studyId);
      notifications.show({
        id,
        title,
        color: "teal",
        autoClose: false,
        withBorder: true,
        closeButtonProps: { "aria-label": "Close" },
        onClose: () => asking.current.read(studyId),
        message: (
          <>
            {detail ? <p style={{ margin: "0 0 8px" }}>{detail}</p> : null}
            <Button
              size="compact-sm"
              onClick={() => {
                asking.current.answered(studyId);
                newest.current.navigate(`/read/${studyId}`);
              }}
            >
              Come in
            </Button>
          </>
        ),
      });
    },
  });
  return asking.current;
}
