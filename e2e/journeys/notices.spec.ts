import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, type Page, test } from "@playwright/test";
import { makeImage, newUid } from "../devices/dicom-maker";
import { OrderSender } from "../devices/hospital";
import { storescu } from "../devices/modality";
import { axe } from "../fixtures/axe";
import { logInOnScreen, openScreen, type Screen } from "../fixtures/browser";
import { type RunningHub, startHub } from "../fixtures/hub";
import { orderMessage } from "../fixtures/order-message";
import { eventually, logIn, type Person } from "../fixtures/person";

/**
 * A reader's interruptions: a stat study rings the bell; with a report open the next one waits and is counted, what a colleague hands over
 * comes through, and the signature releases the rest. Then how the group shared its work.
 */
const PICTURES = join(dirname(fileURLToPath(import.meta.url)), "..", "results", "notices");
const DESK = { width: 1440, height: 900 };
const HAND = { width: 390, height: 844 };

let hub: RunningHub;
let scratch: string;

test.beforeAll(async () => {
  hub = await startHub();
  await hub.setQuietSeconds(1);
  scratch = mkdtempSync(join(tmpdir(), "readroom-notices-"));
  mkdirSync(PICTURES, { recursive: true });
});
test.afterAll(async () => {
  await hub?.stop();
  if (scratch) rmSync(scratch, { recursive: true, force: true });
});

interface Row {
  readonly studyId: string;
  readonly accessionNumber: string;
  readonly state: string;
  readonly pool: unknown;
}

/** Order and images of one head CT; resolves when it can be read. */
async function arrives(reader: Person, accession: string, priority: "S" | "R" = "S"): Promise<string> {
  const sender = await OrderSender.connect(hub.ports.mllp);
  const who = { mrn: `M${accession}`, name: "QUIET^NOAH" };
  await sender.send(orderMessage({ accession, priority, ...who }));
  await sender.close();
  const [study, series] = [newUid(), newUid()];
  const files = [0, 1].map((number) => {
    const path = join(scratch, `${accession}-${number}.dcm`);
    const ids = { study, series, accession, patientId: who.mrn, patientName: who.name };
    writeFileSync(path, makeImage({ number, rows: 128, columns: 128, modality: "CT", ...ids }));
    return path;
  });
  expect((await storescu({ port: hub.ports.dicom }, files)).code).toBe(0);
  return eventually(`${accession} readable`, async () => {
    const { rows } = await reader.get<{ rows: Row[] }>("/api/worklist");
    return rows.find((row) => row.accessionNumber === accession && row.state === "readable" && row.pool)?.studyId;
  });
}

const bell = (page: Page) => page.getByRole("button", { name: /^Notices:/ });
const look = async (page: Page, name: string) => void (await page.screenshot({ path: join(PICTURES, `${name}.png`) }));
async function clean({ problems, context }: Screen): Promise<void> {
  expect(problems).toEqual([]);
  await context.close();
}

test("a stat study rings; behind an open report it waits, and the signature releases it", async ({ browser }) => {
  const julia = await logIn(hub.url, "lindqvist@nightline.example");
  const miguel = await logIn(hub.url, "ortiz@nightline.example");
  const screen = await openScreen(browser, hub.url);
  const { page } = screen;
  await logInOnScreen(page, "lindqvist@nightline.example");
  await expect(bell(page)).toHaveAccessibleName(/no unread notices/);

  const first = await test.step("a stat study arrives and rings", async () => {
    const studyId = await arrives(julia, "N1001");
    await expect(bell(page)).toHaveAccessibleName(/1 unread notice/);
    await page.keyboard.press("Shift+N");
    const panel = page.getByRole("dialog", { name: "Notices" });
    await expect(panel.getByRole("button", { name: /A stat study is waiting/ }).first()).toContainText("CT Head");
    await expect(panel).not.toContainText(/QUIET/);
    expect.soft(await axe(page, "notices")).toEqual([]);
    await look(page, "bell");
    await panel
      .getByRole("button", { name: /A stat study is waiting/ })
      .first()
      .click();
    await expect(page).toHaveURL(new RegExp(`study=${studyId}`));
    return studyId;
  });

  await test.step("claimed, it leaves everybody's list", async () => {
    const claimed = await julia.send("POST", `/api/studies/${first}/claim`, {});
    expect(claimed.status).toBe(200);
    await eventually("cleared for the colleague", async () => {
      const { notices } = await miguel.get<{ notices: { studyId: string }[] }>("/api/notices");
      return notices.every(({ studyId }) => studyId !== first);
    });
  });

  await test.step("with its report open the next waits, and is counted", async () => {
    await page.goto(`/read/${first}`);
    await expect(page.getByLabel(/^Patient QUIET/)).toBeVisible();
    const begin = page.getByRole("button", { name: "Begin the report" });
    await expect(begin.or(page.getByRole("textbox", { name: "Report" })).first()).toBeVisible();
    if (await begin.isVisible()) await begin.click();
    await arrives(julia, "N1002");
    await expect(page.getByText("1 waiting until you sign")).toBeVisible();
    await expect(bell(page)).toHaveAccessibleName(/no unread notices, 1 waiting/);
  });

  await test.step("what a colleague hands over comes through", async () => {
    const studyId = await arrives(julia, "N1003");
    const claimed = await miguel.send<{ claim: { fence: number } }>("POST", `/api/studies/${studyId}/claim`, {});
    const me = await julia.get<{ user: { id: string } }>("/api/session");
    const given = await miguel.send("POST", `/api/studies/${studyId}/hand-over`, {
      fence: claimed.body.claim.fence,
      toUserId: me.user.id,
      note: "Please have a look",
    });
    expect(given.status).toBe(200);
    await expect(page.getByText("A study was handed to you by Dr Miguel Ortiz")).toBeVisible();
    await look(page, "reading-room");
  });

  await test.step("signed: what waited is released", async () => {
    await write(page, "Findings", "Ventricles and cisterns are of normal width.");
    await write(page, "Impression", "No haemorrhage.");
    await page
      .getByLabel(/^Patient QUIET/)
      .getByRole("button", { name: "Sign", exact: true })
      .click();
    const dialog = page.getByRole("dialog", { name: "Sign the report" });
    const sign = dialog.getByRole("button", { name: "Sign final" });
    await expect(async () => {
      for (const box of await dialog.getByRole("checkbox").all()) await box.check();
      if (await sign.isVisible()) await sign.click();
      await expect(page.getByText(/^Signed by Dr Julia Lindqvist/)).toBeVisible({ timeout: 2_000 });
    }).toPass({ timeout: 20_000 });
    await expect(page.getByText(/waiting until you sign/)).toHaveCount(0);
    await expect(bell(page)).toHaveAccessibleName(/2 unread notices/);
  });
  await clean(screen);
});

/** The scheme as one who chose it and reloads. */
async function choose(page: Page, scheme: "dark" | "light"): Promise<void> {
  await page.evaluate(async (value) => {
    const session = (await (await fetch("/api/session")).json()) as { user: { id: string } };
    localStorage.setItem(`readroom-scheme-${session.user.id}`, value);
  }, scheme);
}

async function write(page: Page, title: string, text: string): Promise<void> {
  const section = page
    .getByRole("textbox", { name: "Report" })
    .locator("section, [data-section]")
    .filter({ hasText: new RegExp(`^${title}`, "i") });
  await section.locator("p").last().click();
  await page.keyboard.press("End");
  await page.keyboard.type(text);
  await expect(page.getByText(/saved/i).first()).toBeVisible();
}

test("settings of notices and the fairness ledger, dark and light, on a desk and in the hand", async ({ browser }) => {
  const miguel = await logIn(hub.url, "ortiz@nightline.example");
  await arrives(miguel, "N2000");
  const routine = await arrives(miguel, "N2001", "R");
  expect((await miguel.send("POST", `/api/studies/${routine}/claim`, {})).status).toBe(200);
  await eventually("passed over", async () => {
    const { readers } = await miguel.get<{ readers: { passedOver: number }[] }>("/api/fairness");
    return readers.some(({ passedOver }) => passedOver > 0);
  });
  const screen = await openScreen(browser, hub.url);
  const { page } = screen;
  await logInOnScreen(page, "ortiz@nightline.example");
  for (const scheme of ["dark", "light"] as const)
    for (const [size, viewport] of [
      ["desk", DESK],
      ["hand", HAND],
    ] as const) {
      await page.setViewportSize(viewport);
      await choose(page, scheme);
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      await page.goto("/settings/notifications");
      await expect(page.getByRole("checkbox", { name: "Handed to me: Bell" })).toBeDisabled();
      expect.soft(await axe(page, "notices")).toEqual([]);
      await look(page, `settings-${scheme}-${size}`);
      await page.goto("/fairness");
      await page
        .getByRole("main")
        .getByRole("button", { name: /Dr Miguel Ortiz/ })
        .click();
      const drawer = page.getByRole("dialog", { name: /Dr Miguel Ortiz/ });
      await expect(drawer).toContainText(/waited/);
      expect.soft(await axe(page, "notices")).toEqual([]);
      await look(page, `entries-${scheme}-${size}`);
      await page.keyboard.press("Escape");
      await expect(drawer).toBeHidden();
      expect.soft(await axe(page, "notices")).toEqual([]);
      await look(page, `fairness-${scheme}-${size}`);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    }
  await page.setViewportSize(DESK);
  await page.goto("/settings/notifications");
  await page.getByRole("checkbox", { name: "Clocks in my pools: Sound" }).check();
  await expect(page.getByText("saved ✓")).toBeVisible();
  await page.reload();
  await expect(page.getByRole("checkbox", { name: "Clocks in my pools: Sound" })).toBeChecked();
  await clean(screen);
});
