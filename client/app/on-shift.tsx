import { useSignedIn } from "../kernel/session";
import { timeOfDay } from "../ui/format";
import { useNow } from "../ui/now";
import classes from "./shell.module.css";

/** Whether the hub counts this reader as on duty, and until when. Nothing for people who have no shifts. */
export function OnShift() {
  const { reader } = useSignedIn();
  const now = useNow();
  if (!reader) return null;
  const on = reader.shift !== null && reader.shift.startsAt <= now && now < reader.shift.endsAt;
  const text = reader.onBreak
    ? "on a break"
    : on && reader.shift
      ? `on shift → ${timeOfDay(reader.shift.endsAt)}`
      : reader.shift
        ? `shift from ${timeOfDay(reader.shift.startsAt)}`
        : "off shift";
  return (
    <span className={classes.shift} data-on={on && !reader.onBreak} title={text}>
      <span className={classes.shiftDot} aria-hidden="true" />
      <span className={classes.shiftText}>{text}</span>
    </span>
  );
}
