import { Burger, Drawer, useMantineColorScheme } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { lazy, Suspense, useEffect, useState } from "react";
import { NavLink, Outlet, useLocation, useMatch } from "react-router";
import { Bell, NoticeListener } from "../features/notices/public";
import { useHeldClaims, useListKeptTrue } from "../features/worklist/public";
import { useMay, useSignedIn } from "../kernel/session";
import { KeyHint, useKeys } from "../ui/keys";
import { Logo } from "../ui/logo";
import { palette } from "../ui/palette";
import { ErrorState, SkeletonRows, useAfter } from "../ui/states";
import { Commands } from "./commands";
import { navOf } from "./nav";
import { OnShift } from "./on-shift";
import { schemeOf } from "./scheme";
import classes from "./shell.module.css";
import { Updated } from "./updated";
import { UserMenu } from "./user-menu";
import { useWarmReadingRoom } from "./warm-up";

// Its own chunk: the worklist does not wait for the code of calls.
const IncomingCalls = lazy(async () => ({ default: (await import("../features/consult/public")).IncomingCalls }));
const Invitations = lazy(async () => ({ default: (await import("../features/company/public")).Invitations }));

/** The frame around every page of somebody who is logged in: top bar, then the page. The reading room takes the whole window. */
export function Shell() {
  const session = useSignedIn();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = schemeOf(session);
  // biome-ignore lint/correctness/useExhaustiveDependencies: applied once per person, the menu changes it afterwards
  useEffect(() => setColorScheme(scheme), [session.user.id]);
  useHeldClaims();
  useListKeptTrue();
  useWarmReadingRoom(useMay("worklist.read"));
  useKeys([
    {
      id: "app.search",
      keys: ["mod+K"],
      label: "Search or type a command",
      group: "Everywhere",
      run: palette.open,
      whileTyping: true,
    },
  ]);
  const reading = useMatch("/read/:studyId");

  return (
    <div className={classes.shell}>
      <a href="#main" className={classes.skip}>
        Skip to the page
      </a>
      {reading ? null : <TopBar />}
      <Updated />
      <main id="main" className={classes.main} tabIndex={-1}>
        <Suspense fallback={<SkeletonRows rows={12} />}>
          <Outlet />
        </Suspense>
      </main>
      <Commands />
      <NoticeListener />
      <Suspense fallback={null}>
        <IncomingCalls />
        <Invitations />
      </Suspense>
    </div>
  );
}

function TopBar() {
  const session = useSignedIn();
  const [open, setOpen] = useState(false);
  const { pathname } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: going to another page closes the drawer
  useEffect(() => setOpen(false), [pathname]);
  const links = navOf(session.actions).map((item) => (
    <NavLink key={item.to} to={item.to} className={classes.link}>
      {item.label}
    </NavLink>
  ));
  return (
    <header className={classes.bar}>
      <Burger className={classes.burger} size={18} opened={open} onClick={() => setOpen(true)} aria-label="Menu" />
      <NavLink to="/" className={classes.brand} aria-label="Readroom, start page">
        <Logo size={22} />
        <span>Readroom</span>
      </NavLink>
      <nav className={classes.nav} aria-label="Pages">
        {links}
      </nav>
      <button type="button" className={classes.search} onClick={palette.open}>
        <IconSearch size={14} stroke={1.8} aria-hidden="true" />
        <span className={classes.searchText}>Search or type a command</span>
        <span className={classes.searchKey}>
          <KeyHint combo="mod+K" action="app.search" />
        </span>
      </button>
      <div className={classes.right}>
        <OnShift />
        <Bell />
        <UserMenu />
      </div>
      <Drawer
        opened={open}
        onClose={() => setOpen(false)}
        size={280}
        title="Readroom"
        closeButtonProps={{ "aria-label": "Close" }}
      >
        <nav className={classes.drawer} aria-label="Pages">
          {links}
        </nav>
      </Drawer>
    </header>
  );
}

/** While it is not known who is here. Nothing for the first moment; a reason and a retry when the hub can't be reached. */
export function Splash({
  error,
  onRetry,
}: {
  error?: { message: string; action?: string | undefined };
  onRetry?: () => void;
}) {
  const late = useAfter(400);
  return (
    <div className={classes.splash}>
      {error ? (
        <ErrorState
          title="The hub cannot be reached"
          error={error}
          safe="Work that showed “saved” is safe on the hub."
          {...(onRetry ? { onRetry } : {})}
        />
      ) : late ? (
        <Logo size={40} title="Readroom is loading" />
      ) : null}
    </div>
  );
}
