import classes from "./live-dot.module.css";

export type LiveState = { state: "live"; ms: number | null } | { state: "connecting" } | { state: "offline" };

const words: Record<LiveState["state"], string> = { live: "live", connecting: "reconnecting…", offline: "offline" };

/** Whether what is on screen follows the hub, and how far away it is. A ring, not a dot, when it does not. */
export function LiveDot({ live }: { live: LiveState }) {
  const ms = live.state === "live" && live.ms !== null ? `${Math.round(live.ms)} ms` : null;
  return (
    <span className={classes.live} data-state={live.state} role="status">
      {words[live.state]}
      <span className={classes.dot} aria-hidden="true" />
      {ms ? <span className={classes.ms}>{ms}</span> : null}
    </span>
  );
}
