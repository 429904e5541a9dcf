import { useEffect, useMemo, useSyncExternalStore } from "react";
import type { Socket } from "socket.io-client";
import { Call, type CallState } from "./call";

const NO_CALL: CallState = {
  status: "idle",
  problem: null,
  peers: [],
  microphone: "none",
  camera: "none",
  localVideo: null,
};
const never = (): (() => void) => () => undefined;

/** The call of a study for React: its state, and the call itself to join, leave and mute. Leaves when the page goes. */
export function useCall(socket: Socket | null, studyId: string): { state: CallState; call: Call | null } {
  const call = useMemo(() => (socket ? new Call(socket, studyId) : null), [socket, studyId]);
  const state = useSyncExternalStore(call?.subscribe ?? never, call?.getState ?? (() => NO_CALL));
  useEffect(() => () => void call?.leave().catch(() => undefined), [call]); // the hub notices a vanished peer by itself
  return { state, call };
}
