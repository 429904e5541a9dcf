import { localStorageColorSchemeManager, type MantineColorScheme } from "@mantine/core";
import type { SessionView } from "@readroom/shared/contract/http/session.js";

/** What the browser showed last, so that a reload does not flash the other scheme. */
export const schemeManager = localStorageColorSchemeManager({ key: "readroom-scheme" });

const keyOf = (userId: string) => `readroom-scheme-${userId}`;

/**
 * The scheme of this person in this browser. Until they choose: dark where films are read, light for hospitals and referring
 * physicians, who work in bright rooms.
 */
export function schemeOf(session: SessionView): MantineColorScheme {
  const own = window.localStorage.getItem(keyOf(session.user.id));
  if (own === "light" || own === "dark" || own === "auto") return own;
  return session.organisation.kind === "hospital" ? "light" : "dark";
}

export function rememberScheme(session: SessionView, scheme: MantineColorScheme): void {
  window.localStorage.setItem(keyOf(session.user.id), scheme);
}
