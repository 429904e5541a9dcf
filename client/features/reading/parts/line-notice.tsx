import { IconCloudOff, IconDoorOff } from "@tabler/icons-react";
import type { RoomSnapshot } from "../../../kernel/room/state";
import { useLive } from "../../../kernel/socket";
import { Notice } from "./claim-banner";

/** What still works while the hub can't be reached, or why the room stays shut. */
export function LineNotice({ snapshot }: { snapshot: RoomSnapshot }) {
  const live = useLive();
  if (snapshot.refused) {
    return (
      <Notice tone="warn" icon={<IconDoorOff size={16} />}>
        <strong>The room is closed to you: {snapshot.refused.message}</strong> The images can be read; marks and
        pointers are not shared.
      </Notice>
    );
  }
  if (live.state !== "offline") return null;
  return (
    <Notice tone="warn" icon={<IconCloudOff size={16} />}>
      <strong>The hub cannot be reached.</strong> Loaded images stay; marks and text are kept on this machine and sent
      when the line is back.
    </Notice>
  );
}
