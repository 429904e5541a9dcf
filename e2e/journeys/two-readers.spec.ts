import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect as base, type Locator, type Page, test } from "@playwright/test";
import type { PointerPlace, RoomFrame, SharedView } from "@readroom/shared/contract/room.js";
import { readingDocument } from "@readroom/shared/contract/room.js";
import { axe } from "../fixtures/axe";
import { logInOnScreen, openScreen, PHONE, type Screen } from "../fixtures/browser";
import { type RunningHub, startHub } from "../fixtures/hub";
import { eventually, logIn } from "../fixtures/person";
import { headArrives } from "../fixtures/phantom";
import { enter } from "../fixtures/rooms";

/**
 * Two readers of one head on different layouts: one looks at the images, one at three planes; they point at the same voxel, measure in a
 * plane, follow each other, and a third follows on a phone.
 */
const PICTURES = join(dirname(fileURLToPath(import.meta.url)), "..", "results", "two-readers");
const JULIA = "Dr Julia Lindqvist";
const MIGUEL = "Dr Miguel Ortiz";

type Point = [number, number, number];
/** A place in a viewport, as parts of its width and height. */
type Share = { x: number; y: number };

// four browsers' software renderers and a hub share the machine's cores
const expect = base.configure({ timeout: 60_000 });

let hub: RunningHub;
let scratch: string;
let julia: Screen;
let miguel: Screen;
let sam: Screen;
/** What the room is told, as a third person in it hears it: where each points (by name), and what each sees. */
let heard: { pointer: Map<string, PointerPlace>; view: Map<string, SharedView>; leave(): void };
let head: Awaited<ReturnType<typeof headArrives>>;

test.beforeAll(async ({ browser }) => {
  hub = await startHub();
  scratch = mkdtempSync(join(tmpdir(), "readroom-two-readers-"));
  mkdirSync(PICTURES, { recursive: true });
  await hub.setQuietSeconds(1);
  head = await headArrives(hub, scratch, await logIn(hub.url, "fischer@nightline.example"), "SPC0001");
  julia = await openScreen(browser, hub.url);
  miguel = await openScreen(browser, hub.url);
  sam = await openScreen(browser, hub.url, PHONE);
  heard = await listen(head.studyId);
});

test.afterAll(async () => {
  heard?.leave();
  for (const screen of [julia, miguel, sam]) await screen?.context.close();
  await hub?.stop();
  if (scratch) rmSync(scratch, { recursive: true, force: true });
});

test("two readers on different layouts, and a phone", async () => {
  test.setTimeout(900_000);
  const [a, b] = [julia.page, miguel.page];

  await test.step("one opens the images, the other three planes of them", async () => {
    await logInOnScreen(a, "lindqvist@nightline.example");
    await logInOnScreen(b, "ortiz@nightline.example");
    await a.goto(`/read/${head.studyId}`);
    await expect(images(a)).toHaveAttribute("data-phase", "shown");
    // asked for before the first image is there, the planes come with it
    const letIn = await holdFrames(b);
    await b.goto(`/read/${head.studyId}`);
    await expect(images(b)).toHaveAttribute("data-phase", "shown");
    await b.keyboard.press("m");
    await expect(cut(b, "axial")).toHaveCount(0);
    letIn();
    for (const plane of ["axial", "coronal", "sagittal"])
      await expect(cut(b, plane)).toHaveAttribute("data-phase", "shown");
    await expect(b.getByText(/Coronal MR Ax T2 FSE, slice \d+ of 256/)).toBeAttached();
    await shot(b, "planes");
    expect.soft(await axe(b, "planes")).toEqual([]);
  });

  await test.step("what one points at on an image, the other sees at the same voxel in each plane", async () => {
    await pointAt(a, images(a), { x: 0.62, y: 0.47 });
    const told = await placeOf(JULIA);
    // the planes are brought to that place by the other's own hand: the axial one is there, the others are moved by Shift and a click
    await jumpTo(b, "axial", JULIA);
    for (const plane of ["axial", "coronal", "sagittal"]) {
      await pointAt(a, images(a), { x: 0.62, y: 0.47 });
      const seen = await mmUnderPointer(b, plane, JULIA, MIGUEL);
      for (const [axis, half] of [0.45, 0.45, 2].entries())
        expect(Math.abs(seen[axis]! - told[axis]!), `${plane}, axis ${axis}`).toBeLessThanOrEqual(half + SCREEN_MM);
    }
    await shot(b, "pointed-at");
  });

  await test.step("and the other way; elsewhere it says how far and which way", async () => {
    const coronal = cut(b, "coronal");
    await pointAt(b, coronal, { x: 0.5, y: 0.3 });
    const told = await placeOf(MIGUEL);
    const words = pointer(images(a), MIGUEL);
    await expect(words).toContainText(/mm above/);
    const away = Number(/([\d.]+) mm/.exec((await words.textContent()) ?? "")?.[1]);
    const shown = await viewOf(JULIA);
    expect(away).toBeGreaterThan(4);
    expect(shown.plane).toBeUndefined();
    // scrolled that far, the pointer is on the slice
    for (let step = 0; step < Math.round(away / 4); step += 1) await a.keyboard.press("ArrowUp");
    await pointAt(b, coronal, { x: 0.5, y: 0.3 });
    await expect(words).not.toContainText(/mm/);
    const seen = await mmUnderPointer(a, null, MIGUEL, JULIA);
    for (const [axis, half] of [0.45, 0.45, 2].entries())
      expect(Math.abs(seen[axis]! - told[axis]!), `axis ${axis}`).toBeLessThanOrEqual(half + SCREEN_MM);
    await shot(a, "from-a-plane");
  });

  await test.step("a line drawn in a plane: the other has it with its plane, sees where it passes, and opens it there", async () => {
    await b.keyboard.press("l");
    await drag(b, cut(b, "coronal"), { x: 0.5, y: 0.3 }, { x: 0.55, y: 0.6 });
    await a.getByRole("tab", { name: /Findings/ }).click();
    const finding = a
      .getByRole("list", { name: "Marks" })
      .getByRole("button", { name: /mm .*coronal plane near image \d+/ });
    await expect(finding).toBeVisible();
    await expect(images(a).locator("[data-trace]")).toContainText(/mm · coronal/);
    await shot(a, "trace-on-an-image");
    // level within a slice: drawn on the image itself, no sign needed
    const level = cut(b, "coronal");
    await drag(b, level, { x: 0.4, y: 0.45 }, { x: 0.6, y: 0.45 });
    await expect(a.getByRole("list", { name: "Marks" }).getByRole("listitem")).toHaveCount(2);
    await expect(a.getByRole("list", { name: "Marks" }).getByRole("button", { name: /FSE, image \d+/ })).toBeVisible();
    await a
      .getByRole("button", { name: /^Comment on .*mm/ })
      .first()
      .click();
    await a.getByLabel("Comment", { exact: true }).fill("Is this the long axis?");
    await a.getByRole("button", { name: "Send" }).click();
    await b.getByRole("tab", { name: /Findings/ }).click();
    await b.getByRole("button", { name: /^1 comment on .*mm/ }).click();
    await expect(b.getByRole("list", { name: "Marks" })).toContainText("Is this the long axis?");
    await b.getByRole("button", { name: "Settle" }).click();
    await expect(a.getByText(`Settled by ${MIGUEL}`)).toBeVisible();
    await shot(a, "talk-about-a-mark");
    expect.soft(await axe(a, "talk about a mark")).toEqual([]);
    await finding.click();
    await expect(cut(a, "coronal")).toHaveAttribute("data-phase", "shown");
    await expect(a.getByRole("group", { name: "Viewport 2" })).toHaveAttribute("aria-current", "true");
    await shot(a, "opened-in-its-plane");
    await a.keyboard.press("m");
    await expect(images(a)).toHaveAttribute("data-phase", "shown");
    await b.keyboard.press("w");
  });

  await test.step("followed: the wall, the plane, the slice and the window; own scroll lets go, one key comes back", async () => {
    await a.getByLabel("In the room").getByLabel(`Follow ${MIGUEL}`).click();
    await expect(cut(a, "coronal")).toHaveAttribute("data-phase", "shown");
    await expect(a.getByRole("status").filter({ hasText: `Following ${MIGUEL}` })).toBeVisible();
    await cut(b, "coronal").hover({ position: { x: 20, y: 60 } });
    for (let step = 0; step < 5; step += 1) await b.mouse.wheel(0, 100);
    await b.keyboard.press("i");
    await expect.poll(() => sliceOf(a, "Coronal")).toBe(await sliceOf(b, "Coronal"));
    await expect.poll(() => sliceOf(a, "Axial")).toBe(await sliceOf(b, "Axial"));
    // small viewports leave the word out
    await expect(cut(a, "axial").getByText(/inverted/)).toBeVisible();
    await cut(a, "axial").hover({ position: { x: 20, y: 200 } });
    await expect(a.getByRole("tooltip")).toHaveCount(0);
    await shot(a, "following");
    expect.soft(await axe(a, "following")).toEqual([]);
    await a.mouse.wheel(0, 100);
    const again = a.getByRole("button", { name: `Follow ${MIGUEL} again` });
    await expect(again).toBeVisible();
    await expect.poll(() => sliceOf(a, "Axial")).not.toBe(await sliceOf(b, "Axial"));
    await a.keyboard.press("g");
    await expect(again).toHaveCount(0);
    await expect.poll(() => sliceOf(a, "Axial")).toBe(await sliceOf(b, "Axial"));
  });

  await test.step("presenting asks; a phone that agrees has the one viewport that fits", async () => {
    const c = sam.page;
    await logInOnScreen(c, "okafor@nightline.example");
    await c.goto(`/read/${head.studyId}`);
    await expect(images(c)).toHaveAttribute("data-phase", "shown");
    await b
      .getByRole("button", { name: /^Follow/ })
      .last()
      .click();
    await b.getByRole("menuitem", { name: "Ask everyone to follow me" }).click();
    await expect(c.getByText(`${MIGUEL} asks everyone to follow`)).toBeVisible();
    await expect(images(c)).toBeVisible();
    await shot(c, "phone-asked");
    await c
      .getByRole("button", { name: /^Follow G|^Follow$/ })
      .first()
      .click();
    await expect(cut(c, "coronal")).toHaveAttribute("data-phase", "shown");
    await expect(c.getByRole("status").filter({ hasText: `Following ${MIGUEL}` })).toBeVisible();
    await expect.poll(() => sliceOf(c, "Coronal")).toBe(await sliceOf(b, "Coronal"));
    // all of the phone's width but the frame in the colour of whom one follows
    const box = await cut(c, "coronal").boundingBox();
    expect(box?.width).toBe(390 - 2 * 2);
    await shot(c, "phone-following");
    expect.soft(await axe(c, "phone following")).toEqual([]);
    await b.keyboard.press("m");
    await expect(images(c)).toHaveAttribute("data-phase", "shown");
    await expect.poll(async () => (await viewOf(MIGUEL)).plane).toBeUndefined();
    await expect.poll(() => imageOf(c)).toBe(await imageOf(b));
  });
  expect([...julia.problems, ...miguel.problems, ...sam.problems]).toEqual([]);
});

/** The pixels of a screen are whole: half of one on each screen, at a millimetre or so a pixel. */
const SCREEN_MM = 1.1;

const images = (page: Page): Locator => page.locator("[data-series]:not([data-plane])[data-phase]").first();
const cut = (page: Page, plane: string): Locator => page.locator(`[data-plane="${plane}"][data-phase]`);
/** Which slice a plane says that it shows. */
const sliceOf = async (page: Page, plane: string): Promise<string> =>
  /slice \d+ of \d+/.exec((await page.getByText(new RegExp(`^${plane} .*slice`)).textContent()) ?? "")?.[0] ?? "none";
const imageOf = async (page: Page): Promise<string> =>
  /image \d+ of \d+/.exec((await page.getByText(/FSE, image \d+ of/).textContent()) ?? "")?.[0] ?? "none";
/** Somebody's pointer in that viewport, by the name beside it. */
const pointer = (viewport: Locator, name: string): Locator => viewport.locator("[data-pointer]", { hasText: name });

/** No frame comes until the returned function is called. */
async function holdFrames(page: Page): Promise<() => void> {
  let open = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  let held = 0;
  await page.route("**/dicomweb/**/frames/**", async (route) => {
    held += 1;
    await gate;
    await route.continue();
  });
  return () => {
    expect(held).toBeGreaterThan(0);
    open();
  };
}

async function pointAt(page: Page, viewport: Locator, at: Share): Promise<void> {
  const box = await viewport.boundingBox();
  if (!box) throw new Error("the viewport is not on screen");
  await page.mouse.move(box.x + box.width * at.x - 2, box.y + box.height * at.y);
  await page.mouse.move(box.x + box.width * at.x, box.y + box.height * at.y);
}

async function drag(page: Page, viewport: Locator, from: Share, to: Share): Promise<void> {
  const box = await viewport.boundingBox();
  if (!box) throw new Error("the viewport is not on screen");
  const at = ({ x, y }: Share): [number, number] => [box.x + box.width * x, box.y + box.height * y];
  await page.mouse.move(...at(from));
  await page.mouse.down();
  await page.mouse.move(...at({ x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 }));
  await page.mouse.move(...at(to));
  await page.mouse.up();
}

/** Where that person points, once the room has said so and no more moves are under way. */
async function placeOf(name: string): Promise<Point> {
  let last: PointerPlace | undefined;
  await expect
    .poll(() => {
      const now = heard.pointer.get(name);
      const still = now !== undefined && now === last;
      last = now;
      return still;
    })
    .toBe(true);
  return (last as PointerPlace).worldMm;
}

const viewOf = (name: string): Promise<SharedView> => eventually(`what ${name} sees`, async () => heard.view.get(name));

/** Where somebody's pointer is drawn on this page, in mm: this person points there too, and the room says where that is. */
async function mmUnderPointer(page: Page, plane: string | null, whose: string, me: string): Promise<Point> {
  const viewport = plane ? cut(page, plane) : images(page);
  const node = pointer(viewport, whose);
  await expect(node).toBeVisible();
  const [x, y] = await tip(node);
  heard.pointer.delete(me);
  await page.mouse.move(x - 1, y);
  await page.mouse.move(x, y);
  return placeOf(me);
}

/** The tip of the arrow, in pixels of the page. */
const tip = async (node: Locator): Promise<[number, number]> => {
  const box = await node.boundingBox();
  if (!box) throw new Error("the pointer is not drawn");
  return [box.x, box.y];
};

async function jumpTo(page: Page, plane: string, whose: string): Promise<void> {
  const node = pointer(cut(page, plane), whose);
  await expect(node).toBeVisible();
  const [x, y] = await tip(node);
  await page.keyboard.down("Shift");
  await page.mouse.click(x, y);
  await page.keyboard.up("Shift");
}

async function listen(studyId: string) {
  const person = await logIn(hub.url, "tanaka@nightline.example");
  const socket = person.socket();
  const pointers = new Map<string, PointerPlace>();
  const views = new Map<string, SharedView>();
  const room = enter(socket, readingDocument(studyId));
  const nameOf = (key: string) => room.snapshot().people.find((one) => one.key === key)?.name ?? key;
  socket.on("room.frame", (frame: RoomFrame) => {
    for (const [key, place] of frame.p ?? []) if (place) pointers.set(nameOf(key), place);
    for (const [key, view] of frame.v ?? []) views.set(nameOf(key), view);
  });
  const leave = () => {
    room.destroy();
    socket.close();
  };
  return { pointer: pointers, view: views, leave };
}

async function shot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(PICTURES, `${name}.png`), animations: "disabled" });
}
