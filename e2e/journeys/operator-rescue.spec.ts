import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, type Page, test } from "@playwright/test";
import type { AuditAnswer } from "@readroom/shared/contract/http/audit.js";
import type { RescueView } from "@readroom/shared/contract/http/operations.js";
import type { ClaimAnswer } from "@readroom/shared/contract/http/worklist.js";
import { axe } from "../fixtures/axe";
import { logInOnScreen, openScreen, PHONE } from "../fixtures/browser";
import { type RunningHub, startHub } from "../fixtures/hub";
import { inDatabaseOf } from "../fixtures/hub-database";
import { nightIsIn, sendNight } from "../fixtures/night";
import { logIn, type Person } from "../fixtures/person";

/**
 * A study at risk: whoever took it is away, and nobody else of its pool is on shift. The operator finds it on the board, sees why nobody
 * reads it, raises it, takes it back, puts a reader on shift and gives it to them, who has it on the screen at once.
 */
const ACCESSION = "R88214";
const PICTURES = join(dirname(fileURLToPath(import.meta.url)), "..", "results", "operations");
const OPERATOR = "fischer@nightline.example";
const JULIA = "lindqvist@nightline.example";
const MIGUEL = "ortiz@nightline.example";

let hub: RunningHub;
let scratch: string;
let operator: Person;
let studyId: string;
/** The reader's page is open all the time: its heartbeat keeps the claim until the operator ends it. */
let keptClaim: ReturnType<Person["socket"]>;
let beat: NodeJS.Timeout;

test.beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true });
  scratch = mkdtempSync(join(tmpdir(), "readroom-rescue-"));
  hub = await startHub();
  await hub.setQuietSeconds(1);
  operator = await logIn(hub.url, OPERATOR);
  await sendNight(hub, scratch);
  const rows = await nightIsIn(operator);
  studyId = rows.find(({ accessionNumber }) => accessionNumber === ACCESSION)?.studyId ?? "";
  const julia = await logIn(hub.url, JULIA);
  const claimed = await julia.send<ClaimAnswer>("POST", `/api/studies/${studyId}/claim`, {});
  expect(claimed.status).toBe(200);
  keptClaim = julia.socket();
  const { fence } = claimed.body.claim;
  beat = setInterval(() => keptClaim.emit("claim.renew", { studyId, fence }), 10_000);
  // Twenty of its thirty-odd minutes are over, and only the one who took it is still on shift.
  await inDatabaseOf(
    hub.dataDir,
    "UPDATE study SET clock_started_at = clock_started_at - interval '25 minutes', deadline = deadline - interval '25 minutes' WHERE id = $1",
    [studyId],
  );
  await inDatabaseOf(
    hub.dataDir,
    "DELETE FROM shift WHERE user_id IN (SELECT id FROM user_account WHERE email <> $1)",
    [JULIA],
  );
});
test.afterAll(async () => {
  clearInterval(beat);
  keptClaim?.close();
  await hub?.stop();
  if (scratch) rmSync(scratch, { recursive: true, force: true });
});

const rescue = () => operator.get<RescueView>(`/api/operations/studies/${studyId}`);

test("an operator rescues a study at risk", async ({ browser }) => {
  const [screen, ortiz] = [await openScreen(browser, hub.url), await openScreen(browser, hub.url)];
  const { page } = screen;
  await logInOnScreen(ortiz.page, MIGUEL);
  await ortiz.page.goto("/worklist?view=mine");
  await logInOnScreen(page, OPERATOR);

  await test.step("1 the board: pools as lanes, what needs somebody, the next hours", async () => {
    await page.goto("/operations");
    await expect(page.getByRole("region", { name: "Pool Body & chest" })).toContainText("1 at risk");
    await expect(page.getByRole("region", { name: /^Needs somebody/ })).toBeVisible();
    await expect(page.getByRole("heading", { name: "The next 8 hours" })).toBeVisible();
    await clean(page, "board");
  });

  const card = page.getByRole("dialog");
  await test.step("2 reached by keyboard: who has it, and why nobody else can", async () => {
    const lane = page.getByRole("listbox", { name: /^Studies of Body/ });
    await lane.focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("Enter");
    await expect(card).toContainText("OKONKWO");
    await expect(card).toContainText("With Dr Julia Lindqvist");
    await expect(card.getByRole("button", { name: "Put on shift: Dr Miguel Ortiz" })).toBeVisible();
    await clean(page, "card");
  });

  await test.step("3 raised, with the reason beside it", async () => {
    const form = card.getByRole("form", { name: "Urgency" });
    await form.getByLabel("Urgency").selectOption("critical");
    await form.getByLabel("Why it is raised").fill("The ward rang: saturation is falling");
    await form.getByRole("button", { name: "Raise" }).click();
    await expect(card).toContainText("saturation is falling");
  });

  await test.step("4 taken back from whoever is away", async () => {
    const form = card.getByRole("form", { name: "Back to the pool" });
    await form.getByLabel(/^Why it is taken/).fill("Does not answer");
    await form.getByRole("button", { name: "Back to the pool" }).click();
    await expect(card).toContainText("Waiting for a reader.");
  });

  await test.step("5 a reader is put on shift and given it, and has it on the screen at once", async () => {
    await card.getByRole("button", { name: "Put on shift: Dr Miguel Ortiz" }).click();
    const give = card.getByRole("button", { name: "Give it to Dr Miguel Ortiz" });
    await expect(give).toBeVisible();
    await card.getByLabel("What the reader is told").fill("The ward waits on the telephone");
    await give.click();
    await expect(card).toContainText("With Dr Miguel Ortiz");
    const row = ortiz.page.getByRole("row", { name: /OKONKWO/ });
    await expect(row).toContainText("you");
    await row.click();
    await expect(ortiz.page.getByText(/The ward waits on the telephone/).first()).toBeVisible();
    await clean(page, "given");
  });

  await test.step("6 all of it stands in the audit, with the operator's name", async () => {
    const administrator = await logIn(hub.url, "haddad@nightline.example");
    const { rows } = await administrator.get<AuditAnswer>(`/api/audit?studyId=${studyId}`);
    const done = rows.filter(({ actor }) => /Fischer/.test(actor.name)).map(({ action }) => action);
    expect(done).toEqual(expect.arrayContaining(["study.urgency_changed", "study.return", "study.assign"]));
  });

  await test.step("7 on a phone, in the light", async () => {
    await page.keyboard.press("Escape");
    await page.setViewportSize(PHONE.viewport ?? { width: 390, height: 844 });
    await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
    await expect(card).toBeHidden();
    await clean(page, "board-phone");
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
  });
  expect((await rescue()).urgency).toBe("critical");
  expect([...screen.problems, ...ortiz.problems]).toEqual([]);
});

async function clean(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(PICTURES, `${name}.png`), animations: "disabled", fullPage: true });
  expect.soft(await axe(page, name)).toEqual([]);
}
