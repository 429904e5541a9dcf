import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { asPerson, inEveryForm } from "../fixtures/forms";
import { type RunningHub, startHub } from "../fixtures/hub";
import { nightIsIn, sendNight } from "../fixtures/night";
import { logIn } from "../fixtures/person";

/** What each role opens on beside the reading itself, in every form (fixtures/forms.ts). */
const PAGES: Readonly<Record<string, readonly (readonly [name: string, path: string, heading: RegExp])[]>> = {
  "hall@stmary.example": [["hospital", "/hospital", /Our studies/]],
  "raman@stmary.example": [["order-form", "/orders/new", /order/i]],
  "fischer@nightline.example": [
    ["operations", "/operations", /Needs somebody/],
    ["roster", "/roster", /Roster|Shifts/],
    ["try-out", "/try-out", /Try/],
  ],
  "lindqvist@nightline.example": [
    ["my-shifts", "/roster", /shifts/i],
    ["templates", "/templates", /Templates/],
  ],
  "haddad@nightline.example": [["administration", "/admin", /People|Administration/]],
};

let hub: RunningHub;
let scratch: string;

test.beforeAll(async () => {
  hub = await startHub();
  scratch = mkdtempSync(join(tmpdir(), "readroom-first-pages-"));
  await hub.setQuietSeconds(2);
  await sendNight(hub, scratch);
  await nightIsIn(await logIn(hub.url, "fischer@nightline.example"));
});

test.afterAll(async () => {
  await hub?.stop();
  if (scratch) rmSync(scratch, { recursive: true, force: true });
});

test("the first pages of each role", async ({ browser }) => {
  test.setTimeout(600_000);
  for (const [email, pages] of Object.entries(PAGES))
    await asPerson(browser, hub.url, email, async (screen) => {
      for (const [name, path, heading] of pages)
        await inEveryForm(screen, name, async (page) => {
          await page.goto(path);
          await expect(page.getByRole("heading", { name: heading }).first()).toBeVisible();
          await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
        });
    });
});
