import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { makeImage, newUid } from "../devices/dicom-maker";
import { FakeHospital, OrderSender } from "../devices/hospital";
import { storescu } from "../devices/modality";
import { realDicom } from "../devices/test-data";
import {
  greysOnScreen,
  IMAGE,
  logInOnScreen,
  openScreen,
  PHONE,
  packetsReceived,
  type Screen,
} from "../fixtures/browser";
import { type RunningHub, startHub } from "../fixtures/hub";
import { orderMessage } from "../fixtures/order-message";
import { eventually, logIn } from "../fixtures/person";

/**
 * The main job, end to end, as three people live it: an order and images come in, the right reader claims and reads, a colleague
 * joins live, the physician is called about a critical finding on a phone, and the signed report reaches the hospital.
 */
const ACCESSION = "MOF5026";
const MRN = "583295";
const FINDING = "Displaced scaphoid waist fracture with proximal pole ischaemia";
const READ_BACK = "Scaphoid fracture, displaced, hand surgery tonight";

let hub: RunningHub;
let hospital: FakeHospital;
let scratch: string;
let files: string[];

test.beforeAll(async () => {
  hospital = await FakeHospital.start();
  hub = await startHub();
  await hub.sendResultsTo(hospital.port);
  scratch = mkdtempSync(join(tmpdir(), "readroom-journey-"));
  files = wristImages(scratch);
});

test.afterAll(async () => {
  await hub?.stop();
  await hospital?.close();
  if (scratch) rmSync(scratch, { recursive: true, force: true });
});

test("an order and images become a signed, delivered report, with a colleague and a physician in the room", async ({
  browser,
}) => {
  test.setTimeout(360_000);
  const reader = await openScreen(browser, hub.url);
  const colleague = await openScreen(browser, hub.url);
  const physician = await openScreen(browser, hub.url, PHONE);

  await test.step("1 the order is taken", async () => {
    const sender = await OrderSender.connect(hub.ports.mllp);
    const reply = await sender.send(
      orderMessage({
        accession: ACCESSION,
        mrn: MRN,
        name: "DOE^J1",
        birthDate: "19561117",
        sex: "M",
        procedure: "MRWRL",
        procedureText: "MR Wrist left",
        modality: "MR",
        question: "Fall on the outstretched hand. Scaphoid fracture?",
      }),
    );
    expect(reply).toMatch(/\rMSA\|AA\|CMOF5026/);
    await sender.close();
  });

  await test.step("2-4 images arrive while the reader watches, and are matched and routed", async () => {
    await logInOnScreen(reader.page, "tanaka@nightline.example");
    const half = Math.ceil(files.length / 2);
    await hub.setQuietSeconds(600);
    expect((await storescu({ port: hub.ports.dicom }, files.slice(0, half))).code).toBe(0);
    const row = reader.page.getByRole("row", { name: /DOE, J1/i });
    await expect(row).toContainText("MR Wrist left");
    await expect(row).toContainText(`${half}…`);
    await expect(row).toContainText("receiving");
    expect((await storescu({ port: hub.ports.dicom }, files.slice(half))).code).toBe(0);
    await expect(row).toContainText(`${files.length}…`);
    await hub.setQuietSeconds(1);
    await expect(row).toContainText("STAT");
  });

  await test.step("4-5 one key claims it and its images are on screen", async () => {
    await expect(reader.page.getByRole("row", { name: /DOE, J1/i })).toContainText("ready", { timeout: 40_000 });
    await reader.page.keyboard.press("n");
    await expect(reader.page).toHaveURL(/\/read\//);
    await expect(reader.page.getByLabel(/^Patient DOE/)).toContainText(MRN);
    await expect.poll(() => greysOnScreen(reader.page), { timeout: 40_000 }).toBeGreaterThan(40);
  });

  await test.step("5-6 a measurement, a pointer and the view reach the colleague", async () => {
    await logInOnScreen(colleague.page, "ortiz@nightline.example");
    await colleague.page.goto(new URL(reader.page.url()).pathname);
    await expect(colleague.page.getByLabel("In the room").getByLabel(/Dr Aiko Tanaka/)).toBeVisible();
    await expect.poll(() => greysOnScreen(colleague.page), { timeout: 40_000 }).toBeGreaterThan(40);
    await reader.page.keyboard.press("l");
    await drag(reader.page, [0.4, 0.4], [0.6, 0.55]);
    await openTab(colleague.page, /Findings/);
    await expect(colleague.page.getByLabel("Marks")).toContainText(/\d+(\.\d+)? mm/);
    await expect(colleague.page.getByLabel("Marks")).toContainText("Dr Aiko Tanaka");
    await point(reader.page, 0.5, 0.5);
    await expect(colleague.page.getByText("Dr Aiko Tanaka", { exact: true }).first()).toBeVisible();
  });

  await test.step("6 following the reader, the colleague sees the slice that she scrolls to", async () => {
    await colleague.page.getByLabel("In the room").getByLabel("Follow Dr Aiko Tanaka").click();
    await reader.page.keyboard.press("End");
    const last = new RegExp(`${files.length}\\s*/\\s*${files.length}`);
    await expect(reader.page.getByLabel("Viewports")).toContainText(last);
    await expect(colleague.page.getByLabel("Viewports")).toContainText(last);
    await colleague.page.keyboard.press("Home");
    await expect(colleague.page.getByLabel("Viewports")).not.toContainText(last);
  });

  await test.step("7 the report is written live, with the measurement in it", async () => {
    await openTab(reader.page, "Report");
    const begin = reader.page.getByRole("button", { name: "Begin the report" });
    if (await begin.isVisible()) await begin.click();
    await writeSection(reader.page, "Findings", "Transverse fracture of the scaphoid waist, displaced. ");
    await openTab(reader.page, /Findings/);
    await reader.page.getByRole("button", { name: "Insert in report" }).click();
    await writeSection(reader.page, "Impression", "Displaced scaphoid waist fracture.");
    await openTab(colleague.page, "Report");
    const copy = colleague.page.getByRole("textbox", { name: "Report" });
    await expect(copy).toContainText("Transverse fracture of the scaphoid waist, displaced.");
    await expect(copy).toContainText(/\d+(\.\d+)? mm/);
    await expect(reader.page.getByText(/saved/i).first()).toBeVisible();
  });

  const link = await test.step("8 a critical finding opens the loop and offers a link", async () => {
    await reader.page.keyboard.press("Escape");
    await reader.page
      .getByRole("heading")
      .first()
      .click({ trial: true })
      .catch(() => undefined);
    await openTab(reader.page, "Room");
    await reader.page.getByRole("button", { name: "Critical finding" }).click();
    await reader.page.getByLabel("Finding, in one sentence").fill(FINDING);
    await reader.page.getByRole("button", { name: "Raise it" }).click();
    const loop = reader.page.getByRole("article", { name: new RegExp(FINDING) });
    await expect(loop).toContainText("Raman");
    await loop.getByRole("button", { name: "Make a join link" }).click();
    return loop.getByLabel("Join link").inputValue();
  });

  await test.step("8 the physician opens it on a phone, sees who calls and about whom, and joins", async () => {
    await physician.page.goto(link);
    await expect(
      physician.page.getByRole("heading", { name: /Dr Aiko Tanaka is calling you about a critical finding/ }),
    ).toBeVisible();
    await expect(physician.page.getByText(MRN)).toHaveCount(0);
    await expect(physician.page.getByText(/DOE/)).toHaveCount(0);
    await physician.page.getByLabel("You are").fill("Dr Priya Raman");
    await physician.page.getByRole("button", { name: "Join", exact: true }).click();
    await expect(physician.page.getByLabel(/^Patient DOE/)).toBeVisible();
    await expect.poll(() => greysOnScreen(physician.page), { timeout: 40_000 }).toBeGreaterThan(40);
  });

  await test.step("8 both talk: audio and video packets arrive at both ends", async () => {
    await reader.page.getByRole("button", { name: /^(Call|Join call)/ }).click();
    for (const screen of [reader, physician]) {
      await expect
        .poll(async () => (await packetsReceived(screen.page)).audio, { timeout: 40_000 })
        .toBeGreaterThan(20);
      await expect
        .poll(async () => (await packetsReceived(screen.page)).video, { timeout: 40_000 })
        .toBeGreaterThan(20);
    }
    await expect(reader.page.getByLabel("In the call")).toContainText("Dr Priya Raman");
  });

  await test.step("8 read back and acknowledged, with time and person", async () => {
    await physician.page.getByLabel(/Read back: repeat/).fill(READ_BACK);
    await physician.page.getByRole("button", { name: "Read back" }).click();
    await physician.page.getByRole("button", { name: "Acknowledge" }).click();
    await expect(physician.page.getByText(/Acknowledged at/)).toBeVisible();
    const loop = reader.page.getByRole("article", { name: new RegExp(FINDING) });
    await expect(loop).toContainText(READ_BACK);
    await expect(loop).toContainText("Dr Priya Raman");
  });

  await test.step("7 she signs what she sees; it is frozen", async () => {
    await openTab(reader.page, "Report");
    await reader.page
      .getByLabel(/^Patient DOE/)
      .getByRole("button", { name: "Sign", exact: true })
      .click();
    const dialog = reader.page.getByRole("dialog", { name: "Sign the report" });
    await signFinal(dialog);
    const signed = reader.page.getByRole("article", { name: /^Final, version 1/ });
    await expect(signed).toContainText("Displaced scaphoid waist fracture.");
    await expect(signed).toContainText(READ_BACK);
    await expect(colleague.page.getByRole("article", { name: /^Final, version 1/ })).toBeVisible();
  });

  await test.step("9 the hospital receives the result, field by field", async () => {
    const [result] = await hospital.filed(1, (one) => one.text.includes(ACCESSION), 40_000);
    const oru = result?.message;
    expect(oru?.get("MSH-9")).toMatch(/^ORU\^R01/);
    expect(oru?.get("MSH-3")).toBe("READROOM");
    expect(oru?.get("PID-3.1")).toBe(MRN);
    expect(oru?.get("PID-5.1")).toBe("DOE");
    expect(oru?.get("ORC-2.1")).toBe(`PL${ACCESSION}`);
    expect(oru?.get("OBR-2.1")).toBe(`PL${ACCESSION}`);
    expect(oru?.get("OBR-3.1")).toBe(`FI${ACCESSION}`);
    expect(oru?.get("OBR-4.1")).toBe("MRWRL");
    expect(oru?.get("OBR-25")).toBe("F");
    expect(oru?.get("OBR-32")).toContain("Tanaka");
    expect(result?.text).toContain(ACCESSION);
    expect(oru?.lines("59776-5").join(" ")).toMatch(
      /Transverse fracture of the scaphoid waist, displaced\. \d+(\.\d+)? mm/,
    );
    expect(oru?.lines("19005-8").join(" ")).toContain("Displaced scaphoid waist fracture.");
    expect(result?.text).toContain(READ_BACK);
    expect(result?.text).toContain("Dr Priya Raman");
    expect(oru?.all("OBX").every((obx) => obx[11] === "F")).toBe(true);
  });

  await test.step("9-10 delivered, as a PDF too; and who saw this patient is one query", async () => {
    const operator = await logIn(hub.url, "fischer@nightline.example");
    const delivery = await eventually("delivered", async () => {
      const { deliveries } = await operator.get<{ deliveries: { kind: string; state: string; reportId: string }[] }>(
        "/api/deliveries",
      );
      return deliveries.find((one) => one.kind === "oru" && one.state === "delivered");
    });
    const reading = await logIn(hub.url, "tanaka@nightline.example");
    const pdf = await fetch(`${hub.url}/api/reports/${delivery.reportId}/versions/1/pdf`, {
      headers: { cookie: reading.cookie },
    });
    expect(pdf.status).toBe(200);
    expect(
      Buffer.from(await pdf.arrayBuffer())
        .subarray(0, 5)
        .toString(),
    ).toBe("%PDF-");
    const officer = await logIn(hub.url, "haddad@nightline.example");
    const seen = await officer.send<{ people: { name: string }[] }>("POST", "/api/audit/search", { mrn: MRN });
    const names = seen.body.people.map((person) => person.name);
    expect(names).toEqual(expect.arrayContaining(["Dr Aiko Tanaka", "Dr Miguel Ortiz", "Dr Priya Raman"]));
    const verdict = await officer.get("/api/audit/verify");
    expect(verdict).toMatchObject({ holds: true });
  });

  for (const screen of [reader, colleague, physician]) await closeQuietly(screen);
});

async function closeQuietly(screen: Screen): Promise<void> {
  expect(screen.problems).toEqual([]);
  await screen.context.close();
}

/** Each point before the signature is confirmed, then the signature is given. */
async function signFinal(dialog: ReturnType<Page["getByRole"]>): Promise<void> {
  await expect(dialog.getByText(/^text [0-9a-f]{8}$/)).toBeVisible();
  for (const box of await dialog.getByRole("checkbox").all()) await box.check();
  await dialog.getByRole("button", { name: "Sign final" }).click();
}

const openTab = (page: Page, name: string | RegExp): Promise<void> => page.getByRole("tab", { name }).click();

/** Types at the end of a section's text. */
async function writeSection(page: Page, title: string, text: string): Promise<void> {
  await openTab(page, "Report");
  const section = page
    .getByRole("textbox", { name: "Report" })
    .locator("section, [data-section]")
    .filter({ hasText: new RegExp(`^${title}`, "i") });
  await section.locator("p").last().click();
  await page.keyboard.press("Control+End").catch(() => undefined);
  await section.locator("p").last().click();
  await page.keyboard.press("End");
  await page.keyboard.type(text);
}

async function drag(page: Page, from: readonly [number, number], to: readonly [number, number]): Promise<void> {
  const box = await viewportBox(page);
  await page.mouse.move(box.x + box.width * from[0], box.y + box.height * from[1]);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * to[0], box.y + box.height * to[1], { steps: 8 });
  await page.mouse.up();
}

async function point(page: Page, x: number, y: number): Promise<void> {
  const box = await viewportBox(page);
  await page.mouse.move(box.x + box.width * x, box.y + box.height * y, { steps: 4 });
}

async function viewportBox(page: Page): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await page.locator(IMAGE).first().boundingBox();
  if (!box) throw new Error("no viewport on screen");
  return box;
}

/** The real wrist study with its order's numbers where the test data is there; else a generated one with the same numbers. */
function wristImages(folder: string): string[] {
  const real = realDicom();
  if (real) {
    const wrist = join(real, "mr-wrist-with-order-ids");
    return readdirSync(wrist).map((name) => join(wrist, name));
  }
  const study = newUid();
  const series = newUid();
  return Array.from({ length: 16 }, (_, number) => {
    const path = join(folder, `${number}.dcm`);
    writeFileSync(
      path,
      makeImage({
        study,
        series,
        number,
        rows: 256,
        columns: 256,
        modality: "MR",
        accession: ACCESSION,
        patientId: MRN,
        patientName: "DOE^J1",
      }),
    );
    return path;
  });
}
