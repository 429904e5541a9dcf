import type { PointerPlace } from "@readroom/shared/contract/room.js";
import { type ReactionKind, RoomChatLine, RoomReaction } from "@readroom/shared/contract/room-company.js";
import { ROLE_WORDS, type RoomRole } from "@readroom/shared/domain/room-role.js";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { z } from "zod";
import type { RoomProvider } from "../../kernel/room/provider";
import type { RoomSnapshot } from "../../kernel/room/state";
import { useSocket } from "../../kernel/socket";
import { toast } from "../../ui/toast";

export interface Company {
  /** What was said since the room was opened, oldest first. */
  readonly lines: readonly RoomChatLine[];
  /** Resolves to whether the room has it. */
  say(text: string): Promise<boolean>;
  react(kind: ReactionKind, place: PointerPlace | null): Promise<void>;
  setPresence(change: { hidden?: boolean; laser?: boolean }): Promise<void>;
}

const MOST = 200;

/** What people say and show each other in passing. */
export function useCompany(
  room: RoomProvider | null,
  snapshot: RoomSnapshot,
  heard: { onLine?(line: RoomChatLine): void; onReaction?(reaction: RoomReaction): void } = {},
): Company {
  const socket = useSocket();
  const [lines, setLines] = useState<readonly RoomChatLine[]>([]);
  const live = snapshot.status === "live";
  const own = snapshot.self?.personId;
  const line = useEffectEvent((said: RoomChatLine) => {
    setLines((all) => (all.some((one) => one.id === said.id) ? all : [...all, said].slice(-MOST)));
    if (said.personId !== own) heard.onLine?.(said);
  });
  const reaction = useEffectEvent((shown: RoomReaction) => heard.onReaction?.(shown));

  useEffect(() => {
    if (!socket || !room) return undefined;
    const hearLine = (message: unknown) => {
      const parsed = RoomChatLine.safeParse(message);
      if (parsed.success && parsed.data.document === room.documentId) line(parsed.data);
    };
    const hearReaction = (message: unknown) => {
      const parsed = RoomReaction.safeParse(message);
      if (parsed.success && parsed.data.document === room.documentId) reaction(parsed.data);
    };
    socket.on("room.line", hearLine);
    socket.on("room.reaction", hearReaction);
    return () => {
      socket.off("room.line", hearLine);
      socket.off("room.reaction", hearReaction);
    };
  }, [socket, room]);

  useEffect(() => {
    if (!room || !live) return;
    void room.request("room.lines", {}).then((answer) => {
      const parsed = z.array(RoomChatLine).safeParse(answer.ok ? answer.value : null);
      if (parsed.success) setLines(parsed.data);
    });
  }, [room, live]);
  useRoleWords(snapshot.self?.roomRole);

  const tell = async (name: string, body: object): Promise<boolean> => {
    const answer = await room?.request(name, body);
    if (answer && !answer.ok) toast.refused(answer.error.message);
    return answer?.ok === true;
  };
  return {
    lines,
    say: (text) => tell("room.say", { text }),
    react: async (kind, place) => void (await tell("room.react", { kind, place })),
    setPresence: async (change) => void (await tell("room.presence", change)),
  };
}

/** Tells a person that what they are in the room was changed. */
function useRoleWords(role: RoomRole | undefined): void {
  const before = useRef<RoomRole>(undefined);
  useEffect(() => {
    if (role && before.current && role !== before.current)
      toast.done(`You are now ${ROLE_WORDS[role].name.toLowerCase()} here: ${ROLE_WORDS[role].may}.`);
    if (role) before.current = role;
  }, [role]);
}
