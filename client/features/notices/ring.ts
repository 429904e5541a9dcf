import type { NoticesReleased } from "@readroom/shared/contract/http/notices.js";
import type { Permission } from "./model";

type Bundle = NoticesReleased["bundles"][number];

/** Two soft tones, three rising ones where it is urgent. Made here: no file to fetch, and the same everywhere. */
const TONES = { calm: [660, 880], urgent: [660, 880, 1175] } as const;
const TONE_S = 0.14;

let audio: AudioContext | null = null;

/** A browser that has not been touched yet plays nothing; it is asked again with the next sound. */
export async function playSound(urgent: boolean): Promise<boolean> {
  audio ??= new AudioContext();
  if (audio.state === "suspended") await Promise.race([audio.resume(), new Promise((done) => setTimeout(done, 300))]);
  if (audio.state !== "running") return false;
  const start = audio.currentTime + 0.02;
  for (const [n, frequency] of TONES[urgent ? "urgent" : "calm"].entries()) {
    const at = start + n * TONE_S;
    const tone = new OscillatorNode(audio, { type: "sine", frequency });
    const volume = new GainNode(audio, { gain: 0 });
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(urgent ? 0.25 : 0.14, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, at + TONE_S * 1.6);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + TONE_S * 1.7);
  }
  return true;
}

/** Of several open tabs one plays: the first that gets the lock. Without locks (plain http) the one in front does. */
export async function playOnce(urgent: boolean): Promise<void> {
  if (!("locks" in navigator)) {
    if (document.visibilityState === "visible") await playSound(urgent);
    return;
  }
  await navigator.locks.request("readroom-notice-sound", { ifAvailable: true }, async (lock) => {
    if (!lock) return;
    await playSound(urgent);
    await new Promise((done) => setTimeout(done, 1200));
  });
}

export const permissionNow = (): Permission =>
  "Notification" in window && window.isSecureContext ? Notification.permission : "unsupported";

export async function askPermission(): Promise<Permission> {
  if (permissionNow() === "unsupported") return "unsupported";
  return Notification.requestPermission();
}

/** On the desktop, where others can read it: only what may be said outside. Not over a page that the person is looking at. */
export function showOnDesktop(
  bundle: Pick<Bundle, "outside" | "tag" | "href" | "urgent">,
  open: (href: string) => void,
): void {
  if (permissionNow() !== "granted") return;
  if (document.visibilityState === "visible" && document.hasFocus()) return;
  try {
    const { title, body } = bundle.outside;
    const shown = new Notification(title, { body, tag: bundle.tag, requireInteraction: bundle.urgent });
    shown.onclick = () => {
      window.focus();
      shown.close();
      open(bundle.href);
    };
  } catch {
    // Phones show notifications through a service worker alone: there push is the way.
  }
}
