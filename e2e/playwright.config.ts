import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";

const DEBIAN_CHROMIUM = "/usr/bin/chromium";

const files = (...names: string[]): string[] => names.map((name) => `**/${name}.spec.ts`);
/** Lanes that run beside the journeys that mostly draw, each in a process of its own (.ci/run). */
const WAITING = files("bad-input", "bad-line", "notices", "operator-rescue", "room-link", "set-up");
const KILLS = files("power-cut");

/**
 * Journeys: what people do, in real browsers on a real hub of each file's own. Time limits are those of two cores that draw the images
 * of four browsers in software.
 */
export default defineConfig({
  testDir: "journeys",
  projects: [
    { name: "journeys", testIgnore: [...WAITING, ...KILLS], outputDir: "results/journeys" },
    { name: "waiting", testMatch: WAITING, outputDir: "results/waiting" },
    { name: "kills", testMatch: KILLS, outputDir: "results/kills" },
  ],
  workers: 1,
  fullyParallel: false,
  retries: 0,
  timeout: 300_000,
  expect: { timeout: 30_000 },
  use: {
    browserName: "chromium",
    viewport: { width: 1440, height: 900 },
    actionTimeout: 30_000,
    // Recording costs every journey a third of its time: asked for where one fails and its picture doesn't tell why.
    trace: process.env.READROOM_TRACE === "1" ? "retain-on-failure" : "off",
    screenshot: "only-on-failure",
    launchOptions: {
      ...(existsSync(DEBIAN_CHROMIUM) ? { executablePath: DEBIAN_CHROMIUM } : {}),
      args: [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        "--autoplay-policy=no-user-gesture-required",
        "--disable-background-networking",
        "--no-first-run",
        "--disable-quic",
        ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      ],
    },
  },
});
