import { Button } from "@mantine/core";
import { withStatus } from "@readroom/shared/crdt/annotation.js";
import { documentFrom, lateMarks } from "@readroom/shared/crdt/late.js";
import { putAnnotation } from "@readroom/shared/crdt/reading.js";
import { IconClockExclamation } from "@tabler/icons-react";
import { useEffect, useMemo } from "react";
import type { RoomProvider } from "../../../kernel/room/provider";
import type { RoomSnapshot } from "../../../kernel/room/state";
import { useSession } from "../../../kernel/session";
import { ConfirmInline } from "../../../ui/confirm-inline";
import { Notice } from "./claim-banner";

/** One's own marks that the hub did not take, with the reason: they can be put in again, or let go. Else nothing. */
export function LateMarks({ room, snapshot }: { room: RoomProvider | null; snapshot: RoomSnapshot }) {
  const session = useSession();
  const personId = session.state === "in" ? session.session.user.id : null;
  const { late, synced } = snapshot;
  const entry = late[0];
  const marks = useMemo(() => {
    if (!entry || !room || !synced || !personId) return null;
    const mine = documentFrom(entry.state);
    const records = lateMarks(mine, room.doc, personId);
    mine.destroy();
    return records;
  }, [entry, room, synced, personId]);
  const settled = marks?.length === 0 ? entry?.id : undefined;
  useEffect(() => {
    if (settled) void room?.settleLate(settled);
  }, [settled, room]);
  if (!entry || !room || !marks || marks.length === 0) return null;
  const settle = (): void => void room.settleLate(entry.id);
  const again = (): void => {
    const hand = { id: personId ?? "", accepts: snapshot.self?.rights.accept ?? false };
    for (const record of marks) putAnnotation(room.doc, withStatus(record, hand));
    settle();
  };
  return (
    <Notice
      tone="warn"
      icon={<IconClockExclamation size={16} />}
      action={
        <>
          {snapshot.self?.rights.mark && snapshot.frozen === null ? (
            <Button size="compact-sm" onClick={again}>
              Put them in again
            </Button>
          ) : null}
          <ConfirmInline label="Discard" question="They are nowhere else." confirm="Discard them" onConfirm={settle} />
        </>
      }
    >
      <strong>
        {marks.length === 1 ? "One mark of yours was" : `${marks.length} marks of yours were`} not taken: {entry.reason}
      </strong>{" "}
      Kept on this machine only.
    </Notice>
  );
}
