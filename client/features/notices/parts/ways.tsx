import { Button } from "@mantine/core";
import type { NoticeSettings } from "@readroom/shared/contract/http/notices.js";
import { useEffect, useState } from "react";
import { asHubError, refusalWords } from "../../../kernel/api";
import { toast } from "../../../ui/toast";
import { type Permission, permissionWords } from "../model";
import { beginPush, currentPush, pushSupported, stopPush } from "../push";
import { askPermission, permissionNow, playSound } from "../ring";
import { sendTest } from "../source";
import classes from "./notices.module.css";

/** Each way with what this browser allows, in words, and a test. */
export function Ways({ settings, changed }: { settings: NoticeSettings; changed(): void }) {
  return (
    <div className={classes.lines}>
      <Desktop />
      <Sound />
      <Push settings={settings} changed={changed} />
      <Mail settings={settings} />
    </div>
  );
}

function Line({ name, text, children }: { name: string; text: string; children?: React.ReactNode }) {
  return (
    <div className={classes.line}>
      <p>
        <b>{name}</b>
        {text}
      </p>
      {children}
    </div>
  );
}

function Desktop() {
  const [permission, setPermission] = useState<Permission>(permissionNow);
  useEffect(() => {
    const look = () => setPermission(permissionNow());
    window.addEventListener("focus", look);
    return () => window.removeEventListener("focus", look);
  }, []);
  const test = () => {
    const shown = new Notification("This is a test", { body: "Readroom can reach you this way.", tag: "test" });
    setTimeout(() => shown.close(), 8000);
  };
  return (
    <Line name="Desktop" text={permissionWords(permission)}>
      {permission === "default" ? (
        <Button variant="default" onClick={async () => setPermission(await askPermission())}>
          Ask this browser
        </Button>
      ) : null}
      {permission === "granted" ? (
        <Button variant="default" onClick={test}>
          Test the desktop
        </Button>
      ) : null}
    </Line>
  );
}

function Sound() {
  const [quiet, setQuiet] = useState(false);
  const text = quiet
    ? "This browser played nothing: allow sound for this site, then test again."
    : "Two soft tones; three rising ones where it is urgent. Of several open tabs one plays.";
  return (
    <Line name="Sound" text={text}>
      <Button variant="default" onClick={async () => setQuiet(!(await playSound(false)))}>
        Test the sound
      </Button>
    </Line>
  );
}

function Push({ settings, changed }: { settings: NoticeSettings; changed(): void }) {
  const [here, setHere] = useState<boolean | null>(null);
  const [busy, setBusy] = useState(false);
  const supported = pushSupported();
  useEffect(() => {
    currentPush().then(
      (subscription) => setHere(subscription !== null),
      () => setHere(false),
    );
  }, []);
  const turn = async (on: boolean) => {
    setBusy(true);
    try {
      if (on && (await askPermission()) !== "granted") throw new Error("blocked");
      await (on ? beginPush(settings.push.publicKey) : stopPush());
      setHere(on);
      changed();
    } catch (thrown) {
      const blocked = permissionNow() !== "granted";
      toast.failed(blocked ? permissionWords(permissionNow()) : asPushError(thrown), "Push is not on");
    } finally {
      setBusy(false);
    }
  };
  const devices = settings.push.devices.map(({ device }) => device).join(", ");
  const where = devices ? ` On: ${devices}.` : "";
  const text = supported
    ? `Reaches you also when no page of Readroom is open. Says only that something waits.${where}`
    : `Not in this browser, or not at this address: push needs https.${where}`;
  return (
    <Line name="Push" text={text}>
      {supported && here !== null ? (
        <Button variant="default" loading={busy} onClick={() => void turn(!here)}>
          {here ? "Turn off here" : "Turn on here"}
        </Button>
      ) : null}
      {devices ? <Test channel="push" label="Test push" /> : null}
    </Line>
  );
}

/** The browser's own reasons are for programmers; the hub's are for people. */
const asPushError = (thrown: unknown): string =>
  thrown instanceof DOMException
    ? "This browser's push service could not be reached. Try again in a moment."
    : asHubError(thrown).message;

function Mail({ settings }: { settings: NoticeSettings }) {
  const text = settings.available.mail
    ? `To ${settings.email}, when you have not seen it within a minute.`
    : "This hub has no mail server: an administrator can name one.";
  return (
    <Line name="Mail" text={text}>
      {settings.available.mail ? <Test channel="mail" label="Test mail" /> : null}
    </Line>
  );
}

function Test({ channel, label }: { channel: "push" | "mail"; label: string }) {
  const [busy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    try {
      await sendTest(channel);
      toast.done("A test is on its way.");
    } catch (thrown) {
      toast.failed(refusalWords(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button variant="default" loading={busy} onClick={() => void run()}>
      {label}
    </Button>
  );
}
