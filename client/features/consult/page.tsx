import { useMantineColorScheme } from "@mantine/core";
import type { GuestView } from "@readroom/shared/contract/http/critical.js";
import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useCallback, useEffect, useState } from "react";
import { asHubError, type HubError } from "../../kernel/api";
import { LineProvider } from "../../kernel/socket";
import { Logo } from "../../ui/logo";
import { SkeletonRows } from "../../ui/states";
import classes from "./page.module.css";
import { Doorstep, LinkDead } from "./parts/doorstep";
import { VisitOver, type WhyOver } from "./parts/visit-over";
import { guestRoom } from "./source";

// The room's code is large: the doorstep must not wait for it on a phone.
const loadRoom = () => import("./parts/guest-room");
const GuestRoom = lazy(async () => ({ default: (await loadRoom()).GuestRoom }));

type Stage =
  | { at: "looking" }
  | { at: "door"; token: string }
  | { at: "room"; guest: GuestView; came: "now" | "before" }
  | { at: "over"; why: WhyOver; by: string }
  | { at: "dead"; error: HubError };

/** Where a join link leads: first who calls and why, then the room. The token is taken out of the address at once. */
export default function JoinPage() {
  const [stage, setStage] = useState<Stage>({ at: "looking" });
  const { setColorScheme } = useMantineColorScheme();
  useEffect(() => setColorScheme("auto"), [setColorScheme]);
  useEffect(() => {
    const token = takeToken();
    if (token) return setStage({ at: "door", token });
    // No token: a reload by somebody who is in already has the guest's cookie.
    guestRoom().then(
      (guest) => setStage({ at: "room", guest, came: "before" }),
      (thrown: unknown) => setStage({ at: "dead", error: asHubError(thrown) }),
    );
  }, []);

  const client = useQueryClient();
  // nothing of the patient stays in the page of somebody whose visit is over
  const over = useCallback(
    (why: WhyOver, by: string) => {
      setStage({ at: "over", why, by });
      client.clear();
    },
    [client],
  );
  const { at } = stage;
  useEffect(() => {
    if (at === "door") void loadRoom();
  }, [at]);

  switch (stage.at) {
    case "looking":
      return (
        <Frame>
          <SkeletonRows rows={4} tracks="1fr" height={40} />
        </Frame>
      );
    case "door":
      return (
        <Frame>
          <Doorstep token={stage.token} onEntered={(guest) => setStage({ at: "room", guest, came: "now" })} />
        </Frame>
      );
    case "dead":
      return (
        <Frame>
          <LinkDead error={stage.error} />
        </Frame>
      );
    case "over":
      return (
        <Frame>
          <VisitOver why={stage.why} by={stage.by} />
        </Frame>
      );
    case "room":
      return (
        <LineProvider who={`guest:${stage.guest.linkId}`} topics={[`study:${stage.guest.studyId}`]}>
          <Suspense
            fallback={
              <Frame>
                <SkeletonRows rows={4} tracks="1fr" height={40} />
              </Frame>
            }
          >
            <GuestRoom
              first={stage.guest}
              autoJoin={stage.came === "now" && stage.guest.critical !== null}
              onOver={over}
            />
          </Suspense>
        </LineProvider>
      );
  }
}

function Frame({ children }: { children: React.ReactNode }) {
  return (
    <div className={classes.frame}>
      <header className={classes.brand}>
        <Logo size={24} />
        <span>Readroom</span>
      </header>
      <main className={classes.door}>{children}</main>
      <footer className={classes.foot}>Not cleared for diagnostic use</footer>
    </div>
  );
}

/** The fragment never reaches a server; out of the address bar it is in no history, bookmark or screenshot either. */
function takeToken(): string | null {
  const token = window.location.hash.slice(1);
  if (token.length < 20) return null;
  window.history.replaceState(null, "", window.location.pathname);
  return token;
}
