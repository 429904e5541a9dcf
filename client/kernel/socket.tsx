import type { HubEvent } from "@readroom/shared/contract/down.js";
import { frames } from "@readroom/shared/contract/frames.js";
import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from "react";
import { io, type Socket } from "socket.io-client";
import type { LiveState } from "../ui/live-dot";
import { serverClock } from "./clock";
import { Feed } from "./feed";
import { useSession } from "./session";

interface SocketValue {
  socket: Socket | null;
  feed: Feed;
}

const SocketContext = createContext<SocketValue>({ socket: null, feed: new Feed() });
const LiveContext = createContext<LiveState>({ state: "connecting" });

const PING_EVERY = 10_000;
const ANSWER_WITHIN = 8_000;

/** The line of whoever is logged in, following the topics of that session. */
export function SocketProvider({ children }: { children: ReactNode }) {
  const session = useSession();
  return session.state === "in" ? (
    <LineProvider who={session.session.user.id} topics={session.session.topics}>
      {children}
    </LineProvider>
  ) : (
    <LineProvider who={null} topics={[]}>
      {children}
    </LineProvider>
  );
}

/**
 * One websocket for everything below it, authenticated by the cookie. `who` names whose cookie it is (a user, or a guest who
 * came by a join link): the line is made anew when it changes, and there is none while it is null.
 */
export function LineProvider({
  who,
  topics,
  children,
}: {
  who: string | null;
  topics: readonly string[];
  children: ReactNode;
}) {
  const client = useQueryClient();
  const wanted = topics.join(" ");
  const [value, setValue] = useState<SocketValue>(() => ({ socket: null, feed: new Feed() }));
  const [live, setLive] = useState<LiveState>({ state: "connecting" });

  useEffect(() => {
    if (!who) return;
    const feed = new Feed();
    feed.follow(wanted.split(" ").filter(Boolean));
    feed.onReset(() => void client.invalidateQueries());
    const socket = io({
      transports: ["websocket"],
      parser: frames,
      reconnectionDelay: 300,
      reconnectionDelayMax: 4000,
      forceNew: true,
    });
    const stop = keep(socket, feed, setLive);
    setValue({ socket, feed });
    return () => {
      stop();
      socket.disconnect();
    };
  }, [who, wanted, client]);

  return (
    <SocketContext value={value}>
      <LiveContext value={live}>{children}</LiveContext>
    </SocketContext>
  );
}

/** Wires a socket to the feed, reports how the line stands, and takes a time sample with each ping. Returns the undoing. */
function keep(socket: Socket, feed: Feed, report: (live: LiveState) => void): () => void {
  const ask = (message: string, body: unknown) => socket.timeout(ANSWER_WITHIN).emitWithAck(message, body);
  let lost: ReturnType<typeof setTimeout> | undefined;
  const ping = async () => {
    if (!socket.connected) return;
    const sentAt = Date.now();
    try {
      const answer: unknown = await socket.timeout(ANSWER_WITHIN).emitWithAck("clock");
      const receivedAt = Date.now();
      sample(answer, sentAt, receivedAt);
      report({ state: "live", ms: receivedAt - sentAt });
    } catch {
      // The engine's own heartbeat decides whether the line is dead; a late answer only means that it is slow.
      if (socket.connected) report({ state: "connecting" });
    }
  };
  socket.on("events", (message: unknown) => feed.receive(message));
  socket.on("connect", () => {
    clearTimeout(lost);
    feed.connected({ ask }).then(ping, () => socket.disconnect().connect());
  });
  socket.on("disconnect", (reason) => {
    feed.disconnected();
    report({ state: "connecting" });
    clearTimeout(lost);
    lost = setTimeout(() => report({ state: "offline" }), 6000);
    // The hub closes a socket whose right was withdrawn, or when it stops: socket.io does not come back from that by itself.
    if (reason === "io server disconnect") setTimeout(() => socket.connect(), 1500);
  });
  const timer = setInterval(() => void ping(), PING_EVERY);
  return () => {
    clearInterval(timer);
    clearTimeout(lost);
    socket.off();
  };
}

function sample(answer: unknown, sentAt: number, receivedAt: number): void {
  if (typeof answer !== "object" || answer === null) return;
  const value = "value" in answer && typeof answer.value === "object" && answer.value !== null ? answer.value : answer;
  if ("serverNow" in value && typeof value.serverNow === "number")
    serverClock.observe(value.serverNow, sentAt, receivedAt);
}

/** The connection itself, null before it is made; for presence, rooms and shared documents. */
export const useSocket = (): Socket | null => useContext(SocketContext).socket;

/** How the connection stands, for the live dot. */
export const useLive = (): LiveState => useContext(LiveContext);

export const useFeed = (): Feed => useContext(SocketContext).feed;

/** Calls `listener` with each committed event of the topics that this page follows. The newest listener is called. */
export function useHubEvents(listener: (event: HubEvent) => void): void {
  const feed = useFeed();
  const newest = useRef(listener);
  newest.current = listener;
  useEffect(() => feed.onEvent((event) => newest.current(event)), [feed]);
}

/** Follows a further topic ("study:<id>") while mounted. */
export function useTopic(topic: string | null): void {
  const feed = useFeed();
  useEffect(() => (topic ? feed.follow([topic]) : undefined), [feed, topic]);
}
