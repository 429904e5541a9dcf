import { existsSync } from "node:fs";
import pg from "pg";
import { chromium, type Page } from "playwright";
import { startHub } from "../fixtures/hub.js";
import { databaseOf } from "../fixtures/hub-database.js";
import { logIn, PASSWORD, type Person } from "../fixtures/person.js";
import type { Benchmark } from "./bench.js";
import { quantile } from "./bench.js";
import { seedOpenStudies } from "./worklist-seed.js";

const OPEN = 50_000;
const SECONDS = 5;
/** 20 rows a frame: nobody reads at this speed, and everything in sight is drawn anew with each frame. */
const PIXELS_A_FRAME = 560;
const EVENTS_A_SECOND = 20;
const DEBIAN_CHROMIUM = "/usr/bin/chromium";

/** 50,000 open studies in a real browser on a real hub: how long until they are there, and whether scrolling keeps its frames, also while the list changes. */
export default {
  name: "worklist-scroll",
  async run({ figure, note, defer }) {
    const hub = await startHub();
    defer(() => hub.stop());
    const client = new pg.Client(databaseOf(hub.dataDir));
    await client.connect();
    await seedOpenStudies(client, "NIGHTLINE", OPEN);
    await client.end();
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
    await page.getByLabel("E-mail").fill("fischer@nightline.example");
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Log in", exact: true }).click();
    await page.waitForURL(/worklist|operations/);

    const ours = { subject: "readroom" } as const;
    const began = performance.now();
    const bytes = await countBytes(page, async () => {
      await page.goto("/worklist?view=all");
      await page.getByRole("row").nth(5).waitFor();
      figure({ name: "address to the first rows", value: performance.now() - began, unit: "ms", ...ours });
      await page
        .locator('[role=grid][aria-rowcount="50001"], [role=grid][aria-rowcount^="500"]')
        .waitFor({ timeout: 60_000 });
    });
    figure({ name: `address to all ${OPEN} rows`, value: performance.now() - began, unit: "ms", ...ours });
    figure({ name: "snapshot on the line, a row", value: bytes / OPEN, unit: "bytes", ...ours });

    const still = await scroll(page);
    report("nothing else happening", still);
    const reader = await logIn(hub.url, "lindqvist@nightline.example");
    const stop = changes(reader);
    const busy = await scroll(page);
    report(`${EVENTS_A_SECOND} studies changing a second`, busy);
    note(`${await stop()} studies changed meanwhile`);

    function report(when: string, frames: readonly number[]): void {
      const dropped = frames.filter((ms) => ms > 25).length / frames.length;
      figure({ name: `frames a second, ${when}`, value: 1000 / (sum(frames) / frames.length), unit: "fps", ...ours });
      figure({ name: `frame p50, ${when}`, value: quantile(frames, 0.5), unit: "ms", ...ours });
      figure({ name: `frame p99, ${when}`, value: quantile(frames, 0.99), unit: "ms", ...ours });
      figure({ name: `frames later than 25 ms, ${when}`, value: 100 * dropped, unit: "%", ...ours });
    }
  },
} satisfies Benchmark;

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** Compressed bytes of the list's pages while `work` runs. */
async function countBytes(page: Page, work: () => Promise<void>): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  const wanted = new Set<string>();
  let bytes = 0;
  session.on("Network.responseReceived", ({ requestId, response }) => {
    if (response.url.includes("/api/worklist/lines")) wanted.add(requestId);
  });
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (wanted.has(requestId)) bytes += encodedDataLength;
  });
  await work();
  await session.detach();
  return bytes;
}

/** Scrolls down for some seconds, a step each frame, and gives how long each frame took. */
const scroll = (page: Page): Promise<number[]> =>
  page.evaluate(
    async ({ seconds, step }) => {
      const grid = document.querySelector<HTMLElement>("[role=grid]");
      if (!grid) throw new Error("there is no list");
      grid.scrollTop = 0;
      const frames: number[] = [];
      await new Promise<void>((done) => {
        const began = performance.now();
        let last = began;
        const frame = (now: number) => {
          frames.push(now - last);
          last = now;
          grid.scrollTop += step;
          if (now - began < seconds * 1000) requestAnimationFrame(frame);
          else done();
        };
        requestAnimationFrame((now) => {
          last = now;
          requestAnimationFrame(frame);
        });
      });
      return frames.slice(5);
    },
    { seconds: SECONDS, step: PIXELS_A_FRAME },
  );

/** A reader who claims and returns study after study. Resolves to how often the list changed. */
function changes(reader: Person): () => Promise<number> {
  let on = true;
  let done = 0;
  const loop = async () => {
    while (on) {
      const { body } = await reader.send<{ claim: { studyId: string; fence: number } | null }>(
        "POST",
        "/api/worklist/next",
        {},
      );
      if (!body.claim) throw new Error("nothing to claim");
      done += 1;
      await new Promise((resolve) => setTimeout(resolve, 1000 / EVENTS_A_SECOND));
      await reader.send("POST", `/api/studies/${body.claim.studyId}/release`, { fence: body.claim.fence });
      done += 1;
      await new Promise((resolve) => setTimeout(resolve, 1000 / EVENTS_A_SECOND));
    }
  };
  const running = loop();
  return async () => {
    on = false;
    await running;
    return done;
  };
}
