import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, type Page, test } from "@playwright/test";
import { greysOnScreen } from "../fixtures/browser";
import { asPerson, DESK, inEveryForm } from "../fixtures/forms";
import { type RunningHub, startHub } from "../fixtures/hub";
import { nightIsIn, type Row, sendNight } from "../fixtures/night";
import { logIn } from "../fixtures/person";

/** The screens around a reading, in every form (fixtures/forms.ts). */
const README_PICTURE = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "docs", "images", "reading-room.png");
const FINDING = "Left basal ganglia haemorrhage, 34 ml, with midline shift";

let hub: RunningHub;
let scratch: string;
let rows: Row[];
let head: Row;
let link: string;

test.beforeAll(async () => {
  hub = await startHub();
  scratch = mkdtempSync(join(tmpdir(), "readroom-screens-"));
  await hub.setQuietSeconds(2);
  await sendNight(hub, scratch);
  const reader = await logIn(hub.url, "lindqvist@nightline.example");
  rows = await nightIsIn(await logIn(hub.url, "fischer@nightline.example"));
  head = rows.find((row) => row.accessionNumber === "INVCRAN01") as Row;
  await reader.send("POST", `/api/studies/${head.studyId}/claim`, {});
  const raised = await reader.send<{ id: string }>("POST", `/api/studies/${head.studyId}/critical`, {
    category: "red",
    finding: FINDING,
  });
  expect(raised.status).toBe(201);
  const made = await reader.send<{ url: string }>("POST", `/api/critical/${raised.body.id}/links`, {});
  link = made.body.url;
});

test.afterAll(async () => {
  await hub?.stop();
  if (scratch) rmSync(scratch, { recursive: true, force: true });
});

test("log-in, worklist, reading room and join page", async ({ browser }) => {
  test.setTimeout(600_000);
  await asPerson(browser, hub.url, null, (screen) => inEveryForm(screen, "log-in", showLogIn));
  await asPerson(browser, hub.url, "lindqvist@nightline.example", async (screen) => {
    await inEveryForm(screen, "worklist", showWorklist);
    await inEveryForm(screen, "reading-room", showReadingRoom);
  });
  // who ordered it, known by her number, was not here when the finding was raised
  await asPerson(browser, hub.url, "raman@stmary.example", async ({ page }) => {
    await page.goto("/");
    const note = page.getByRole("alert").filter({ hasText: "You are being called about a critical finding" });
    await note.getByRole("button", { name: "Open" }).click();
    await expect(page).toHaveURL(new RegExp(head.studyId));
  });
  await asPerson(browser, hub.url, null, async (screen) => {
    await inEveryForm(screen, "join-door", showDoor);
    await screen.page.getByLabel("You are").fill("Dr Priya Raman");
    await screen.page.getByRole("button", { name: "Join", exact: true }).click();
    await expect(screen.page.getByLabel(/^Patient SAMPLE/)).toBeVisible();
    await inEveryForm(screen, "join-room", showGuestRoom);
  });
});

async function showLogIn(page: Page): Promise<void> {
  await page.goto("/login");
  await expect(page.getByRole("button", { name: "Log in", exact: true })).toBeVisible();
  await expect(page.getByText("Dr Julia Lindqvist")).toBeVisible();
}

async function showWorklist(page: Page): Promise<void> {
  await page.goto("/worklist?view=all");
  await expect(page.getByText(/SAMPLE/).first()).toBeVisible();
  if ((page.viewportSize()?.width ?? 0) < DESK.width) return;
  await page.getByRole("row", { name: /SAMPLE/ }).click();
  await expect(page.getByText(/on apixaban/)).toBeVisible();
}

async function showReadingRoom(page: Page): Promise<void> {
  await page.goto(`/read/${head.studyId}`);
  await expect(page.getByLabel(/^Patient SAMPLE/)).toBeVisible();
  if ((page.viewportSize()?.width ?? 0) >= DESK.width) {
    const begin = page.getByRole("button", { name: "Begin the report" });
    const report = page.getByRole("textbox", { name: "Report" });
    await expect(begin.or(report).first()).toBeVisible();
    if (await begin.isVisible()) await begin.click();
    await expect(report).toBeVisible();
  }
  await expect.poll(() => greysOnScreen(page), { timeout: 40_000 }).toBeGreaterThan(40);
  const desk = page.viewportSize()?.width === DESK.width;
  const dark = (await page.locator("html").getAttribute("data-mantine-color-scheme")) === "dark";
  if (desk && dark && process.env.READROOM_README_IMAGE === "1")
    await page.screenshot({ path: README_PICTURE, animations: "disabled" });
}

async function showDoor(page: Page): Promise<void> {
  await page.goto("about:blank");
  await page.goto(link);
  await expect(page.getByRole("heading", { name: /is calling you about a critical finding/ })).toBeVisible();
}

async function showGuestRoom(page: Page): Promise<void> {
  await page.goto("/join");
  await expect(page.getByLabel(/^Patient SAMPLE/)).toBeVisible();
  await expect.poll(() => greysOnScreen(page), { timeout: 40_000 }).toBeGreaterThan(40);
}
