import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";

const DEBIAN_CHROMIUM = "/usr/bin/chromium";

/** Journeys that mostly wait for a process to come back: they run beside the others, in a process of their own (.ci/run). */
const BESIDE = ["bad-input", "bad-line", "power-cut", "set-up"].map((name) => `**/${name}.spec.ts`);
/**
 * Journeys: what people do, in real browsers on a real hub of each file's own. Time limits are those of two cores that draw the images
 * of four browsers in software.
 */
export default defineConfig({
  testDir: "journeys",
  projects: [
    { name: "journeys", testIgnore: BESIDE, outputDir: "results/journeys" },
    { name: "beside", testMatch: BESIDE, outputDir: "results/beside" },
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
