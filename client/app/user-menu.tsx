import { Avatar, Menu, useMantineColorScheme } from "@mantine/core";
import {
  IconBell,
  IconCheck,
  IconChevronDown,
  IconDeviceDesktop,
  IconKeyboard,
  IconLogout,
  IconMoon,
  IconSun,
} from "@tabler/icons-react";
import { Link } from "react-router";
import { useLogOut, useSignedIn } from "../kernel/session";
import { initials } from "../ui/format";
import { useKeyMap } from "../ui/keys";
import { rememberScheme } from "./scheme";
import classes from "./shell.module.css";

const SCHEMES = [
  { value: "dark", label: "Dark", icon: IconMoon },
  { value: "light", label: "Light", icon: IconSun },
  { value: "auto", label: "As this device", icon: IconDeviceDesktop },
] as const;

export function UserMenu() {
  const session = useSignedIn();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { openMap } = useKeyMap();
  const logOut = useLogOut();
  return (
    <Menu position="bottom-end" width={248}>
      <Menu.Target>
        <button
          type="button"
          className={classes.user}
          aria-label={`${initials(session.user.name)}: ${session.user.name}, menu`}
        >
          <Avatar size={26} radius="50%" color="teal" variant="light" aria-hidden="true">
            {initials(session.user.name)}
          </Avatar>
          <IconChevronDown size={14} aria-hidden="true" />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {session.user.name}
          <br />
          {session.organisation.name} · {session.roles.join(", ")}
        </Menu.Label>
        <Menu.Divider />
        {SCHEMES.map(({ value, label, icon: Icon }) => (
          <Menu.Item
            key={value}
            role="menuitemradio"
            aria-checked={colorScheme === value}
            leftSection={<Icon size={16} stroke={1.6} />}
            rightSection={colorScheme === value ? <IconCheck size={14} /> : null}
            onClick={() => {
              rememberScheme(session, value);
              setColorScheme(value);
            }}
          >
            {label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item component={Link} to="/settings/notifications" leftSection={<IconBell size={16} stroke={1.6} />}>
          Notifications
        </Menu.Item>
        <Menu.Item leftSection={<IconKeyboard size={16} stroke={1.6} />} onClick={openMap}>
          All keys
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} stroke={1.6} />} onClick={() => logOut.mutate()}>
          Log out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
