import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { asPerson, inEveryForm } from "../fixtures/forms";
import { type RunningHub, startHub } from "../fixtures/hub";
import { nightIsIn, sendNight } from "../fixtures/night";
import { logIn } from "../fixtures/person";

/** What each role opens on beside the reading itself, in every form (fixtures/forms.ts). */
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
  for (const [name, email, path, heading] of [
    ["hospital", "hall@stmary.example", "/hospital", /Our studies/],
    ["order-form", "raman@stmary.example", "/orders/new", /order/i],
    ["operations", "fischer@nightline.example", "/operations", /Needs somebody/],
    ["roster", "fischer@nightline.example", "/roster", /Roster|Shifts/],
    ["my-shifts", "lindqvist@nightline.example", "/roster", /shifts/i],
    ["try-out", "fischer@nightline.example", "/try-out", /Try/],
    ["templates", "lindqvist@nightline.example", "/templates", /Templates/],
    ["administration", "haddad@nightline.example", "/admin", /People|Administration/],
  ] as const)
    await asPerson(browser, hub.url, email, (screen) =>
      inEveryForm(screen, name, async (page) => {
        await page.goto(path);
        await expect(page.getByRole("heading", { name: heading }).first()).toBeVisible();
        await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
      }),
    );
});
