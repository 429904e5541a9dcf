import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { frames } from "@readroom/shared/contract/frames.js";
import { readingDocument } from "@readroom/shared/contract/room.js";
import { annotationsOf, putAnnotation } from "@readroom/shared/crdt/reading.js";
import { io } from "socket.io-client";
import { RoomProvider } from "../../client/kernel/room/provider";
import { axe } from "../fixtures/axe";
import { greysOnScreen, IMAGE, logInOnScreen, openScreen, PHONE, type Screen } from "../fixtures/browser";
import { type RunningHub, startHub } from "../fixtures/hub";
import { until } from "../fixtures/rooms";
import { sendWrist } from "../fixtures/wrist";

/**
 * A reader asks somebody without an account into the room by link, as one who may point and not mark; the person comes on a phone, is
 * raised to mark, and is sent out while in. A colleague comes by invitation.
 */
const SHOTS = process.env.READROOM_SHOTS;
let hub: RunningHub;
let scratch: string;

test.beforeAll(async () => {
  hub = await startHub();
  scratch = mkdtempSync(join(tmpdir(), "readroom-room-link-"));
});
test.afterAll(async () => {
  await hub?.stop();
  if (scratch) rmSync(scratch, { recursive: true, force: true });
});

test("a guest by link points, may not mark, is raised, and is out at once when the link is taken back", async ({
  browser,
}) => {
  const reader = await openScreen(browser, hub.url);
  const colleague = await openScreen(browser, hub.url);
  const phone = await openScreen(browser, hub.url, PHONE);

  await test.step("a study is claimed and open", async () => {
    await sendWrist(hub, scratch);
    await logInOnScreen(reader.page, "tanaka@nightline.example");
    await expect(reader.page.getByRole("row", { name: /LEE, KO/i })).toContainText("ready", { timeout: 60_000 });
    await reader.page.keyboard.press("n");
    await expect(reader.page).toHaveURL(/\/read\//);
    await expect.poll(() => greysOnScreen(reader.page), { timeout: 40_000 }).toBeGreaterThan(20);
  });

  const link = await test.step("the reader makes a link: may point, not mark", async () => {
    await reader.page.getByRole("tab", { name: /^Room/ }).click();
    await reader.page.getByRole("button", { name: "Ask somebody in" }).click();
    const dialog = reader.page.getByRole("dialog", { name: "Ask somebody into this room" });
    await dialog.getByText("By link").click();
    await dialog.getByLabel("For whom").fill("Dr Hand Surgeon");
    await dialog.getByLabel("As").selectOption("referrer");
    await dialog.getByLabel("Opens for").selectOption("15");
    await shot(reader.page, "ask-in");
    await dialog.getByRole("button", { name: "Make the link" }).click();
    const url = await dialog.getByLabel("Join link").inputValue();
    await dialog.getByRole("button", { name: "Close" }).click();
    await expect(reader.page.getByLabel("Asked in and gone")).toContainText("Dr Hand Surgeon");
    return url;
  });

  await test.step("the guest opens it on a phone: who asks, as what, no name of the patient", async () => {
    await phone.page.goto(link);
    await expect(
      phone.page.getByRole("heading", { name: "Dr Aiko Tanaka asks you into the reading room" }),
    ).toBeVisible();
    await expect(phone.page.getByText("looks and points, does not mark")).toBeVisible();
    await expect(phone.page.getByText(/LEE/)).toHaveCount(0);
    await shot(phone.page, "door");
    expect(await axe(phone.page, "door")).toEqual([]);
    await phone.page.getByRole("button", { name: "Join", exact: true }).click();
    await expect.poll(() => greysOnScreen(phone.page), { timeout: 60_000 }).toBeGreaterThan(20);
    await expect(phone.page.getByText("You are here as referrer")).toBeVisible();
    await expect(reader.page.getByLabel("Here now")).toContainText("Dr Hand Surgeon");
  });

  await test.step("the guest points, and says look here; the reader sees both", async () => {
    const at = await middle(phone.page);
    await phone.page.touchscreen.tap(at.x, at.y);
    await expect(reader.page.getByLabel("Viewports").getByText("Dr Hand Surgeon", { exact: true })).toBeVisible();
    await phone.page.getByRole("button", { name: "Look here" }).click();
    await expect(reader.page.getByText("Dr Hand Surgeon: look here").first()).toBeVisible();
    await reader.page.getByRole("button", { name: "Show me" }).click();
  });

  await test.step("the chat goes both ways, and says that it is not kept", async () => {
    await phone.page.getByLabel("Say something in the room").fill("Is the proximal pole viable?");
    await phone.page.getByLabel("Say something in the room").press("Enter");
    const said = reader.page.getByLabel("Said in this room");
    await expect(said).toContainText("Is the proximal pole viable?");
    await reader.page.getByLabel("Say something in the room").fill("It enhances, see coronal <b>12</b>");
    await reader.page.getByLabel("Say something in the room").press("Enter");
    await expect(phone.page.getByLabel("Said in this room")).toContainText("It enhances, see coronal <b>12</b>");
    await expect(phone.page.getByText(/Not kept: the chat is gone/)).toBeVisible();
    await shot(reader.page, "room");
    await shot(phone.page, "guest");
    expect(await axe(phone.page, "guest")).toEqual([]);
    expect(await axe(reader.page, "reader's room")).toEqual([]);
  });

  await test.step("marking is refused: the page says so, and the hub refuses what a page would not send", async () => {
    await phone.page.getByRole("button", { name: "Length" }).click();
    await expect(phone.page.getByText(/You may look and point in this room, but not mark/)).toBeVisible();
    const studyId = studyOf(reader.page);
    const { room, close } = await asGuest(phone, studyId);
    putAnnotation(room.doc, foreignMark(room.snapshot().self?.personId ?? "", "Dr Hand Surgeon"));
    await until(room, (state) => state.saved.state === "refused");
    expect(room.snapshot().saved).toMatchObject({ reason: "You may look and point in this room, but not mark." });
    close();
  });

  await test.step("raised to presenter while in, the guest marks, and the reader has the mark", async () => {
    await reader.page.getByRole("button", { name: "What Dr Hand Surgeon may do" }).first().click();
    await reader.page.getByRole("menuitem", { name: /^Presenter/ }).click();
    await expect(phone.page.getByText("You are here as presenter")).toBeVisible();
    await phone.page.getByRole("button", { name: "Length" }).click();
    await expect(phone.page.getByRole("button", { name: "Length" })).toHaveAttribute("aria-pressed", "true");
    const box = await boxOf(phone.page);
    await phone.page.mouse.move(box.x + box.width * 0.35, box.y + box.height * 0.4);
    await phone.page.mouse.down();
    await phone.page.mouse.move(box.x + box.width * 0.65, box.y + box.height * 0.55, { steps: 8 });
    await phone.page.mouse.up();
    await reader.page.getByRole("tab", { name: /Findings/ }).click();
    await expect(reader.page.getByLabel("Marks")).toContainText("Dr Hand Surgeon");
  });

  await test.step("a presenter's mark is a draft until the reader accepts it", async () => {
    const drawn = reader.page.getByLabel("Marks").getByRole("listitem");
    await expect(drawn).toHaveCount(1);
    await expect(drawn.getByText("draft", { exact: true })).toBeVisible();
    await expect(reader.page.getByText(/One mark is a draft: not sent/)).toBeVisible();
    await shot(reader.page, "draft");
    await drawn.getByRole("button", { name: /^Accept/ }).click();
    await expect(drawn.getByText(/accepted by/)).toBeVisible();
    await expect(drawn.getByText("draft", { exact: true })).toHaveCount(0);
  });

  await test.step("what the reader draws for themselves is theirs alone, over a reload, until they share it", async () => {
    const { page } = reader;
    await page.getByRole("button", { name: "Draw for yourself alone" }).click();
    await page.getByRole("button", { name: "Length", exact: true }).click();
    const image = await boxOf(page);
    await page.mouse.move(image.x + image.width * 0.3, image.y + image.height * 0.7);
    await page.mouse.down();
    await page.mouse.move(image.x + image.width * 0.6, image.y + image.height * 0.75, { steps: 8 });
    await page.mouse.up();
    const own = page.getByLabel("Marks").getByRole("listitem").filter({ hasText: "only you" });
    await expect(own).toHaveCount(1);
    await shot(page, "private");
    expect(await axe(page, "drafts and private marks")).toEqual([]);
    await expect(page.getByRole("status").filter({ hasText: "saved" }).first()).toBeVisible();
    const { room, close } = await asGuest(phone, studyOf(page));
    expect(annotationsOf(room.doc).size).toBe(1);
    await page.reload();
    await page.getByRole("tab", { name: /Findings/ }).click();
    await expect(own).toHaveCount(1);
    await own.getByRole("button", { name: /^Share/ }).click();
    await expect(own).toHaveCount(0);
    await expect(page.getByLabel("Marks").getByRole("listitem")).toHaveCount(2);
    await expect.poll(() => annotationsOf(room.doc).size).toBe(2);
    close();
    await page.getByRole("tab", { name: /^Room/ }).click();
  });

  await test.step("a colleague is asked in by name and comes by the notice's button", async () => {
    await logInOnScreen(colleague.page, "okafor@nightline.example");
    await reader.page.getByRole("button", { name: "Ask somebody in" }).click();
    const dialog = reader.page.getByRole("dialog", { name: "Ask somebody into this room" });
    await dialog.getByLabel("Who").fill("Okafor");
    await reader.page.getByRole("option", { name: /Okafor/ }).click();
    await dialog.getByRole("button", { name: "Ask in" }).click();
    await expect(colleague.page.getByText("You are asked into a room by Dr Aiko Tanaka")).toBeVisible();
    await shot(colleague.page, "invited");
    await colleague.page.getByRole("button", { name: "Come in" }).click();
    await expect(reader.page.getByLabel("Here now")).toContainText("Dr Sam Okafor");
    await colleague.page.getByRole("tab", { name: /^Room/ }).click();
    await expect(colleague.page.getByLabel("Here now")).toContainText(/Dr Aiko Tanaka.*Reader/s);
  });

  await test.step("the reader hides, and nobody sees what they look at", async () => {
    await reader.page.getByLabel("Show others what I look at").click();
    await expect(colleague.page.getByLabel("Here now")).toContainText("does not show what they look at");
  });

  await test.step("the link is taken back: the guest is out at once, with a clear page, and stays out", async () => {
    await reader.page.getByRole("button", { name: "What Dr Hand Surgeon may do" }).first().click();
    await reader.page.getByRole("menuitem", { name: "Take the link back" }).click();
    await expect(phone.page.getByText("Dr Aiko Tanaka has ended your visit")).toBeVisible();
    await expect(phone.page.getByText(/LEE/)).toHaveCount(0);
    await expect(reader.page.getByLabel("Here now")).not.toContainText("Dr Hand Surgeon");
    await shot(phone.page, "over");
    expect(await axe(phone.page, "over")).toEqual([]);
    expect(phone.problems).toEqual([]);
    const shut = await phone.context.request.get(`/api/studies/${studyOf(reader.page)}/reading`);
    expect(shut.status()).toBe(401);
    // the token stands behind the "#": from the page itself the browser would load nothing anew
    await phone.page.goto("about:blank");
    await phone.page.goto(link);
    await expect(phone.page.getByText("This link was taken back.")).toBeVisible();
  });

  expect(reader.problems).toEqual([]);
  expect(colleague.problems).toEqual([]);
  for (const screen of [reader, colleague, phone]) await screen.context.close();
});

const studyOf = (page: Page): string => /\/read\/([0-9a-f-]{36})/.exec(page.url())?.[1] ?? "";

async function shot(page: Page, name: string): Promise<void> {
  if (SHOTS) await page.screenshot({ path: join(SHOTS, `room-${name}.png`) });
}

async function boxOf(page: Page): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await page.locator(IMAGE).first().boundingBox();
  if (!box) throw new Error("no viewport on screen");
  return box;
}

async function middle(page: Page): Promise<{ x: number; y: number }> {
  const box = await boxOf(page);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** A line of the guest's own, as a page that was tampered with could open one. */
async function asGuest(phone: Screen, studyId: string): Promise<{ room: RoomProvider; close(): void }> {
  const cookie = (await phone.context.cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
  const socket = io(hub.url, { transports: ["websocket"], parser: frames, extraHeaders: { cookie }, forceNew: true });
  const room = new RoomProvider({ socket, documentId: readingDocument(studyId) });
  await until(room, (state) => state.status === "live");
  return {
    room,
    close: () => {
      room.destroy();
      socket.disconnect();
    },
  };
}

const foreignMark = (id: string, name: string) => ({
  ...{ id: "tampered", v: 1 as const, kind: "probe" as const, frameOfReferenceUid: null, studyInstanceUid: "1.2.3" },
  ...{
    seriesInstanceUid: "1.2.3.1",
    sopInstanceUid: "1.2.3.1.1",
    frame: 1,
    points: [[1, 2, 0] as [number, number, number]],
  },
  ...{ spacing: "none" as const, author: { id, name }, createdAt: "2026-11-28T03:00:00.000Z" },
});
