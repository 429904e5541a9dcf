import { Avatar, Loader } from "@mantine/core";
import type { HubInfo } from "@readroom/shared/contract/http/session.js";
import { initials } from "../../../ui/format";
import classes from "../page.module.css";

type DemoLogin = HubInfo["demoLogins"][number];

/** The people of the demo world, each a card that logs in with one click. */
export function DemoLogins({
  logins,
  busy,
  onPick,
}: {
  logins: readonly DemoLogin[];
  /** The e-mail that is being logged in. */
  busy: string | null;
  onPick: (login: DemoLogin) => void;
}) {
  return (
    <section className={classes.demo} aria-labelledby="demo-title">
      <h2 id="demo-title" className={classes.demoTitle}>
        Demo world: step in as
      </h2>
      <ul className={classes.cards}>
        {logins.map((login) => (
          <li key={login.email}>
            <button type="button" className={classes.card} disabled={busy !== null} onClick={() => onPick(login)}>
              <Avatar size={34} radius="50%" color="teal" variant="light" aria-hidden="true">
                {busy === login.email ? <Loader size={16} /> : initials(login.name)}
              </Avatar>
              <span className={classes.cardText}>
                <span className={classes.cardName}>
                  {login.name} <span className={classes.cardRole}>{login.role}</span>
                </span>
                <span className={classes.cardBlurb}>{login.blurb}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
