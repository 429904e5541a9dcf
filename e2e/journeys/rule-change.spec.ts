import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, type Page, test } from "@playwright/test";
import type { WhyView } from "@readroom/shared/contract/http/routing.js";
import { makeImage, newUid } from "../devices/dicom-maker";
import { OrderSender } from "../devices/hospital";
import { storescu } from "../devices/modality";
import { axe } from "../fixtures/axe";
import { logInOnScreen, openScreen, PHONE } from "../fixtures/browser";
import { type RunningHub, startHub } from "../fixtures/hub";
import type { Row } from "../fixtures/night";
import { orderMessage } from "../fixtures/order-message";
import { eventually, logIn, type Person } from "../fixtures/person";

/**
 * A rule from draft to live: an operator writes one, is told in words what is wrong with it, mends it, tries it on a waiting study and on
 * past decisions, publishes it, and the study that waits goes elsewhere and says why.
 */
const ACCESSION = "RULE0001";
const ORDER = {
  ...{
    accession: ACCESSION,
    mrn: "810200",
    name: "WAITING^ADA",
    modality: "CT",
    procedure: "CTAP",
    priority: "R" as const,
  },
  ...{ procedureText: "CT Abdomen and pelvis with contrast", question: "Fever after surgery. Collection?" },
};
const PICTURES = join(dirname(fileURLToPath(import.meta.url)), "..", "results", "rules");

let hub: RunningHub;
let scratch: string;
let operator: Person;
let studyId: string;

test.beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true });
  scratch = mkdtempSync(join(tmpdir(), "readroom-rules-"));
  hub = await startHub();
  await hub.setQuietSeconds(1);
  operator = await logIn(hub.url, "fischer@nightline.example");
  const sender = await OrderSender.connect(hub.ports.mllp);
  expect(await sender.send(orderMessage(ORDER))).toMatch(/\rMSA\|AA/);
  await sender.close();
  expect((await storescu({ port: hub.ports.dicom }, images())).code).toBe(0);
  studyId = await eventually("the study waits in a pool", async () => {
    const { rows } = await operator.get<{ rows: Row[] }>("/api/worklist");
    const row = rows.find((one) => one.accessionNumber === ACCESSION && one.state === "readable");
    return row?.studyId;
  });
});
test.afterAll(async () => {
  await hub?.stop();
  if (scratch) rmSync(scratch, { recursive: true, force: true });
});

const why = () => operator.get<WhyView>(`/api/studies/${studyId}/why`);

test("a rule goes from draft to live, and a waiting study moves with its explanation", async ({ browser }) => {
  const screen = await openScreen(browser, hub.url);
  const { page } = screen;
  expect((await why()).pool?.name).toMatch(/Body/);
  await logInOnScreen(page, "fischer@nightline.example");

  await test.step("1 a draft with a rule that could never work is refused in words", async () => {
    await page.goto("/rules");
    await page.getByRole("button", { name: "Start a draft" }).click();
    await page.getByRole("button", { name: "Add a rule" }).click();
    const form = page.getByRole("dialog", { name: "New rule" });
    await form.getByRole("textbox", { name: "Name", exact: true }).fill("Collections to neuro");
    await tag(page, "One of", "CTT");
    await choose(page, "Pool", /Neuro/);
    await expect(form.getByText("If the modality is CT or CTT → Neuro pool, at least urgent.")).toBeVisible();
    await clean(page, "editor");
    await form.getByRole("button", { name: "Save the rule" }).click();
    await expect(page.getByRole("alert", { name: "It can’t be published like this" })).toContainText(
      "“Collections to neuro”: DICOM knows no modality CTT.",
    );
    await page.getByRole("button", { name: "Publish" }).click();
    const publish = page.getByRole("dialog", { name: "Publish the draft" });
    await publish.getByRole("textbox").fill("too early");
    await publish.getByRole("button", { name: "Publish" }).click();
    await expect(publish.getByRole("alert")).toContainText("DICOM knows no modality CTT");
    await page.keyboard.press("Escape");
    await clean(page, "refused");
  });

  await test.step("2 the rule is mended and comes first", async () => {
    await page.getByRole("button", { name: "Edit Collections to neuro" }).click();
    const form = page.getByRole("dialog", { name: "Edit the rule" });
    await form
      .getByRole("combobox", { name: "What is compared" })
      .or(form.getByRole("textbox", { name: "What is compared" }))
      .first()
      .click();
    await page.getByRole("option", { name: "Words of the procedure" }).click();
    await tag(page, "Words or phrases", "abdomen and pelvis");
    await form.getByRole("button", { name: "Save the rule" }).click();
    await expect(page.getByText("It can’t be published like this")).toBeHidden();
    const rule = page
      .getByRole("list", { name: "Rules in order" })
      .getByRole("listitem")
      .filter({ hasText: "Collections to neuro" });
    await rule.getByRole("button", { name: "Edit Collections to neuro" }).focus();
    for (let places = await placeOf(page); places > 1; places -= 1) {
      await page.keyboard.press("Alt+ArrowUp");
      await expect.poll(() => placeOf(page)).toBe(places - 1);
    }
    await expect(page.getByRole("region", { name: "Draft", exact: true })).toContainText("New: “Collections to neuro”");
    await clean(page, "rules");
  });

  await test.step("3 it is tried on the waiting study and on past decisions, and changes nothing yet", async () => {
    await page.getByRole("button", { name: "Try", exact: true }).click();
    await page.getByLabel("Accession number").fill(ACCESSION);
    await page.getByRole("button", { name: "Try on it" }).click();
    await expect(page.getByRole("region", { name: "In effect" })).toContainText(/Body/);
    await expect(page.getByRole("region", { name: "With the draft" })).toContainText("Collections to neuro");
    await page.getByRole("button", { name: "Compare" }).click();
    await expect(page.getByText("would go elsewhere")).toBeVisible();
    await clean(page, "try");
    expect((await why()).pool?.name).toMatch(/Body/);
  });

  await test.step("4 published, the study moves and says why", async () => {
    await page.getByRole("button", { name: "Publish" }).click();
    const publish = page.getByRole("dialog", { name: "Publish the draft" });
    await publish.getByRole("textbox").fill("Collections are read by the neuro pool tonight");
    await publish.getByRole("button", { name: "Publish" }).click();
    await expect(page.getByRole("button", { name: "Start a draft" })).toBeVisible();
    const moved = await eventually("the study moves", async () => {
      const now = await why();
      return /Neuro/.test(now.pool?.name ?? "") ? now : null;
    });
    expect(moved.pool?.because).toBe('the rule "Collections to neuro" says so');
    expect(moved).toMatchObject({ decidedUnder: 2, history: [{}, {}] });
    expect(moved.whenDecided?.eligible.length).toBeGreaterThan(0);
  });

  await test.step("5 both versions stand in the history, on a desk and on a phone", async () => {
    await page.getByRole("tab", { name: "History" }).click();
    await page.getByRole("button", { name: "Version 2" }).click();
    await expect(page.getByRole("dialog")).toContainText("New: “Collections to neuro”");
    await clean(page, "history");
    await page.keyboard.press("Escape");
    await page.setViewportSize(PHONE.viewport ?? { width: 390, height: 844 });
    await page.getByRole("tab", { name: "Subspecialties" }).click();
    await clean(page, "subspecialties-phone");
    await page.getByRole("tab", { name: "Rules", exact: true }).click();
    await clean(page, "rules-phone");
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
  });
  expect(screen.problems.filter((problem) => !/status of 422|status of 400|status of 409/.test(problem))).toEqual([]);
});

async function placeOf(page: Page): Promise<number> {
  const names = await page.getByRole("list", { name: "Rules in order" }).getByRole("listitem").allInnerTexts();
  return names.findIndex((text) => text.includes("Collections to neuro")) + 1;
}

/** Adds a word to a field that holds several. */
async function tag(page: Page, label: string, word: string): Promise<void> {
  const dialog = page.getByRole("dialog");
  const box = dialog
    .getByRole("textbox", { name: label })
    .or(dialog.getByRole("combobox", { name: label }))
    .first();
  await box.fill(word);
  await box.press("Enter");
  await expect(dialog.getByText(word, { exact: true }).first()).toBeVisible();
}

async function choose(page: Page, label: string, option: RegExp): Promise<void> {
  const dialog = page.getByRole("dialog");
  const box = dialog.getByRole("combobox", { name: label, exact: true });
  await box
    .or(dialog.getByRole("textbox", { name: label, exact: true }))
    .first()
    .click();
  await page.getByRole("option", { name: option }).first().click();
}

async function clean(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(PICTURES, `${name}.png`) });
  expect(await axe(page, name)).toEqual([]);
}

function images(): string[] {
  const [study, series] = [newUid(), newUid()];
  return [1, 2, 3].map((number) => {
    const path = join(scratch, `${number}.dcm`);
    const ids = { accession: ACCESSION, patientId: ORDER.mrn, patientName: ORDER.name };
    writeFileSync(path, makeImage({ study, series, number, rows: 64, columns: 64, ...ids }));
    return path;
  });
}
