import { IconAlertTriangle, IconCheck, IconLoader2 } from "@tabler/icons-react";
import type { Saved } from "../../../kernel/room/state";
import { savedInWords } from "../model";
import classes from "./toolbar.module.css";

/** Whether what was drawn here is durable on the hub. */
export function SavedMark({ saved }: { saved: Saved }) {
  const { text, tone } = savedInWords(saved);
  return (
    <span className={classes.saved} data-tone={tone} role="status">
      {text}
      {tone === "ok" ? <IconCheck size={14} aria-hidden="true" /> : null}
      {tone === "busy" ? <IconLoader2 size={14} aria-hidden="true" /> : null}
      {tone === "warn" ? <IconAlertTriangle size={14} aria-hidden="true" /> : null}
    </span>
  );
}
