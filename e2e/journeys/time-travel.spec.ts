import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import type { AuditAnswer } from "@readroom/shared/contract/http/audit.js";
import { axe } from "../fixtures/axe";
import { greysOnScreen, IMAGE, logInOnScreen, openScreen } from "../fixtures/browser";
import { type RunningHub, startHub } from "../fixtures/hub";
import { logIn } from "../fixtures/person";
import { sendWrist } from "../fixtures/wrist";

/** What was on the reader's screen, marked and written at any instant of a reading, replayed by those who may. */
const SHOTS = process.env.READROOM_SHOTS;
let hub: RunningHub;
let scratch: string;

test.beforeAll(async () => {
  hub = await startHub();
  scratch = mkdtempSync(join(tmpdir(), "readroom-time-travel-"));
});
test.afterAll(async () => {
  await hub?.stop();
  if (scratch) rmSync(scratch, { recursive: true, force: true });
});

test("a reading is replayed: slice, marks and text as they were, by those with the right, and audited", async ({
  browser,
}) => {
  const { page, problems, context } = await openScreen(browser, hub.url);

  await test.step("a radiologist reads: scrolls, measures, writes, scrolls on", async () => {
    await sendWrist(hub, scratch);
    await logInOnScreen(page, "tanaka@nightline.example");
    await expect(page.getByRole("row", { name: /LEE, KO/i })).toContainText("ready", { timeout: 60_000 });
    await page.keyboard.press("n");
    await expect(page).toHaveURL(/\/read\//);
    await expect.poll(() => greysOnScreen(page), { timeout: 40_000 }).toBeGreaterThan(20);
    await page.keyboard.press("End");
    await expect(page.getByLabel("Viewports")).toContainText(/8\s*\/\s*8/);
    await page.keyboard.press("l");
    await drag(page, [0.35, 0.4], [0.6, 0.5]);
    await page.getByRole("tab", { name: /Findings/ }).click();
    await expect(page.getByLabel("Marks")).toContainText("mm");
    await page.getByRole("tab", { name: "Report" }).click();
    await page.getByRole("button", { name: "Begin the report" }).click();
    const section = page
      .getByRole("textbox", { name: "Report" })
      .locator("section, [data-section]")
      .filter({ hasText: /^Impression/i });
    await section.locator("p").last().click();
    await page.keyboard.type("Scaphoid fracture.");
    await expect(page.getByText("saved").first()).toBeVisible();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Home");
    await expect(page.getByLabel("Viewports")).toContainText(/1\s*\/\s*8/);
  });

  const studyId = /\/read\/([0-9a-f-]{36})/.exec(page.url())?.[1] ?? "";
  const person = await logIn(hub.url, "tanaka@nightline.example");
  await expect
    .poll(async () => {
      const line = await person.get<{ people: { looks: number[] }[] }>(`/api/studies/${studyId}/history`);
      return line.people[0]?.looks.length ?? 0;
    })
    .toBeGreaterThan(1);

  await test.step("time travel opens from the room, at how it stands", async () => {
    await page.getByRole("tab", { name: /^Room/ }).click();
    await page.getByRole("link", { name: "Time travel" }).click();
    await expect(page.getByRole("heading", { name: "Time travel" })).toBeVisible();
    await expect(page.getByRole("article", { name: "Report as it was" })).toContainText("Scaphoid fracture.");
    await expect(page.getByRole("list", { name: "Marks as they were" })).toContainText("mm");
    await expect(page.getByText(/On the screen of Dr Aiko Tanaka/)).toBeVisible();
    await expect(page.getByLabel("Screen as it was")).toContainText(/\d\s*\/\s*8/);
    await shot(page, "end");
    expect(await axe(page, "time travel")).toEqual([]);
  });

  await test.step("at its beginning there was no report and no mark", async () => {
    await page.getByRole("slider", { name: "Instant" }).press("Home");
    await expect(page.getByText("No report had been begun.")).toBeVisible();
    await expect(page.getByText("No marks stood then.")).toBeVisible();
  });

  await test.step("played, the reading goes by: the last slice is on screen before the text is there, and it ends as it stands", async () => {
    await page.getByRole("button", { name: "Next moment" }).click();
    await expect(page.getByLabel("Screen as it was")).toContainText(/8\s*\/\s*8/);
    await expect(page.getByRole("list", { name: "Marks as they were" })).toContainText("mm");
    await expect(page.getByText("Scaphoid fracture.")).toHaveCount(0);
    await shot(page, "measured");
    await page.getByLabel("Speed").getByText("16×").click();
    await page.getByRole("button", { name: "Play", exact: true }).click();
    await expect(page.getByRole("article", { name: "Report as it was" })).toContainText("Scaphoid fracture.", {
      timeout: 30_000,
    });
    await expect(page.getByRole("button", { name: "Play", exact: true })).toBeVisible({ timeout: 30_000 });
    await expect(page.locator(IMAGE)).toHaveCount(0);
  });

  await test.step("who has no right finds nothing; reading the past is in the audit trail", async () => {
    const resident = await logIn(hub.url, "okafor@nightline.example");
    expect((await resident.send("GET", `/api/studies/${studyId}/history`)).status).toBe(403);
    const officer = await logIn(hub.url, "haddad@nightline.example");
    const { rows } = await officer.get<AuditAnswer>(`/api/audit?studyId=${studyId}&limit=200`);
    expect(rows.filter((row) => row.action === "history.read").map((row) => row.actor.name)).toContain(
      "Dr Aiko Tanaka",
    );
  });

  await test.step("on a phone and in light it fits", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme: "light" });
    await expect(page.getByRole("button", { name: "Play", exact: true })).toBeVisible();
    await shot(page, "phone");
    expect(await axe(page, "time travel, phone")).toEqual([]);
  });

  expect(problems).toEqual([]);
  await context.close();
});

async function shot(page: Page, name: string): Promise<void> {
  if (SHOTS) await page.screenshot({ path: join(SHOTS, `history-${name}.png`) });
}

async function drag(page: Page, from: readonly [number, number], to: readonly [number, number]): Promise<void> {
  const box = await page.locator(IMAGE).first().boundingBox();
  if (!box) throw new Error("no viewport on screen");
  await page.mouse.move(box.x + box.width * from[0], box.y + box.height * from[1]);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * to[0], box.y + box.height * to[1], { steps: 8 });
  await page.mouse.up();
}
