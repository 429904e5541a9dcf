import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { CallState as CallStateMessage } from "@readroom/shared/contract/consult.js";
import {
  IconMicrophone,
  IconMicrophoneOff,
  IconPhone,
  IconPhoneOff,
  IconVideo,
  IconVideoOff,
} from "@tabler/icons-react";
import { type CSSProperties, useEffect, useState } from "react";
import type { Socket } from "socket.io-client";
import { useSocket } from "../../../kernel/socket";
import type { Call, CallState, RemotePeer } from "../../../media/call";
import { Picture, Voice } from "../../../media/media-track";
import { useCall } from "../../../media/use-call";
import { toast } from "../../../ui/toast";
import { asCallProblem } from "../model";
import classes from "./call-strip.module.css";

export interface CallStripProps {
  studyId: string;
  /** Larger tiles and targets, for a phone held in one hand. */
  size?: "bar" | "phone";
  /** Join by itself once, when the page was opened by a gesture that meant it. */
  autoJoin?: boolean;
}

/** Voice and video of a study's room: join, who is there, microphone, camera, leave. */
export function CallStrip({ studyId, size = "bar", autoJoin = false }: CallStripProps) {
  const socket = useSocket();
  const { state, call } = useCall(socket, studyId);
  const running = useRunning(socket, studyId);
  // biome-ignore lint/correctness/useExhaustiveDependencies: joined once per call object, not on each render
  useEffect(() => {
    if (autoJoin && call) void join(call);
  }, [call]);
  const voices = state.peers.filter((peer) => peer.audio !== null);

  return (
    <section className={classes.strip} aria-label="Call">
      {state.status === "idle" || state.status === "failed" ? (
        <JoinButton call={call} running={running} size={size} problem={state.problem} />
      ) : (
        <>
          <Controls state={state} call={call} size={size} />
          <People state={state} size={size} />
        </>
      )}
      {voices.map((peer) => (peer.audio ? <Voice key={peer.peerId} track={peer.audio} name={peer.name} /> : null))}
    </section>
  );
}

function JoinButton({
  call,
  running,
  size,
  problem,
}: {
  call: Call | null;
  running: readonly string[];
  size: "bar" | "phone";
  problem: string | null;
}) {
  const label = running.length > 0 ? `Join call with ${running.join(", ")}` : "Call";
  return (
    <>
      <Button
        size={size === "phone" ? "md" : "compact-sm"}
        variant={running.length > 0 ? "filled" : "default"}
        leftSection={<IconPhone size={size === "phone" ? 20 : 15} aria-hidden="true" />}
        disabled={!call}
        onClick={() => call && void join(call)}
      >
        {label}
      </Button>
      {problem ? <span className={classes.note}>{problem}</span> : null}
    </>
  );
}

function Controls({ state, call, size }: { state: CallState; call: Call | null; size: "bar" | "phone" }) {
  const side = size === "phone" ? 44 : 28;
  const icon = size === "phone" ? 22 : 16;
  const act = (work: Promise<void> | undefined): void =>
    void work?.catch((thrown: unknown) => toast.refused(asCallProblem(thrown)));
  const muted = state.microphone !== "on";
  const dark = state.camera !== "on";
  return (
    <>
      <Switch
        label={muted ? "Turn the microphone on" : "Mute"}
        side={side}
        disabled={state.microphone === "none"}
        onClick={() => act(call?.setMuted("audio", !muted))}
      >
        {muted ? <IconMicrophoneOff size={icon} /> : <IconMicrophone size={icon} />}
      </Switch>
      <Switch
        label={dark ? "Turn the camera on" : "Turn the camera off"}
        side={side}
        disabled={state.camera === "none"}
        onClick={() => act(call?.setMuted("video", !dark))}
      >
        {dark ? <IconVideoOff size={icon} /> : <IconVideo size={icon} />}
      </Switch>
      <Switch label="Leave the call" side={side} danger onClick={() => act(call?.leave())}>
        <IconPhoneOff size={icon} />
      </Switch>
      {state.status === "joining" ? <output className={classes.note}>joining…</output> : null}
      {state.status === "reconnecting" ? <output className={classes.note}>line lost, coming back…</output> : null}
      {state.status === "live" && state.problem ? <output className={classes.note}>{state.problem}</output> : null}
    </>
  );
}

function Switch(props: {
  label: string;
  side: number;
  disabled?: boolean;
  danger?: boolean;
  onClick(): void;
  children: React.ReactNode;
}) {
  return (
    <Tooltip label={props.label}>
      <ActionIcon
        aria-label={props.label}
        size={props.side}
        variant={props.danger ? "filled" : "default"}
        {...(props.danger ? { color: "red" } : {})}
        disabled={props.disabled ?? false}
        onClick={props.onClick}
      >
        {props.children}
      </ActionIcon>
    </Tooltip>
  );
}

function People({ state, size }: { state: CallState; size: "bar" | "phone" }) {
  if (state.status === "live" && state.peers.length === 0)
    return <output className={classes.note}>Nobody else is here yet</output>;
  return (
    <ul className={classes.tiles} aria-label="In the call">
      {state.peers.map((peer) => (
        <Tile key={peer.peerId} peer={peer} size={size} />
      ))}
    </ul>
  );
}

function Tile({ peer, size }: { peer: RemotePeer; size: "bar" | "phone" }) {
  return (
    <li
      className={classes.tile}
      data-size={size}
      style={{ "--person": peer.colour } as CSSProperties}
      title={`${peer.name}${peer.role ? `, ${peer.role}` : ""}`}
    >
      {peer.video ? (
        <Picture track={peer.video} name={peer.name} />
      ) : (
        <span aria-hidden="true">{initialsOf(peer.name)}</span>
      )}
      {peer.muted ? (
        <span className={classes.muted}>
          <IconMicrophoneOff size={10} aria-label="muted" />
        </span>
      ) : null}
      <span className={classes.name}>{peer.name}</span>
    </li>
  );
}

const initialsOf = (name: string): string =>
  name
    .replace(/^(Dr|Prof)\.?\s+/i, "")
    .split(/\s+/)
    .slice(0, 2)
    .map((part) => part[0]?.toUpperCase() ?? "")
    .join("");

async function join(call: Call): Promise<void> {
  await call.join({ video: true }).catch((thrown: unknown) => toast.refused(asCallProblem(thrown)));
}

/** Names of who is in the study's call now, heard before joining. */
function useRunning(socket: Socket | null, studyId: string): readonly string[] {
  const [names, setNames] = useState<readonly string[]>([]);
  useEffect(() => {
    if (!socket) return undefined;
    const hear = (message: unknown): void => {
      const parsed = CallStateMessage.safeParse(message);
      if (parsed.success && parsed.data.studyId === studyId) setNames(parsed.data.names);
    };
    socket.on("consult.state", hear);
    return () => {
      socket.off("consult.state", hear);
    };
  }, [socket, studyId]);
  return names;
}
