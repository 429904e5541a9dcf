import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, type Page, test } from "@playwright/test";
import { bodyOf, hashesOf, readReportSpec, renderReport } from "@readroom/shared/crdt/report.js";
import * as Y from "yjs";
import { RoomProvider } from "../../client/kernel/room/provider";
import { makeImage, newUid } from "../devices/dicom-maker";
import { OrderSender } from "../devices/hospital";
import { launchStorescu } from "../devices/modality";
import { axe } from "../fixtures/axe";
import { BadLine } from "../fixtures/bad-line";
import { logInOnScreen, openScreen, type Screen } from "../fixtures/browser";
import { type RunningHub, startHub } from "../fixtures/hub";
import { orderMessage } from "../fixtures/order-message";
import { eventually, logIn, type Person } from "../fixtures/person";

/** A reader on a bad line: slow and lossy, silent for half a minute, gone for a minute, and a report that is signed meanwhile. */
const PICTURES = join(dirname(fileURLToPath(import.meta.url)), "..", "results", "screens");
const JULIA = "lindqvist@nightline.example";
const SILENCE_MS = 30_000;
const OFFLINE_MS = 60_000;

let hub: RunningHub;
let line: BadLine;
let scratch: string;
let julia: Screen;
/** Somebody with a good line, who sees what the hub has. */
let sam: Person;
let julias: Person;
let there: RoomProvider;
let studyId: string;
let fence: number;

test.beforeAll(async ({ browser }) => {
  hub = await startHub();
  line = await BadLine.to(hub.ports.http);
  scratch = mkdtempSync(join(tmpdir(), "readroom-line-"));
  mkdirSync(PICTURES, { recursive: true });
  await hub.setQuietSeconds(1);
  studyId = await studyOf("LINE1");
  julias = await logIn(hub.url, JULIA);
  sam = await logIn(hub.url, "okafor@nightline.example");
  await claim();
  const begun = await julias.send<{ draft: { documentId: string } }>("POST", `/api/studies/${studyId}/report`, {});
  expect(begun.status, JSON.stringify(begun.body)).toBe(200);
  there = new RoomProvider({ socket: sam.socket(), documentId: begun.body.draft.documentId });
  julia = await openScreen(browser, line.url);
});

test.afterAll(async () => {
  await julia?.context.close();
  there?.destroy();
  await line?.close();
  await hub?.stop();
  if (scratch) rmSync(scratch, { recursive: true, force: true });
});

test("a bad line", async () => {
  test.setTimeout(420_000);
  const { page } = julia;
  await logInOnScreen(page, JULIA);
  await openReport(page);

  await test.step("300 ms and 5 % loss: what is called saved is at the hub", async () => {
    line.set({ roundTripMs: 300, loss: 0.05 });
    for (const words of ["One. ", "Two. ", "Three. "]) {
      await write(page, words);
      await expect(mark(page)).toHaveAttribute("data-saved", "saving");
      await expect(mark(page)).toHaveAttribute("data-saved", "saved", { timeout: 20_000 });
      expect(atTheHub()).toContain(words.trim());
    }
  });

  await test.step("half a minute of silence: never called saved before it is", async () => {
    line.silence(true);
    await write(page, "Silence. ");
    const seen = await watch(page, SILENCE_MS, "Silence.");
    expect(seen).not.toContain("saved");
    line.silence(false);
    await expect(mark(page)).toHaveAttribute("data-saved", "saved", { timeout: 30_000 });
    expect(atTheHub()).toContain("Silence.");
  });

  await test.step("a minute without a line: kept here, counted, and merged with what others wrote once the study is claimed again", async () => {
    line.sever(true);
    await expect(mark(page)).toHaveAttribute("data-saved", "offline", { timeout: 30_000 });
    await write(page, "Offline. ");
    await expect(mark(page)).toContainText(/offline, \d+ edits? kept here/);
    await page.screenshot({ path: join(PICTURES, "bad-line-offline.png") });
    writeThere("From Sam. ");
    const seen = await watch(page, OFFLINE_MS, "Offline.");
    expect([...seen]).toEqual(["offline"]);
    line.sever(false);
    // The claim is a lease of a minute: it has run out, and with it the right to write. Nothing is lost by that.
    const late = lateOf(page);
    await expect(late).toContainText("You may no longer change this document", { timeout: 40_000 });
    await expect(late).toContainText("Offline.");
    expect(atTheHub()).not.toContain("Offline.");
    await claim();
    await late.getByRole("button", { name: "Put it in again" }).click();
    await expect(late).toHaveCount(0);
    await expect(mark(page)).toHaveAttribute("data-saved", "saved", { timeout: 30_000 });
    expect(atTheHub()).toContain("Offline.");
    await expect(page.getByRole("textbox", { name: "Report" })).toContainText("From Sam.");
  });

  await test.step("offline across a reload: the words are there again, and go to the hub", async () => {
    line.sever(true);
    await expect(mark(page)).toHaveAttribute("data-saved", "offline", { timeout: 30_000 });
    await write(page, "Reloaded. ");
    await expect(mark(page)).toContainText("kept here");
    await page.goto("about:blank");
    expect(atTheHub()).not.toContain("Reloaded.");
    line.sever(false);
    await openReport(page);
    await expect(mark(page)).toHaveAttribute("data-saved", "saved", { timeout: 30_000 });
    await expect(page.getByRole("textbox", { name: "Report" })).toContainText("Reloaded.");
    expect(atTheHub()).toContain("Reloaded.");
  });

  await test.step("signed meanwhile: what came too late is put aside, and proposed as an addendum", async () => {
    line.sever(true);
    await expect(mark(page)).toHaveAttribute("data-saved", "offline", { timeout: 30_000 });
    await write(page, "Too late. ");
    await expect(mark(page)).toContainText("kept here");
    await sign();
    line.sever(false);
    const late = lateOf(page);
    await expect(late).toContainText("came after the report was signed", { timeout: 40_000 });
    await expect(late).toContainText("Too late.");
    await page.screenshot({ path: join(PICTURES, "bad-line-late.png") });
    expect(await axe(page, "late edits")).toEqual([]);
    await page.reload();
    await expect(late).toContainText("Too late.", { timeout: 40_000 });
    await late.getByRole("button", { name: "Propose as an addendum" }).click();
    await expect(page.getByRole("textbox", { name: "Report" })).toContainText("Too late.", { timeout: 30_000 });
    await expect(mark(page)).toHaveAttribute("data-saved", "saved", { timeout: 30_000 });
    await expect(late).toHaveCount(0);
    const { versions } = await julias.get<{ versions: { content: unknown }[] }>(`/api/studies/${studyId}/report`);
    expect(JSON.stringify(versions)).not.toContain("Too late.");
    await page.screenshot({ path: join(PICTURES, "bad-line-addendum.png") });
  });

  // A line that is cut is told of by the browser itself.
  expect(
    julia.problems.filter((problem) => !/net::ERR_|WebSocket connection|Failed to load resource/.test(problem)),
  ).toEqual([]);
});

async function claim(): Promise<void> {
  const claimed = await julias.send<{ claim: { fence: number } }>("POST", `/api/studies/${studyId}/claim`, {});
  expect(claimed.status, JSON.stringify(claimed.body)).toBe(200);
  ({ fence } = claimed.body.claim);
}

const lateOf = (page: Page) => page.getByRole("region", { name: "Edits that were not taken" });
const mark = (page: Page) => page.locator("[data-saved]").first();

async function openReport(page: Page): Promise<void> {
  await page.goto(`/read/${studyId}`);
  const tab = page.getByRole("tab", { name: "Report" });
  if (await tab.isVisible().catch(() => false)) await tab.click();
  await expect(page.getByRole("textbox", { name: "Report" })).toBeVisible({ timeout: 60_000 });
  await expect(mark(page)).toHaveAttribute("data-saved", "saved", { timeout: 60_000 });
}

/** At the end of the first section. */
async function write(page: Page, words: string): Promise<void> {
  const paragraph = page.getByRole("textbox", { name: "Report" }).locator("section p").first();
  await paragraph.click();
  await page.keyboard.press("End");
  await page.keyboard.type(words);
}

const atTheHub = (): string => bodyOf(there.doc).toString();

function writeThere(words: string): void {
  const section = bodyOf(there.doc).get(0);
  if (!(section instanceof Y.XmlElement)) throw new Error("no section");
  const paragraph = new Y.XmlElement("paragraph");
  paragraph.insert(0, [new Y.XmlText(words)]);
  section.insert(section.length, [paragraph]);
}

/** What the indicator says over that time, as far as it is not of what the hub has. */
async function watch(page: Page, ms: number, words: string): Promise<Set<string>> {
  const seen = new Set<string>();
  const by = Date.now() + ms;
  while (Date.now() < by) {
    const said = (await mark(page).getAttribute("data-saved")) ?? "nothing";
    if (!atTheHub().includes(words)) seen.add(said);
    await page.waitForTimeout(250);
  }
  return seen;
}

async function sign(): Promise<void> {
  const path = `/api/studies/${studyId}/report`;
  await eventually("the hub has everything of the others", async () => there.snapshot().saved.state === "saved");
  const spec = readReportSpec(there.doc);
  if (!spec) throw new Error("the report has no sections");
  const { hash } = hashesOf(renderReport(there.doc, spec, () => null).content);
  const confirm = ["images_arriving", "unmatched", ...spec.sections.map(({ key }) => `empty:${key}`)];
  const { facts } = await julias.get<{ facts: { patient: { identity: string } } }>(path);
  const sent = { kind: "final", hash, fence, confirm, patient: facts.patient.identity };
  const signed = await julias.send<{ detail?: unknown }>("POST", `${path}/sign`, sent);
  expect(signed.status, JSON.stringify(signed.body)).toBe(200);
}

async function studyOf(accession: string): Promise<string> {
  const sender = await OrderSender.connect(hub.ports.mllp);
  expect(await sender.send(orderMessage({ accession, mrn: "PLINE", name: "Line^Bad" }))).toMatch(/\rMSA\|AA\|/);
  await sender.close();
  const path = join(scratch, `${accession}.dcm`);
  writeFileSync(path, makeImage({ study: newUid(), accession, patientId: "PLINE", patientName: "Line^Bad" }));
  const run = await launchStorescu({ port: hub.ports.dicom }, [path]).done;
  expect(run.code, run.output).toBe(0);
  const person = await logIn(hub.url, JULIA);
  const row = await eventually("the study is on the worklist", async () => {
    const { rows } = await person.get<{ rows: { studyId: string; accessionNumber: string; routable: boolean }[] }>(
      "/api/worklist",
    );
    return rows.find((one) => one.accessionNumber === accession && one.routable);
  });
  return row.studyId;
}
