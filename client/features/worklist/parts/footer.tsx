import { useLive } from "../../../kernel/socket";
import { KeyHint, useKeyMap } from "../../../ui/keys";
import { LiveDot } from "../../../ui/live-dot";
import classes from "../page.module.css";
import type { Loading } from "../store";
import { partial } from "./list-area";

/** The keys that one needs all night, how far the list has come, and how the line stands. */
export function Footer({ mayClaim, loading }: { mayClaim: boolean; loading: Loading }) {
  const live = useLive();
  const { openMap } = useKeyMap();
  const always: Array<[string, string, string]> = [
    ["Enter", "worklist.open", "open"],
    ["Space", "worklist.preview", "preview"],
    ["F", "worklist.filter", "filter"],
    ["/", "worklist.search", "search"],
  ];
  const hints: Array<[string, string, string]> = mayClaim
    ? [
        ["N", "worklist.next", "next"],
        ...always,
        ["H", "worklist.hold", "one moment"],
        ["R", "worklist.release", "return"],
      ]
    : always;
  const coming = partial(loading);
  return (
    <footer className={classes.footer}>
      <span className={classes.hints}>
        {hints.map(([combo, action, label]) => (
          <span key={action} className={classes.hint}>
            <KeyHint combo={combo} action={action} /> {label}
          </span>
        ))}
        <button type="button" className={classes.allKeys} onClick={openMap}>
          <KeyHint combo="?" /> all keys
        </button>
      </span>
      <span className={classes.hint}>
        {coming ? (
          <span className={classes.partial} role="status">
            {coming}
          </span>
        ) : null}
        <LiveDot live={live} />
      </span>
    </footer>
  );
}
