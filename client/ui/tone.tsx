import classes from "./tone.module.css";

/** A state in a word: a filled dot for done, a ring for waiting, a square for what needs somebody. Never colour alone. */
export function Tone({ tone, children }: { tone: "ok" | "wait" | "bad"; children: string }) {
  return (
    <span className={classes.tone} data-tone={tone}>
      <span className={classes.mark} aria-hidden="true" />
      {children}
    </span>
  );
}
