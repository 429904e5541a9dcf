import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, type Page, test } from "@playwright/test";
import { axe } from "../fixtures/axe";
import { greysOnScreen, logInOnScreen, openScreen, type Screen } from "../fixtures/browser";
import { type RunningHub, startHub } from "../fixtures/hub";
import { nightIsIn, sendNight } from "../fixtures/night";
import { logIn } from "../fixtures/person";

/** A reader's night on the worklist: views, filters, next, one moment, a colleague, a subspecialist, a return, a search. */
const PICTURES = join(dirname(fileURLToPath(import.meta.url)), "..", "results", "screens");
const JULIA = "lindqvist@nightline.example";
const MIGUEL = "ortiz@nightline.example";

let hub: RunningHub;
let scratch: string;
let julia: Screen;
let miguel: Screen;

test.beforeAll(async ({ browser }) => {
  hub = await startHub();
  scratch = mkdtempSync(join(tmpdir(), "readroom-night-"));
  mkdirSync(PICTURES, { recursive: true });
  await hub.setQuietSeconds(2);
  await sendNight(hub, scratch);
  await nightIsIn(await logIn(hub.url, "fischer@nightline.example"));
  julia = await openScreen(browser, hub.url);
  miguel = await openScreen(browser, hub.url);
});

test.afterAll(async () => {
  await julia?.context.close();
  await miguel?.context.close();
  await hub?.stop();
  if (scratch) rmSync(scratch, { recursive: true, force: true });
});

test("a reader's night", async () => {
  const { page } = julia;
  await logInOnScreen(page, JULIA);
  await logInOnScreen(miguel.page, MIGUEL);

  await test.step("filters, a view of one's own, counted live; the columns and the order as one likes them", async () => {
    await page.goto("/worklist?view=all");
    await expect(row(page, /SAMPLE/)).toBeVisible();
    await clean(page, "worklist");
    await page.keyboard.press("f");
    await page.getByRole("menuitem", { name: "Modality" }).click();
    await page.getByRole("checkbox", { name: "MR" }).check();
    await page.keyboard.press("Escape");
    await expect(row(page, /LEE/)).toBeVisible();
    await expect(row(page, /SAMPLE/)).toHaveCount(0);
    await page.getByRole("button", { name: "save view" }).click();
    await page.getByLabel("Name of the view").fill("Magnets");
    await page.getByRole("checkbox", { name: "Share with the group" }).check();
    await page.getByRole("button", { name: "Save", exact: true }).click();
    const tab = page.getByRole("button", { name: /Magnets/ }).first();
    await expect(tab).toHaveAttribute("aria-current", "true");
    await expect(tab).toContainText(/[12]/);
    await clean(page, "worklist with a view");
    await expect(miguel.page.getByRole("button", { name: /Magnets/ })).toBeVisible();
    await page.getByRole("button", { name: "About the view Magnets" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await expect(miguel.page.getByRole("button", { name: /Magnets/ })).toHaveCount(0);
    await page.getByRole("button", { name: /^All/ }).click();
    await page.getByRole("button", { name: "Sort by patient" }).click();
    await expect(page.getByRole("columnheader", { name: "Patient" })).toHaveAttribute("aria-sort", "ascending");
    await page.getByRole("button", { name: "Choose columns" }).click();
    await page.getByRole("checkbox", { name: "Accession" }).check();
    await page.keyboard.press("Escape");
    await expect(page.getByRole("gridcell", { name: "INVCRAN01" })).toBeVisible();
  });

  await test.step("search in the list", async () => {
    await page.getByRole("grid").focus();
    await page.keyboard.press("/");
    await page.keyboard.type("okon r882");
    await expect(row(page, /OKONKWO/)).toBeVisible();
    await expect(page.getByRole("row")).toHaveCount(2);
    await page.keyboard.press("Escape");
    await expect(row(page, /SAMPLE/)).toBeVisible();
  });

  const first = await test.step("next study, read, put on hold for another", async () => {
    const ahead = page.waitForResponse(
      async (answer) => answer.url().endsWith("/worklist/likely") && (await answer.json()).study !== null,
    );
    await page.keyboard.press("n");
    await expect(page).toHaveURL(/\/read\//);
    const id = page.url();
    await expect.poll(() => greysOnScreen(page), { timeout: 40_000 }).toBeGreaterThan(10);
    await page.getByRole("button", { name: "Yours", exact: true }).click();
    await expect(page.getByRole("menuitem", { name: /One moment/ })).toBeVisible();
    await clean(page, "claim menu");
    await page.getByRole("menuitem", { name: /One moment/ }).click();
    await expect(page.getByText(/On hold: it stays yours until/)).toBeVisible();
    await page.getByLabel("Viewports").click();
    const banner = page.getByRole("region", { name: /^Patient/ }).getByRole("heading");
    const held = (await banner.textContent()) ?? "";
    await ahead;
    // what was brought ahead is shown at once, as this reader's, whatever the hub takes to describe it anew
    let letIn = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      letIn = resolve;
    });
    const described = "**/api/studies/*";
    await page.route(described, async (route) => {
      await gate;
      await route.continue();
    });
    await page.keyboard.press("n");
    await expect(page).not.toHaveURL(id);
    await expect(banner).not.toHaveText(held);
    await expect(page.getByText("Nobody reads this study yet.")).toHaveCount(0);
    await page.getByRole("button", { name: "Yours", exact: true }).click();
    await expect(page.getByRole("menuitem", { name: /One moment/ })).toBeVisible();
    await page.keyboard.press("Escape");
    letIn();
    return id;
  });

  await test.step("handed over with a note: the colleague sees it at once", async () => {
    await miguel.page.getByRole("button", { name: /^Mine/ }).click();
    await expect(page.getByRole("button", { name: "Yours", exact: true })).toBeVisible();
    await page.keyboard.press("Shift+T");
    const dialog = page.getByRole("dialog", { name: "Hand it over" });
    await dialog.getByRole("radio", { name: /Ortiz/ }).check();
    await dialog.getByLabel("Note for them").fill("Your patient from last week");
    await clean(page, "hand-over dialog");
    await dialog.getByRole("button", { name: "Hand over" }).click();
    await expect(page).toHaveURL(/worklist/);
    await expect(miguel.page.getByRole("row").nth(1)).toContainText("you");
    await miguel.page.getByRole("row").nth(1).click();
    await expect(miguel.page.getByText(/Your patient from last week/)).toBeVisible();
  });

  await test.step("the one on hold is still one's own; returned with a reason", async () => {
    await page.getByRole("button", { name: /^Mine/ }).click();
    const held = row(page, /you, on hold/);
    await expect(held).toBeVisible();
    await held.click();
    await page.screenshot({ path: join(PICTURES, "worklist-hold.png"), animations: "disabled" });
    await page.keyboard.press("r");
    const dialog = page.getByRole("dialog", { name: "Return it to its pool" });
    await dialog.getByRole("radio", { name: "Waiting for priors or information" }).check();
    await dialog.getByRole("button", { name: "Return" }).click();
    await expect(held).toHaveCount(0);
    // the list is told before the dialog is answered; until it closes, keys are its own
    await expect(dialog).toHaveCount(0);
  });

  await test.step("a subspecialist is asked: the study stands at the head of their lane", async () => {
    await page.keyboard.press("n");
    await expect(page).toHaveURL(/\/read\//);
    await page.getByRole("button", { name: "Yours", exact: true }).click();
    await page.getByRole("menuitem", { name: /Ask a subspecialist/ }).click();
    const dialog = page.getByRole("dialog", { name: "Ask a subspecialist" });
    await dialog
      .getByRole("radio", { name: /Neuro|Body/ })
      .first()
      .check();
    await dialog.getByLabel("What is asked").fill("Is this cord signal real?");
    await clean(page, "escalation dialog");
    await dialog.getByRole("button", { name: "Ask", exact: true }).click();
    await expect(page).toHaveURL(/worklist/);
    await miguel.page.getByRole("button", { name: /^For me/ }).click();
    await expect(miguel.page.getByRole("row").nth(1)).toContainText("escalated");
  });

  await test.step("found by its accession number over everything, without it in any address", async () => {
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog").getByRole("textbox").fill("INVCRAN01");
    const hit = page.getByRole("dialog").getByText(/Acc INVCRAN01/);
    await expect(hit).toBeVisible();
    await clean(page, "palette");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/read\//);
    await expect(page.getByLabel(/^Patient SAMPLE/)).toBeVisible();
    expect(asked.filter((url) => url.includes("INVCRAN01"))).toEqual([]);
    await page.goBack();
    await expect(page.getByRole("button", { name: /^Next study/ })).toBeVisible();
  });
  expect(first).toMatch(/\/read\//);
  expect([...julia.problems, ...miguel.problems]).toEqual([]);
});

const row = (page: Page, name: RegExp) => page.getByRole("row", { name });

async function clean(page: Page, where: string): Promise<void> {
  expect.soft(await axe(page, where)).toEqual([]);
}
