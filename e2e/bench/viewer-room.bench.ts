import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { type PointerPlace, readingDocument } from "@readroom/shared/contract/room.js";
import { chromium, type Page } from "playwright";
import { startHub } from "../fixtures/hub.js";
import { logIn, PASSWORD, type Person } from "../fixtures/person.js";
import { headArrives } from "../fixtures/phantom.js";
import { enter } from "../fixtures/rooms.js";
import type { Benchmark } from "./bench.js";

const OTHERS = 29;
const HZ = 30;
const SECONDS = 6;
const DEBIAN_CHROMIUM = "/usr/bin/chromium";

/** A room of 30: how many slices a second the viewer scrolls through alone, and while 29 others point at 30 Hz. */
export default {
  name: "viewer-room",
  async run({ figure, note, defer }) {
    const hub = await startHub();
    defer(() => hub.stop());
    await hub.setQuietSeconds(1);
    const scratch = mkdtempSync(join(tmpdir(), "readroom-viewer-room-"));
    defer(async () => rmSync(scratch, { recursive: true, force: true }));
    const { studyId } = await headArrives(hub, scratch, await logIn(hub.url, "fischer@nightline.example"), "BEN0001");
    const browser = await chromium.launch({
      ...(existsSync(DEBIAN_CHROMIUM) ? { executablePath: DEBIAN_CHROMIUM } : {}),
      args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
    });
    defer(() => browser.close());
    const context = await browser.newContext({ baseURL: hub.url, viewport: { width: 1440, height: 900 } });
    // The functions sent to the page were compiled with a helper that keeps their names; the page has none.
    await context.addInitScript("globalThis.__name = (of) => of");
    const page = await context.newPage();
    await page.goto("/login");
    await page.getByLabel("E-mail").fill("lindqvist@nightline.example");
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Log in", exact: true }).click();
    await page.waitForURL(/worklist|operations|\/$/);
    await page.goto(`/read/${studyId}`);
    await page.locator('[data-series][data-phase="shown"]').first().waitFor({ timeout: 60_000 });
    await slices(page);

    const ours = { subject: "readroom", unit: "slices/s" } as const;
    for (const [name, key] of [
      ["images", null],
      ["planes", "m"],
    ] as const) {
      if (key) {
        await page.keyboard.press(key);
        await page.locator('[data-plane="sagittal"][data-phase="shown"]').waitFor({ timeout: 60_000 });
      }
      figure({ name: `${name}, alone in the room`, value: await slices(page), ...ours });
      const crowd = await pointing(await logIn(hub.url, "ortiz@nightline.example"), studyId);
      figure({ name: `${name}, ${OTHERS} others pointing at ${HZ} Hz`, value: await slices(page), ...ours });
      await crowd.leave();
    }
    note(`software renderer; load of the machine ${loadavg()[0]?.toFixed(1)}`);
  },
} satisfies Benchmark;

/** Slices a second that are shown while the wheel turns with every screen frame, down and up again. */
function slices(page: Page): Promise<number> {
  return page.evaluate(async (seconds) => {
    const viewport = document.querySelector("[data-series][data-phase]");
    const canvas = viewport?.querySelector("canvas");
    const spoken = viewport?.querySelector("span[class*=spoken]");
    if (!canvas || !spoken) throw new Error("no images");
    let seen = 0;
    const watch = new MutationObserver(() => {
      seen += 1;
    });
    watch.observe(spoken, { characterData: true, childList: true, subtree: true });
    const began = performance.now();
    const until = began + seconds * 1000;
    let turns = 0;
    await new Promise<void>((done) => {
      const turn = (now: number) => {
        if (now > until) return done();
        turns += 1;
        const deltaY = Math.floor(turns / 15) % 2 === 0 ? 100 : -100;
        canvas.dispatchEvent(new WheelEvent("wheel", { deltaY, bubbles: true, cancelable: true }));
        requestAnimationFrame(turn);
      };
      requestAnimationFrame(turn);
    });
    watch.disconnect();
    return seen / ((performance.now() - began) / 1000);
  }, SECONDS);
}

interface Detail {
  row: { studyInstanceUid: string };
  series: { seriesInstanceUid: string }[];
}

/** Others in the room, each with a pointer that circles in the head. */
async function pointing(person: Person, studyId: string) {
  const { row, series } = await person.get<Detail>(`/api/studies/${studyId}`);
  const [studyInstanceUid, seriesInstanceUid] = [row.studyInstanceUid, series[0]?.seriesInstanceUid ?? ""];
  // in the head's own frame of reference, so that each pointer is drawn
  const [first] = await person.get<Record<string, { Value?: string[] }>[]>(
    `/dicomweb/studies/${studyInstanceUid}/series/${seriesInstanceUid}/metadata`,
  );
  const uid = (tag: string) => first?.[tag]?.Value?.[0] ?? "";
  const sockets = Array.from({ length: OTHERS }, () => person.socket());
  const rooms = sockets.map((socket) => enter(socket, readingDocument(studyId)));
  const place = (turn: number): PointerPlace => ({
    frameOfReferenceUid: uid("00200052"),
    studyInstanceUid,
    seriesInstanceUid,
    sopInstanceUid: uid("00080018"),
    frame: 1,
    worldMm: [40 * Math.cos(turn / 20), 40 * Math.sin(turn / 20), 5],
  });
  let turn = 0;
  const timer = setInterval(() => {
    turn += 1;
    for (const [at, room] of rooms.entries()) room.sendPointer(place(turn + at * 10));
  }, 1000 / HZ);
  await Promise.all(rooms.map((room) => live(room)));
  return {
    async leave() {
      clearInterval(timer);
      for (const room of rooms) room.destroy();
      for (const socket of sockets) socket.close();
    },
  };
}

const live = (room: ReturnType<typeof enter>): Promise<void> =>
  new Promise((resolve) => {
    const check = () => {
      if (room.snapshot().status !== "live") return;
      stop();
      resolve();
    };
    const stop = room.subscribe(check);
    check();
  });
