import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, expect, type Page, test } from "@playwright/test";
import { axe } from "../fixtures/axe";
import { greysOnScreen, logInOnScreen, openScreen, type Screen } from "../fixtures/browser";
import { type RunningHub, startHub } from "../fixtures/hub";
import { nightIsIn, type Row, sendNight } from "../fixtures/night";
import { logIn } from "../fixtures/person";

/**
 * Every screen, dark and light, on a desk and on a phone: nothing that axe objects to, nothing in the console, nothing to scroll
 * sideways. A picture of each is left in e2e/results/screens.
 */
const HERE = dirname(fileURLToPath(import.meta.url));
const PICTURES = join(HERE, "..", "results", "screens");
const README_PICTURE = join(HERE, "..", "..", "docs", "images", "reading-room.png");
const DESK = { width: 1440, height: 900 };
const HAND = { width: 390, height: 844 };
const FINDING = "Left basal ganglia haemorrhage, 34 ml, with midline shift";

let hub: RunningHub;
let scratch: string;
let rows: Row[];
let head: Row;
let link: string;

test.beforeAll(async () => {
  test.setTimeout(300_000);
  hub = await startHub();
  scratch = mkdtempSync(join(tmpdir(), "readroom-screens-"));
  mkdirSync(PICTURES, { recursive: true });
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
  await as(browser, null, (screen) => inEveryForm(screen, "log-in", showLogIn));
  await as(browser, "lindqvist@nightline.example", async (screen) => {
    await inEveryForm(screen, "worklist", showWorklist);
    await inEveryForm(screen, "reading-room", showReadingRoom);
  });
  await as(browser, null, async (screen) => {
    await inEveryForm(screen, "join-door", showDoor);
    await screen.page.getByLabel("You are").fill("Dr Priya Raman");
    await screen.page.getByRole("button", { name: "Join", exact: true }).click();
    await expect(screen.page.getByLabel(/^Patient SAMPLE/)).toBeVisible();
    await inEveryForm(screen, "join-room", showGuestRoom);
  });
});

test("first pages of hospital, operator and administrator, and the order form", async ({ browser }) => {
  test.setTimeout(600_000);
  for (const [name, email, path, heading] of [
    ["hospital", "hall@stmary.example", "/hospital", /Our studies/],
    ["order-form", "raman@stmary.example", "/orders/new", /order/i],
    ["operations", "fischer@nightline.example", "/operations", /Needs somebody/],
    ["administration", "haddad@nightline.example", "/admin", /People|Administration/],
  ] as const)
    await as(browser, email, (screen) =>
      inEveryForm(screen, name, async (page) => {
        await page.goto(path);
        await expect(page.getByRole("heading", { name: heading }).first()).toBeVisible();
        await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
      }),
    );
});

/** As somebody (or nobody) in a browser of their own, whose console stays clean. */
const as = (browser: Browser, email: string | null, look: (screen: Screen) => Promise<void>): Promise<void> =>
  test.step(email ?? "nobody logged in", async () => {
    const screen = await openScreen(browser, hub.url);
    if (email) await logInOnScreen(screen.page, email);
    await look(screen);
    expect.soft(screen.problems).toEqual([]);
    await screen.context.close();
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

/** Opens the screen in each scheme, as one who chose it and reloads, looks at it in both sizes, and says what is wrong in each. */
async function inEveryForm(screen: Screen, name: string, open: (page: Page) => Promise<void>): Promise<void> {
  const { page } = screen;
  for (const scheme of ["dark", "light"] as const)
    for (const [size, viewport] of [
      ["desk", DESK],
      ["phone", HAND],
    ] as const) {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      await page.setViewportSize(viewport);
      await choose(page, scheme);
      await open(page);
      await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", scheme);
      await page.evaluate(() => document.fonts.ready);
      const picture = join(PICTURES, `${name}-${scheme}-${size}.png`);
      await page.screenshot({ path: picture, animations: "disabled" });
      if (name === "reading-room" && scheme === "dark" && size === "desk" && process.env.READROOM_README_IMAGE === "1")
        await page.screenshot({ path: README_PICTURE, animations: "disabled" });
      expect.soft(await complaints(page, `${name} ${scheme} ${size}`)).toEqual([]);
    }
}

/** As the menu stores it: what the browser showed last, and each person's own. */
async function choose(page: Page, scheme: "dark" | "light"): Promise<void> {
  if (page.url() === "about:blank") await page.goto("/login");
  await page.evaluate(async (value) => {
    localStorage.setItem("readroom-scheme", value);
    const session = (await (await fetch("/api/session")).json()) as { user: { id: string } } | null;
    if (session) localStorage.setItem(`readroom-scheme-${session.user.id}`, value);
  }, scheme);
}

async function complaints(page: Page, where: string): Promise<unknown[]> {
  const found: unknown[] = await axe(page, where);
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (wider > 0) found.push({ where, rule: "no sideways scrolling", wider });
  return found;
}
