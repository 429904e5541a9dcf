import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { makeImage, newUid } from "../devices/dicom-maker";
import { OrderSender } from "../devices/hospital";
import { storescu } from "../devices/modality";
import { openScreen } from "../fixtures/browser";
import { type RunningHub, startHub } from "../fixtures/hub";
import { orderMessage } from "../fixtures/order-message";

/**
 * A hub without the demo, from nothing to its first study: the command line makes places, a contract and the first administrator; the
 * screens do the rest, until a study that a modality sends lies in front of the one reader who may have it.
 */
const ACCESSION = "SETUP001";
const ORDER = {
  ...{ accession: ACCESSION, mrn: "700100", name: "FIRST^PATIENT", modality: "CT", procedureText: "CT Chest" },
  question: "Cough for six weeks. Mass?",
};

let hub: RunningHub;
let scratch: string;

test.beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), "readroom-set-up-"));
  hub = await startHub({ READROOM_DEMO: "off" });
});
test.afterAll(async () => {
  await hub?.stop();
  if (scratch) rmSync(scratch, { recursive: true, force: true });
});

test("an empty hub is set up until a modality's study is in front of a reader", async ({ browser }) => {
  const administrator = await openScreen(browser, hub.url);
  const reader = await openScreen(browser, hub.url);
  let readerPassword = "";

  const adminPassword =
    await test.step("1 the command line makes the places, the contract and the first administrator", async () => {
      const zone = ["--time-zone", "America/New_York"];
      await hub.cli("org", "add", "--code", "STMARY", "--name", "St Mary", "--kind", "hospital", ...zone);
      await hub.cli("org", "add", "--code", "NIGHT", "--name", "Night Readers", "--kind", "reading_group", ...zone);
      const site = ["--org", "STMARY", "--code", "STM", "--name", "St Mary ED", "--jurisdiction", "US-NY", ...zone];
      await hub.cli("site", "add", ...site, "--issuer", "STMARY", "--facility", "STMARY");
      await hub.cli("contract", "add", "--hospital", "STMARY", "--group", "NIGHT", "--name", "Nights");
      await hub.cli("peer", "add", "--ae", "MODALITY", "--host", "127.0.0.1", "--site", "STM");
      expect(await hub.cli("site", "list")).toContain("St Mary ED");
      return hub.cli(
        ...["user", "add", "--email", "admin@night.example", "--name", "Ada Admin", "--org", "NIGHT"],
        ...["--role", "administrator"],
      );
    });

  const { page } = administrator;
  await test.step("2 the administrator adds a radiologist, who gets a password", async () => {
    await logIn(page, "admin@night.example", adminPassword);
    await page.goto("/admin/people");
    await page.getByRole("button", { name: "Add a person" }).click();
    const dialog = page.getByRole("dialog", { name: "Add a person" });
    await field(page, "Name").fill("Dr Rita Reader");
    await field(page, "E-mail, for logging in").fill("rita@night.example");
    await choose(page, "Organisation", "Night Readers");
    await choose(page, "Role", "Radiologist");
    await dialog.getByRole("button", { name: "Add", exact: true }).click();
    const secret = page.getByRole("dialog", { name: "Password" });
    readerPassword = ((await secret.locator("pre").textContent()) ?? "").trim();
    expect(readerPassword).toMatch(/^(\w{5}-){3}\w{5}$/);
    await page.keyboard.press("Escape");
  });

  await test.step("3 a pool; the reader’s profile, licence and privileges", async () => {
    await page.goto("/roster/pools");
    await page.getByRole("button", { name: "Add a pool" }).click();
    await field(page, "Name").fill("General");
    await field(page, "Code").fill("GEN");
    await save(page);
    await expect(page.getByRole("row", { name: /General \(GEN\)/ })).toContainText("always");

    await page.goto("/roster/people");
    await expect(page.getByRole("row", { name: /Rita Reader/ })).toContainText(
      "no profile, no licence, no privileges, no pool",
    );
    await page.getByRole("button", { name: "Dr Rita Reader" }).click();
    await page.getByRole("button", { name: "Make a profile" }).click();
    await choose(page, "Pools", "General");
    await page.keyboard.press("Escape");
    await save(page);
    await page.getByRole("button", { name: "Add a licence" }).click();
    await field(page, "Jurisdiction").fill("US-NY");
    await field(page, "Number").fill("NY-42");
    await save(page);
    await expect(page.getByRole("row", { name: /US-NY/ })).toContainText("through");
    await page.getByRole("button", { name: "Add privileges" }).click();
    await choose(page, "Site", /St Mary ED/);
    await save(page);
    await expect(page.getByRole("row", { name: /St Mary ED/ })).toContainText("preliminary, final");
  });

  await test.step("4 shifts round the clock; a second one in the way is refused in words", async () => {
    await page.goto("/roster/shifts");
    for (const attempt of ["taken", "refused"]) {
      await page.getByRole("button", { name: "Add recurring shifts" }).click();
      await choose(page, "Reader", "Dr Rita Reader");
      await page
        .getByRole("dialog")
        .getByLabel(/^Starts/)
        .fill("00:00");
      await page.getByRole("dialog").getByLabel(/^Ends/).fill("00:00");
      for (const day of ["Sat", "Sun"]) await page.getByText(day, { exact: true }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Add", exact: true }).click();
      if (attempt === "refused") {
        await expect(page.getByRole("dialog").getByRole("alert")).toContainText("shifts may not overlap");
        await page.getByRole("button", { name: "Cancel" }).click();
      } else await expect(page.getByRole("dialog")).toBeHidden();
    }
    await expect(page.getByRole("button", { name: /Rita Reader, on shift/ }).first()).toBeVisible();
    await expect(page.getByRole("list", { name: "Pools" })).toContainText("General");
  });

  await test.step("5 the site: when a study is complete, and who is rung", async () => {
    await page.goto("/roster/sites");
    await page.getByRole("button", { name: "Change settings" }).click();
    await field(page, "Quiet seconds").fill("1");
    await save(page);
    await page.getByRole("button", { name: "Change ladder" }).click();
    await page.getByRole("button", { name: "Add somebody" }).click();
    await field(page, "Name").fill("Dr Emma Duty");
    await field(page, "Phone").fill("+1 555 0100");
    await save(page);
    await expect(page.getByRole("listitem").filter({ hasText: "Dr Emma Duty" })).toContainText("+1 555 0100");
  });

  await test.step("6 an order and its images come in, and the reader’s key takes the study", async () => {
    await logIn(reader.page, "rita@night.example", readerPassword);
    const sender = await OrderSender.connect(hub.ports.mllp);
    expect(await sender.send(orderMessage(ORDER))).toMatch(/\rMSA\|AA/);
    await sender.close();
    expect((await storescu({ port: hub.ports.dicom }, images())).code).toBe(0);
    await expect(reader.page.getByRole("row", { name: /FIRST, PATIENT/i })).toContainText("ready", { timeout: 30_000 });
    await reader.page.keyboard.press("n");
    await expect(reader.page).toHaveURL(/\/read\//);
    await reader.page.goto("/roster/mine");
    await expect(reader.page.getByRole("row", { name: /US-NY/ })).toContainText("through");
  });

  // The second pattern of shifts was refused: a browser logs that by itself.
  const problems = [...administrator.problems, ...reader.problems].filter((one) => !/status of 409/.test(one));
  expect(problems).toEqual([]);
});

async function logIn(page: Page, email: string, password: string): Promise<void> {
  await page.goto("/login");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Log in", exact: true }).click();
  await expect(page).not.toHaveURL(/\/login/);
}

/** A text field of the open dialog by its accessible name, without the asterisk that marks it as required. */
const field = (page: Page, name: string) => page.getByRole("dialog").getByRole("textbox", { name, exact: true });

async function choose(page: Page, label: string, option: string | RegExp): Promise<void> {
  const dialog = page.getByRole("dialog");
  const box = dialog.getByRole("combobox", { name: label, exact: true });
  // The picker's own field lies under the chips that it shows.
  await box.or(field(page, label)).first().click({ force: true });
  await page.getByRole("option", { name: option }).first().click();
}

async function save(page: Page): Promise<void> {
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
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
