import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { CallRing } from "@readroom/shared/contract/consult.js";
import { useEffect } from "react";
import { useNavigate } from "react-router";
import { useSignedIn } from "../../../kernel/session";
import { useHubEvents, useSocket } from "../../../kernel/socket";

/** Rings for the person at this screen: a colleague's call, and critical findings that they are responsible for. Stays until it is answered. */
export function IncomingCalls() {
  const { user } = useSignedIn();
  const socket = useSocket();
  const navigate = useNavigate();

  useEffect(() => {
    if (!socket) return undefined;
    const ring = (message: unknown): void => {
      const parsed = CallRing.safeParse(message);
      if (parsed.success)
        show(`ring:${parsed.data.studyId}`, `${parsed.data.from} calls you into a room`, "Come in", () =>
          navigate(`/read/${parsed.data.studyId}`),
        );
    };
    socket.on("consult.ring", ring);
    return () => {
      socket.off("consult.ring", ring);
    };
  }, [socket, navigate]);

  useHubEvents((event) => {
    const { studyId, findingId, contactUserId } = event.payload;
    if (event.type === "critical.raised" || event.type === "critical.escalated") {
      if (contactUserId !== user.id || typeof studyId !== "string") return;
      show(`critical:${String(findingId)}`, `${event.actor.name}: a critical finding on your patient`, "Open it", () =>
        navigate(`/read/${studyId}?tab=room`),
      );
    }
    if (event.type === "critical.acknowledged" || event.type === "critical.withdrawn")
      notifications.hide(`critical:${String(findingId)}`);
  });
  return null;
}

function show(id: string, message: string, label: string, go: () => void): void {
  notifications.show({
    id,
    color: "red",
    autoClose: false,
    withBorder: true,
    message: (
      <>
        <p style={{ margin: "0 0 8px" }}>{message}</p>
        <Button
          size="compact-sm"
          onClick={() => {
            notifications.hide(id);
            go();
          }}
        >
          {label}
        </Button>
      </>
    ),
  });
}
