// Receives push messages while no page is open. Texts come from the hub and name no patient; nothing is cached here.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  let message = {};
  try {
    message = event.data?.json() ?? {};
  } catch {
    // A push that can't be read still has to show something (Push API, userVisibleOnly).
  }
  const { title = "Readroom", body = "", href = "/", tag = "readroom", urgent = false } = message;
  event.waitUntil(
    self.registration.showNotification(title, {
      body,
      tag,
      requireInteraction: urgent,
      renotify: urgent,
      data: { href },
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const href = event.notification.data?.href;
  // Only ever one of our own pages.
  const path = typeof href === "string" && href.startsWith("/") && !href.startsWith("//") ? href : "/";
  event.waitUntil(open(path));
});

async function open(path) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find((one) => one.focused) ?? pages[0];
  if (!page) return self.clients.openWindow(path);
  await page.focus();
  // The page goes there by itself, so that an open report is left as the person leaves it.
  page.postMessage({ type: "notices.open", href: path });
}
