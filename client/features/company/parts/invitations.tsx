import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { GIVEN_ROLES, ROLE_WORDS } from "@readroom/shared/domain/room-role.js";
import { useNavigate } from "react-router";
import { useSignedIn } from "../../../kernel/session";
import { useHubEvents } from "../../../kernel/socket";

/** Shows an invitation into a room at this person's screen, until it is answered or put away. */
export function Invitations() {
  const { user } = useSignedIn();
  const navigate = useNavigate();
  useHubEvents((event) => {
    const { studyId, personId, roomRole } = event.payload;
    if (typeof studyId !== "string" || personId !== user.id) return;
    const id = `invited:${studyId}`;
    if (event.type === "room.out") notifications.hide(id);
    if (event.type !== "room.invited") return;
    const role = GIVEN_ROLES.find((one) => one === roomRole);
    notifications.show({
      id,
      color: "teal",
      autoClose: false,
      withBorder: true,
      closeButtonProps: { "aria-label": "Close" },
      title: `${event.actor.name} asks you into a room`,
      message: (
        <>
          <p style={{ margin: "0 0 8px" }}>
            {role ? `As ${ROLE_WORDS[role].name.toLowerCase()}: ${ROLE_WORDS[role].may}.` : ""}
          </p>
          <Button
            size="compact-sm"
            onClick={() => {
              notifications.hide(id);
              navigate(`/read/${studyId}`);
            }}
          >
            Come in
          </Button>
        </>
      ),
    });
  });
  return null;
}
