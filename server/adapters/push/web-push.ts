import type { PushPort, Sent } from "../../features/notices/ports.js";

/** The push services of Chrome and Edge, Firefox, Windows and Safari. */
const SERVICES = [
  "fcm.googleapis.com",
  ".push.services.mozilla.com",
  ".notify.windows.com",
  ".push.apple.com",
] as const;

export interface PushOptions {
  /** How a push service may reach whoever runs the hub: mailto: or https: (RFC 8292 §2.1). */
  readonly contact: string;
  /** Further hosts that subscriptions may name, beside the browsers' own. Tests name theirs. */
  readonly alsoHosts?: readonly string[];
}

/** Loaded with the first subscription: most starts of the hub send nothing. */
const library = async () => (await import("web-push")).default;

const TIMEOUT_MS = 10_000;
const URGENT_TTL = 60 * 60;
const TTL = 4 * 60 * 60;

/** Messages to browsers (RFC 8030), encrypted for the one that subscribed (RFC 8291). No redirect is followed. */
export function webPushSender({ contact, alsoHosts = [] }: PushOptions): PushPort {
  const accepts = (endpoint: string): boolean => {
    if (!URL.canParse(endpoint)) return false;
    const { host, hostname, protocol } = new URL(endpoint);
    if (alsoHosts.includes(host)) return true;
    const known = SERVICES.some((name) => (name.startsWith(".") ? hostname.endsWith(name) : hostname === name));
    return known && protocol === "https:" && host === hostname;
  };
  return {
    makeKeys: async () => (await library()).generateVAPIDKeys(),
    accepts,
    send: async (keys, target, message): Promise<Sent> => {
      if (!accepts(target.endpoint)) return { ok: false, permanent: true, reason: "not a push service" };
      try {
        const details = (await library()).generateRequestDetails(target, JSON.stringify(message), {
          TTL: message.urgent ? URGENT_TTL : TTL,
          urgency: message.urgent ? "high" : "normal",
          vapidDetails: { subject: contact, ...keys },
        });
        const response = await fetch(details.endpoint, {
          method: "POST",
          headers: Object.fromEntries(Object.entries(details.headers).map(([name, value]) => [name, String(value)])),
          body: new Uint8Array(details.body ?? Buffer.alloc(0)),
          redirect: "error",
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        await response.body?.cancel();
        if (response.ok) return { ok: true };
        return {
          ok: false,
          permanent: GONE.includes(response.status),
          reason: `the push service answered ${response.status}`,
        };
      } catch (error) {
        return { ok: false, permanent: false, reason: error instanceof Error ? error.message : String(error) };
      }
    },
  };
}

/** No longer known; never known; not for these keys. Anything else may pass. */
const GONE: readonly number[] = [404, 410, 400, 401, 403];
