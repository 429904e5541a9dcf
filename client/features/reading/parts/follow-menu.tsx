import { Button, Menu } from "@mantine/core";
import { IconChevronDown, IconEye, IconEyeOff, IconPresentation } from "@tabler/icons-react";
import type { CSSProperties } from "react";
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

/** The coloured frame over the images while this screen follows somebody. */
export function FollowFrame({ presence }: { presence: Presence }) {
  const { follow, leader, presenting, others } = presence;
  if (presenting) {
    return (
      <div className={classes.frame} style={{ "--person": "var(--rr-accent)" } as CSSProperties}>
        <span className={classes.frameName}>
          {others.length === 0 ? "You present; nobody else is here" : `You present to ${others.length}`}
        </span>
      </div>
    );
  }
  if (!leader) return null;
  const style = { "--person": leader.colour } as CSSProperties;
  if (follow.state === "following") {
    return (
      <div className={classes.frame} style={style}>
        <span className={classes.frameName} role="status">
          Following {leader.name}
        </span>
      </div>
    );
  }
  return (
    <button type="button" className={classes.again} style={style} onClick={presence.again}>
      {follow.state === "letGo" && follow.asked ? `${leader.name} presents` : `Follow ${leader.name} again`}{" "}
      <KeyHint combo="G" />
    </button>
  );
}
