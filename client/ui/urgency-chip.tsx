import classes from "./urgency-chip.module.css";

export type UrgencyLevel = "critical" | "stat" | "urgent" | "routine";

const words: Record<Exclude<UrgencyLevel, "routine">, string> = {
  critical: "CRITICAL",
  stat: "STAT",
  urgent: "urgent",
};

/**
 * Urgency by shape + word + colour: critical is an octagon on filled vermilion, stat (or `label`, as "STROKE") a triangle on
 * filled orange, urgent a ring in an amber outline; routine draws nothing, so that what is drawn means something.
 * The fills differ in lightness too, hence in greyscale.
 */
export function UrgencyChip({ level, label, reason }: { level: UrgencyLevel; label?: string; reason?: string }) {
  if (level === "routine") return null;
  return (
    <span className={classes.chip} data-level={level} title={reason}>
      <Shape level={level} />
      {label ?? words[level]}
    </span>
  );
}

function Shape({ level }: { level: Exclude<UrgencyLevel, "routine"> }) {
  return (
    <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true" fill="currentColor">
      {level === "critical" ? <path d="M3.1 0h3.8L10 3.1v3.8L6.9 10H3.1L0 6.9V3.1z" /> : null}
      {level === "stat" ? <path d="M5 .6 10 9.4H0z" /> : null}
      {level === "urgent" ? <circle cx="5" cy="5" r="3.6" fill="none" stroke="currentColor" strokeWidth="1.8" /> : null}
    </svg>
  );
}
