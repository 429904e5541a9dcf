import { endPush, savePush } from "./source";

const WORKER = "/notices-worker.js";

export const pushSupported = (): boolean =>
  window.isSecureContext && "serviceWorker" in navigator && "PushManager" in window;

/** The subscription of this browser, null where it has none. */
export async function currentPush(): Promise<PushSubscription | null> {
  if (!pushSupported()) return null;
  const registration = await navigator.serviceWorker.getRegistration("/");
  return (await registration?.pushManager.getSubscription()) ?? null;
}

/** Asks the browser's push service for an address and tells the hub. Rejects where the browser refuses. */
export async function beginPush(publicKey: string): Promise<void> {
  await navigator.serviceWorker.register(WORKER, { scope: "/" });
  const { pushManager } = await navigator.serviceWorker.ready;
  const key = fromBase64Url(publicKey);
  const known = await pushManager.getSubscription();
  // Of another hub, or of this one before its keys were lost: it can't be used.
  if (known && !sameKey(known.options.applicationServerKey, key)) await known.unsubscribe();
  const subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const { endpoint, keys } = subscription.toJSON();
  await savePush({ endpoint, keys });
}

export async function stopPush(): Promise<void> {
  const subscription = await currentPush();
  if (!subscription) return;
  await endPush(subscription.endpoint);
  await subscription.unsubscribe();
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

function sameKey(a: ArrayBuffer | null, b: Uint8Array): boolean {
  if (!a) return false;
  const bytes = new Uint8Array(a);
  return bytes.length === b.length && bytes.every((byte, n) => byte === b[n]);
}
