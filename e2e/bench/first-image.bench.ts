import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Page } from "playwright";
import { makeImage, newUid } from "../devices/dicom-maker.js";
import { dcmsend } from "../devices/modality.js";
import { realDicom } from "../devices/test-data.js";
import { startHub } from "../fixtures/hub.js";
import { eventually, logIn, PASSWORD } from "../fixtures/person.js";
import type { Benchmark } from "./bench.js";
import { quantile } from "./bench.js";

const ROUNDS = 5;
const DEBIAN_CHROMIUM = "/usr/bin/chromium";

/** From the click on "Log in" at a study's address to its first image on screen, in a real browser on a real hub, each time a fresh one. */
export default {
  name: "first-image",
  async run({ figure, note, defer, scratch }) {
    const hub = await startHub();
    defer(() => hub.stop());
    const sent = await dcmsend({ port: hub.ports.dicom }, [folderOfImages(scratch, note)]);
    if (sent.code !== 0) throw new Error(sent.output);
    const reader = await logIn(hub.url, "lindqvist@nightline.example");
    const studyId = await eventually("the study is listed", async () => {
      const { rows } = await reader.get<{ rows: { studyId: string; isDemo: boolean }[] }>("/api/worklist");
      return rows.find((row) => !row.isDemo)?.studyId;
    });
    const browser = await chromium.launch({
      ...(existsSync(DEBIAN_CHROMIUM) ? { executablePath: DEBIAN_CHROMIUM } : {}),
      args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
    });
    defer(() => browser.close());
    const cold: number[] = [];
    const warm: number[] = [];
    const within: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const context = await browser.newContext({ baseURL: hub.url, viewport: { width: 1440, height: 900 } });
      const page = await context.newPage();
      cold.push(await logInAndSee(page, `/read/${studyId}`));
      const began = performance.now();
      await page.reload({ waitUntil: "commit" });
      await imageShown(page);
      warm.push(performance.now() - began);
      within.push(await openFromWorklist(page, studyId));
      await context.close();
    }
    const ms = { subject: "readroom", unit: "ms" } as const;
    figure({ name: "log-in click to first image, fresh browser, median", value: quantile(cold, 0.5), ...ms });
    figure({ name: "study's address to first image, program cached, median", value: quantile(warm, 0.5), ...ms });
    figure({ name: "worklist to first image, program running, median", value: quantile(within, 0.5), ...ms });
  },
} satisfies Benchmark;

async function logInAndSee(page: Page, address: string): Promise<number> {
  await page.goto(address);
  await page.getByLabel("E-mail").fill("lindqvist@nightline.example");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  const began = performance.now();
  await page.getByRole("button", { name: "Log in", exact: true }).click();
  await imageShown(page);
  return performance.now() - began;
}

/** As a reader goes on to the next study: the program runs, the worklist has been looked at for a moment. */
async function openFromWorklist(page: Page, studyId: string): Promise<number> {
  await page.goto("/worklist");
  await page
    .getByRole("button", { name: /Next study/ })
    .first()
    .waitFor();
  await page.waitForFunction(() =>
    performance.getEntriesByType("resource").some(({ name }) => name.includes("warm-up")),
  );
  await page.waitForLoadState("networkidle");
  const began = performance.now();
  await page.evaluate((to) => {
    history.pushState({}, "", to);
    dispatchEvent(new PopStateEvent("popstate"));
  }, `/read/${studyId}`);
  await imageShown(page);
  return performance.now() - began;
}

/** The overlay with the image's number is drawn when the image is. */
const imageShown = async (page: Page): Promise<void> =>
  page
    .getByLabel("Viewports")
    .getByText(/\d+\s*\/\s*\d+/)
    .first()
    .waitFor({ timeout: 60_000 });

function folderOfImages(scratch: string, note: (text: string) => void): string {
  const real = realDicom();
  if (real) return join(real, "ct-head-phantom");
  note("made of generated images: no real test data here");
  const [study, series] = [newUid(), newUid()];
  for (let number = 1; number <= 105; number += 1)
    writeFileSync(join(scratch, `${number}.dcm`), makeImage({ study, series, number, rows: 512, columns: 512 }));
  return scratch;
}
