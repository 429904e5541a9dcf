import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type Locator, type Page, test } from "@playwright/test";
import { makeImage, newUid } from "../devices/dicom-maker";
import { FakeHospital, OrderSender, type ReceivedResult } from "../devices/hospital";
import { storescu } from "../devices/modality";
import { SpeechServer } from "../devices/speech-server";
import { realData } from "../devices/test-data";
import { axe } from "../fixtures/axe";
import { logInOnScreen, openScreen, PHONE } from "../fixtures/browser";
import { type RunningHub, startHub } from "../fixtures/hub";
import { orderMessage } from "../fixtures/order-message";
import { eventually, logIn } from "../fixtures/person";

/**
 * A resident drafts with a template, the attending suggests and comments, both settle what the other suggests, the resident signs
 * preliminary and the attending final. What was signed is word for word what the hospital receives, as ORU and as PDF.
 */
const ACCESSION = "RES1";
let hub: RunningHub;
let hospital: FakeHospital;
let speech: SpeechServer;
let scratch: string;

test.beforeAll(async () => {
  hospital = await FakeHospital.start();
  speech = await SpeechServer.start();
  hub = await startHub({ READROOM_SPEECH_URL: speech.url });
  await hub.sendResultsTo(hospital.port);
  scratch = mkdtempSync(join(tmpdir(), "readroom-resident-"));
});
test.afterAll(async () => {
  await hub?.stop();
  await hospital?.close();
  speech?.close();
  if (scratch) rmSync(scratch, { recursive: true, force: true });
});

test("a resident and an attending write one report, and the hospital receives what they signed", async ({
  browser,
}) => {
  test.setTimeout(420_000);
  const resident = await openScreen(browser, hub.url, { viewport: { width: 1440, height: 900 } });
  const attending = await openScreen(browser, hub.url, { viewport: { width: 1440, height: 900 } });
  // Two reading rooms with their viewers start on one machine.
  for (const { page } of [resident, attending]) page.setDefaultTimeout(60_000);
  const studyId = await arrives();

  await test.step("the resident claims and begins with the template that fits", async () => {
    const okafor = await logIn(hub.url, "okafor@nightline.example");
    const claimed = await okafor.send("POST", `/api/studies/${studyId}/claim`, {});
    expect(claimed.status, JSON.stringify(claimed.body)).toBe(200);
    await logInOnScreen(resident.page, "okafor@nightline.example");
    await resident.page.goto(`/read/${studyId}`);
    await resident.page.getByRole("tab", { name: "Report" }).click();
    await expect(resident.page.getByRole("button", { name: "CT head", exact: true })).toBeVisible();
    await resident.page.getByRole("button", { name: "Begin the report" }).click();
    await expect(report(resident.page)).toContainText("Extra-axial spaces:");
  });

  await test.step("normal text fills what is empty, an abbreviation becomes its text", async () => {
    await sectionOf(resident.page, "Findings").locator("p").first().click();
    await resident.page.getByRole("button", { name: "Normal", exact: true }).click();
    await expect(report(resident.page)).toContainText("Extra-axial spaces: no collection.");
    await sectionOf(resident.page, "Impression").locator("p").last().click();
    await resident.page.keyboard.type("nad");
    await resident.page.keyboard.press("Tab");
    await resident.page.keyboard.type(" Small scalp swelling on the left.");
    await expect(resident.page.locator("[data-saved]").first()).toHaveAttribute("data-saved", "saved");
  });

  await test.step("dictated to the hub's speech server, words stand at the caret", async () => {
    speech.says("No fracture beneath it full stop");
    await resident.page.keyboard.press("End");
    await resident.page.getByRole("button", { name: "Dictate" }).click();
    await expect(resident.page.getByText("Listening…")).toBeVisible();
    await picture(resident.page, "dictating");
    // The browser's microphone beeps without a pause: its sound is sent when it gets too long for a phrase.
    await expect(report(resident.page)).toContainText("on the left. No fracture beneath it.", {
      timeout: 40_000,
    });
    speech.says("");
    await resident.page.getByRole("button", { name: "Stop the dictation" }).click();
    await expect(resident.page.getByRole("button", { name: "Dictate" })).toBeVisible();
    expect(speech.asked[0]?.file.type).toMatch(/^audio\/webm/);
    expect(speech.asked[0]?.file.sound.subarray(0, 4).toString("hex")).toBe("1a45dfa3");
    await expect(resident.page.locator("[data-saved]").first()).toHaveAttribute("data-saved", "saved");
  });

  await test.step("the attending suggests; nobody can sign over it; the resident accepts", async () => {
    await logInOnScreen(attending.page, "lindqvist@nightline.example");
    await attending.page.goto(`/read/${studyId}`);
    await attending.page.getByRole("tab", { name: "Report" }).click();
    await expect(report(attending.page)).toContainText("Small scalp swelling on the left.");
    await attending.page.getByText("Suggest", { exact: true }).click();
    await sectionOf(attending.page, "Impression").locator("p").last().click();
    await attending.page.keyboard.press("End");
    await attending.page.keyboard.type(" No follow-up needed.");
    await expect(attending.page.locator("ins[data-suggestion]")).toContainText("No follow-up needed.");
    await expect(resident.page.locator("ins[data-suggestion]")).toContainText("No follow-up needed.");
    await sign(resident.page).click();
    const dialog = resident.page.getByRole("dialog", { name: "Sign the report" });
    await expect(dialog).toContainText("RESIDENT, Case");
    await expect(dialog).toContainText("One suggestion is neither accepted nor rejected.");
    await expect(dialog.getByRole("button", { name: "Sign preliminary" })).toBeDisabled();
    await picture(resident.page, "blocked");
    expect(await axe(resident.page, "sign dialog")).toEqual([]);
    await dialog.getByRole("button", { name: /^Show suggestions/ }).click();
    await resident.page.getByRole("button", { name: /^Accept: with “ No follow-up needed.”/ }).click();
    await expect(resident.page.locator("ins[data-suggestion]")).toHaveCount(0);
    await expect(report(attending.page)).toContainText(
      "Small scalp swelling on the left. No fracture beneath it. No follow-up needed.",
    );
  });

  await test.step("a comment with a mention reaches the resident, who answers and settles it", async () => {
    await attending.page.getByText("Write", { exact: true }).click();
    await sectionOf(attending.page, "Findings").locator("p").first().click({ clickCount: 3 });
    await attending.page.getByRole("button", { name: /^Comments/ }).click();
    const talk = attending.page.getByRole("region", { name: "Comments" });
    await talk.getByLabel("Comment", { exact: true }).fill("Did you look at the basal ganglia?");
    await talk.getByRole("button", { name: "Send" }).click();
    await expect(talk).toContainText("Did you look at the basal ganglia?");
    await resident.page.getByRole("button", { name: "Comments, 1 open" }).click();
    const theirs = resident.page.getByRole("region", { name: "Comments" });
    await theirs.getByRole("button", { name: "Answer" }).click();
    await theirs.getByLabel("Answer", { exact: true }).fill("Yes, symmetrical.");
    await theirs.getByRole("button", { name: "Send" }).click();
    await picture(resident.page, "comments");
    expect(await axe(resident.page, "comments")).toEqual([]);
    await expect(talk).toContainText("Yes, symmetrical.");
    await talk.getByRole("button", { name: "Settle" }).click();
    await expect(theirs).toContainText("Nothing is open.");
  });

  await test.step("signed preliminary, it goes to the hospital as P", async () => {
    await sign(resident.page).click();
    const dialog = resident.page.getByRole("dialog", { name: "Sign the report" });
    await confirmAll(dialog);
    await dialog.getByRole("button", { name: "Sign preliminary" }).click();
    await expect(dialog).toBeHidden();
    const [result] = await hospital.filed(1, ofCase, 60_000);
    expect(result?.message.get("OBR-25")).toBe("P");
    expect(result?.message.lines("19005-8").join("\n")).toContain("No follow-up needed.");
  });

  await test.step("the attending reads it second: the difference is graded, then final", async () => {
    await attending.page.getByRole("button", { name: "Claim", exact: true }).click();
    await expect(report(attending.page)).toContainText("No follow-up needed.");
    await expect(report(attending.page)).toBeEditable();
    await sectionOf(attending.page, "Impression").locator("p").last().click();
    await attending.page.keyboard.press("End");
    await attending.page.keyboard.type(" Old lacune in the right thalamus.");
    await expect(attending.page.locator("[data-saved]").first()).toHaveAttribute("data-saved", "saved");
    await sign(attending.page).click();
    const dialog = attending.page.getByRole("dialog", { name: "Sign the report" });
    await confirmAll(dialog);
    const second = dialog.getByRole("region", { name: "Second reading" });
    await expect(second.locator("ins")).toContainText("Old lacune in the right thalamus.");
    await expect(dialog.getByRole("button", { name: "Sign final" })).toBeDisabled();
    await second.getByText("Minor difference").click();
    await second.getByLabel("What to learn from it").fill("Window narrowly for lacunes.");
    await picture(attending.page, "second-reading");
    expect(await axe(attending.page, "second reading")).toEqual([]);
    await dialog.getByRole("button", { name: "Sign final" }).click();
    const signed = attending.page.getByRole("article", { name: /^Final, version 2/ });
    await expect(signed).toContainText("Minor difference to v1");
    await attending.page.getByRole("switch", { name: "Who wrote" }).check();
    await expect(signed.getByTitle("Dr Sam Okafor, by abbreviation")).toHaveText("No acute abnormality.");
    await expect(signed.getByTitle("Dr Julia Lindqvist", { exact: true }).first()).toBeVisible();
    await picture(attending.page, "who-wrote");
    expect(await axe(attending.page, "signed")).toEqual([]);
  });

  await test.step("PDF and ORU say word for word what was signed", async () => {
    const [, result] = await hospital.filed(2, ofCase, 60_000);
    expect(result?.message.get("OBR-25")).toBe("F");
    expect(result?.message.all("OBX").every((obx) => obx[11] === "F")).toBe(true);
    const lindqvist = await logIn(hub.url, "lindqvist@nightline.example");
    const { reportId, versions } = await lindqvist.get<{ reportId: string; versions: Version[] }>(
      `/api/studies/${studyId}/report`,
    );
    const pdf = await fetch(`${hub.url}/api/reports/${reportId}/versions/2/pdf`, {
      headers: { cookie: lindqvist.cookie },
    });
    const printed = textOfPdf(Buffer.from(await pdf.arrayBuffer()));
    const sections = versions[0]?.content.sections.filter(({ text }) => text !== "") ?? [];
    expect(sections.map(({ key }) => key)).toEqual(expect.arrayContaining(["findings", "impression"]));
    for (const section of sections) {
      expect(result?.message.lines(section.loinc).join("\n").trim(), section.title).toBe(section.text);
      expect(printed).toContain(words(section.text));
    }
    expect(printed).toContain("Final report");
    expect(printed).toMatch(/Words by .*Dr Sam Okafor \d+ %.*Dr Julia Lindqvist \d+ %/);
  });

  await test.step("a correction says what it corrects, and reaches the hospital as C", async () => {
    await attending.page.getByRole("button", { name: "Correct", exact: true }).click();
    await sectionOf(attending.page, "Correction").locator("p").last().click();
    await attending.page.keyboard.type("The lacune is on the left side.");
    await expect(attending.page.locator("[data-saved]").first()).toHaveAttribute("data-saved", "saved");
    await sign(attending.page).click();
    const dialog = attending.page.getByRole("dialog", { name: "Sign the report" });
    await expect(dialog.getByRole("region", { name: "Changes in Correction" })).toBeVisible();
    await confirmAll(dialog);
    await dialog.getByRole("button", { name: "Sign correction" }).click();
    await expect(attending.page.getByRole("article", { name: /^Corrected, version 3/ })).toBeVisible();
    const corrected = (await hospital.filed(3, ofCase, 60_000)).at(-1);
    expect(corrected?.message.get("OBR-25")).toBe("C");
    expect(corrected?.text).toContain("The lacune is on the left side.");
  });

  for (const { context, problems } of [resident, attending]) {
    expect(problems).toEqual([]);
    await context.close();
  }
});

test("templates are made, imported and shared; what an import left out is told", async ({ browser }) => {
  const screen = await openScreen(browser, hub.url, { viewport: { width: 1440, height: 900 } });
  const { page } = screen;
  await logInOnScreen(page, "lindqvist@nightline.example");
  await page.goto("/templates");
  await expect(page.getByRole("button", { name: "CT head", exact: true })).toBeVisible();
  expect(await axe(page, "templates")).toEqual([]);
  await picture(page, "templates");
  const file = mrrtFile();
  await page.locator('input[type="file"]').setInputFiles(file);
  await expect(page.getByText(/^Imported/).first()).toBeVisible();
  const name = await page.getByRole("textbox", { name: /^Name/ }).inputValue();
  expect(name).not.toBe("");
  expect(await axe(page, "imported template")).toEqual([]);
  await picture(page, "imported");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByRole("button", { name, exact: true })).toBeVisible();
  await page.getByRole("tab", { name: "Snippets" }).click();
  await page.getByLabel("Abbreviation", { exact: true }).fill(";ich");
  await page.getByLabel("Text", { exact: true }).fill("No intracranial haemorrhage.");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText("No intracranial haemorrhage.", { exact: true })).toBeVisible();
  expect(await axe(page, "snippets")).toEqual([]);
  const phone = await openScreen(browser, hub.url, { ...PHONE, colorScheme: "light" });
  await logInOnScreen(phone.page, "lindqvist@nightline.example");
  await phone.page.goto("/templates");
  await expect(phone.page.getByText("CT head", { exact: true })).toBeVisible();
  await picture(phone.page, "templates-phone");
  for (const { context, problems } of [screen, phone]) {
    expect(problems).toEqual([]);
    await context.close();
  }
});

interface Version {
  readonly content: { readonly sections: readonly { key: string; title: string; loinc: string; text: string }[] };
}

const ofCase = (one: ReceivedResult): boolean => one.text.includes(ACCESSION);
const report = (page: Page): Locator => page.getByRole("textbox", { name: "Report" });
const sectionOf = (page: Page, title: string): Locator =>
  report(page).locator(`section[data-section][aria-label="${title}"]`);
const sign = (page: Page): Locator => page.getByLabel(/^Patient /).getByRole("button", { name: "Sign", exact: true });

async function confirmAll(dialog: Locator): Promise<void> {
  await expect(dialog.getByText(/^text [0-9a-f]{8}$/)).toBeVisible();
  for (const box of await dialog.getByRole("checkbox").all()) await box.check();
}

/** For whoever looks at the screens: only where a folder for them is named. */
async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.READROOM_PICTURES;
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** White space as one blank: a PDF breaks lines where the page ends. */
const words = (text: string): string => text.replace(/\s+/g, " ").trim();

function textOfPdf(pdf: Buffer): string {
  const path = join(scratch, "report.pdf");
  writeFileSync(path, pdf);
  return words(execFileSync("pdftotext", ["-layout", path, "-"], { encoding: "utf8" }));
}

/** A hospital's own template where the test data is there; else a small one. */
function mrrtFile(): string {
  const root = realData("templates");
  if (root) {
    const found = readdirSync(root, { recursive: true, encoding: "utf8" }).find((one) =>
      /schaedel.*template\.html$/.test(one),
    );
    if (found) return join(root, found);
  }
  const path = join(scratch, "template.html");
  writeFileSync(
    path,
    `<html><head><title>CT sinuses</title><meta name="rrt:modality" content="CT"></head><body><section data-section-name="Findings">
     <label for="fluid">Fluid</label><select id="fluid"><option>none</option><option>left</option></select></section></body></html>`,
  );
  return path;
}

/** An order and its image, until the study is ready to be read. */
async function arrives(): Promise<string> {
  const sender = await OrderSender.connect(hub.ports.mllp);
  const order = orderMessage({ accession: ACCESSION, mrn: ACCESSION, name: "RESIDENT^Case", question: "Fall. Bleed?" });
  expect(await sender.send(order)).toMatch(/\rMSA\|AA\|/);
  await sender.close();
  await hub.setQuietSeconds(1);
  const path = join(scratch, "image.dcm");
  const image = makeImage({
    study: newUid(),
    accession: ACCESSION,
    patientId: ACCESSION,
    patientName: "RESIDENT^Case",
  });
  writeFileSync(path, image);
  expect((await storescu({ port: hub.ports.dicom }, [path])).code).toBe(0);
  const reader = await logIn(hub.url, "okafor@nightline.example");
  return eventually("the study is ready to read", async () => {
    type Row = { studyId: string; accessionNumber: string; state: string };
    const { rows } = await reader.get<{ rows: Row[] }>("/api/worklist");
    return rows.find((row) => row.accessionNumber === ACCESSION && row.state === "readable")?.studyId;
  });
}
