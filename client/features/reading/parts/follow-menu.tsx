import { Button, Menu } from "@mantine/core";
import { IconChevronDown, IconEye, IconEyeOff, IconPresentation } from "@tabler/icons-react";
import type { CSSProperties, ReactNode } from "react";
import { KeyHint } from "../../../ui/keys";
import type { Presence } from "../use-presence";
import classes from "./toolbar.module.css";

/** Whom this screen follows, and asking the others to follow it. */
export function FollowMenu({ presence }: { presence: Presence }) {
  const { follow, leader, others, presenting } = presence;
  const label = presenting
    ? "Presenting"
    : follow.state === "following" && leader
      ? `Following ${leader.name}`
      : "Follow";
  return (
    <Menu position="top-start">
      <Menu.Target>
        <Button
          variant={presenting || follow.state === "following" ? "light" : "subtle"}
          color={presenting || follow.state === "following" ? "teal" : "gray"}
          className={classes.menu}
          leftSection={<IconEye size={16} />}
          rightSection={<IconChevronDown size={14} />}
        >
          {label}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {others.length === 0 ? <Menu.Label>Nobody else is in the room</Menu.Label> : <Menu.Label>Follow</Menu.Label>}
        {others.map((person) => (
          <Menu.Item
            key={person.key}
            leftSection={<span className={classes.dot} style={{ "--person": person.colour } as CSSProperties} />}
            onClick={() => presence.followPerson(person.key)}
          >
            {person.name}
          </Menu.Item>
        ))}
        {follow.state === "asked" && leader ? (
          <Menu.Item leftSection={<IconEye size={16} />} rightSection={<KeyHint combo="G" />} onClick={presence.again}>
            Follow {leader.name}, who presents
          </Menu.Item>
        ) : null}
        {follow.state === "letGo" && leader ? (
          <Menu.Item leftSection={<IconEye size={16} />} rightSection={<KeyHint combo="G" />} onClick={presence.again}>
            Follow {leader.name} again
          </Menu.Item>
        ) : null}
        {follow.state === "following" ? (
          <Menu.Item
            leftSection={<IconEyeOff size={16} />}
            rightSection={<KeyHint combo="Esc" />}
            onClick={presence.stop}
          >
            Let go
          </Menu.Item>
        ) : null}
        <Menu.Divider />
        <Menu.Item leftSection={<IconPresentation size={16} />} onClick={() => void presence.present(!presenting)}>
          {presenting ? "Stop presenting" : "Ask everyone to follow me"}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** The coloured frame around the images while this screen follows somebody or is followed. It lies over nothing that is read. */
export function FollowFrame({ presence, children }: { presence: Presence; children: ReactNode }) {
  const { follow, leader, presenting } = presence;
  const on = presenting || (leader !== null && follow.state === "following");
  const colour = presenting ? "var(--rr-accent)" : leader?.colour;
  return (
    <div className={classes.frame} data-on={on} style={{ "--person": colour } as CSSProperties}>
      <FollowStrip presence={presence} />
      <div className={classes.framed}>{children}</div>
    </div>
  );
}

function FollowStrip({ presence }: { presence: Presence }) {
  const { follow, leader, presenting, others } = presence;
  if (presenting) {
    return (
      <div className={classes.strip}>
        <span role="status">
          {others.length === 0 ? "You present; nobody else is here" : `You present to ${others.length}`}
        </span>
      </div>
    );
  }
  if (!leader || follow.state === "none") return null;
  if (follow.state === "asked") {
    return (
      <div className={classes.strip} data-let-go>
        <span role="status">{leader.name} asks everyone to follow</span>
        <button type="button" className={classes.again} onClick={presence.again}>
          Follow <KeyHint combo="G" />
        </button>
        <button type="button" className={classes.again} onClick={presence.stop}>
          Not now
        </button>
      </div>
    );
  }
  if (follow.state === "following") {
    return (
      <div className={classes.strip}>
        <span role="status">Following {leader.name}</span>
      </div>
    );
  }
  return (
    <div className={classes.strip} data-let-go>
      {follow.asked ? <span>{leader.name} presents</span> : null}
      <button type="button" className={classes.again} onClick={presence.again}>
        Follow {follow.asked ? "" : leader.name} again <KeyHint combo="G" />
      </button>
    </div>
  );
}
