import { setTimeout as pause } from "node:timers/promises";
import type { UserActor } from "@readroom/shared/domain/access.js";
import { type Instant, MINUTE } from "@readroom/shared/kernel/instant.js";
import type { SharedDocuments } from "../features/reading/public.js";
import { replaceRules } from "../features/routing/public.js";
import { storeNight } from "../features/simulation/public.js";
import type { Deps } from "../kernel/deps.js";
import type { Feature } from "../kernel/feature.js";
import { CASES } from "./cases.js";
import type { DemoCase } from "./cases-types.js";
import { Colleagues } from "./colleagues.js";
import { type ImagePorts, sendImages, sendOrder } from "./images.js";
import type { PhantomSpec } from "./phantoms/public.js";
import { ProgressLine, type Screen } from "./progress.js";
import { DEMO_RULES } from "./rules.js";
import { Simulator } from "./simulator.js";
import * as store from "./store-night.js";

export { DEMO_PASSWORD, PEOPLE } from "./world.js";

export interface DemoPorts extends ImagePorts {
  readonly documents: SharedDocuments;
  /** Listens on loopback as the hospitals' own system would and accepts every result; port 0: any free one. */
  readonly receiver: (port: number) => Promise<{ readonly port: number; close(): Promise<void> }>;
  readonly screen: Screen;
  /** Simulated studies per hour; 0: none. */
  readonly studiesPerHour: number;
  /** This process computes images (role worker). */
  readonly makesImages: boolean;
  readonly cases?: readonly DemoCase[];
}

const BEAT_MS = 5_000;

/** The demo's night: images computed in the background, traffic, colleagues who read some of it, a receiver for the results. */
export function demoFeature(deps: Deps, ports: DemoPorts): Feature {
  const cases = ports.cases ?? CASES;
  const simulator = new Simulator(deps, ports, ports.studiesPerHour);
  const caseOf = (accession: string) => cases.find((one) => one.accession === accession) ?? simulator.caseOf(accession);
  const nightBegan = () => beganAt(deps);
  const colleagues = new Colleagues(deps, ports.documents, caseOf, nightBegan);
  const stopping = new AbortController();
  let making: Promise<void> | undefined;
  let night: Promise<void> | undefined;
  let receiver: { close(): Promise<void> } | undefined;
  return {
    name: "demo",
    timers: [{ name: "demo.colleagues", everyMs: BEAT_MS, run: () => colleagues.beat() }],
    start: async () => {
      receiver = await openReceiver(deps, ports);
      await writeRules(deps);
      await store.endColleagueSessions(deps);
      await store.windClocks(deps);
      await simulator.load();
    },
    opened: () => {
      night = showNight(deps, stopping.signal);
      if (ports.makesImages) making = makeImages(deps, ports, cases, simulator, stopping.signal);
    },
    stop: async () => {
      stopping.abort();
      await Promise.all([making, night]);
      await receiver?.close();
    },
  };
}

/** A finished comparison for the try-out page, computed beside everything else; the demo is whole without it. */
async function showNight(deps: Deps, signal: AbortSignal): Promise<void> {
  try {
    const group = await store.readingGroup(deps);
    if (group) await storeNight(deps, group, signal);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (!signal.aborted) deps.log.error({ err: { message } }, "the demo's synthetic night could not be computed");
  }
}

/** When the demo was first started: the times of its cases count from here, on every later start too. */
async function beganAt(deps: Deps): Promise<Instant> {
  return (await store.remembered(deps, "demo.night", { at: deps.clock.now() })).at;
}

/** Where Hillside's results should go: nobody listens there, so that operations has something to put right. */
const SILENT_PORT = 1;

async function openReceiver(deps: Deps, ports: DemoPorts) {
  const { port: earlier } = await store.remembered(deps, "demo.receiver", { port: 0 });
  // The same port again, since results that wait are addressed to it; another where somebody took it meanwhile.
  const receiver = await ports.receiver(earlier).catch(() => ports.receiver(0));
  const destinations = [
    { siteCode: "STM-ED", port: receiver.port },
    { siteCode: "NGT", port: receiver.port },
    { siteCode: "STM-HILL", port: SILENT_PORT },
  ] as const;
  await store.setDestinations(deps, destinations, earlier);
  await store.remember(deps, "demo.receiver", { port: receiver.port });
  return receiver;
}

async function writeRules(deps: Deps): Promise<void> {
  const group = await store.groupWithoutRules(deps);
  if (!group) return;
  const actor: UserActor = {
    ...{
      kind: "user",
      userId: group.administrator,
      name: "Demo world",
      roles: ["administrator"],
      sessionId: "",
      address: "127.0.0.1",
    },
    ...{ organisationId: group.id, organisationKind: "reading_group", siteIds: null, hospitalIds: [] },
  };
  const rules = DEMO_RULES.map((rule, at) => ({ ...rule, id: `demo-${at + 1}`, enabled: true }));
  const written = await replaceRules(deps, actor, { rules, note: "The rules of the demo" });
  if (!written.ok) throw new Error(`the demo's rules were refused: ${written.error.message}`);
}

/** The cases in their order, then traffic, until the hub stops. A study that fails is told and left for the next start. */
async function makeImages(
  deps: Deps,
  ports: DemoPorts,
  cases: readonly DemoCase[],
  simulator: Simulator,
  signal: AbortSignal,
): Promise<void> {
  const free = await store.becomeImageMaker(deps);
  if (!free) return;
  const line = new ProgressLine(ports.screen, () => deps.clock.now());
  const failed = (error: unknown, accession: string) => {
    if (!signal.aborted)
      deps.log.error(
        { accession, err: { message: error instanceof Error ? error.message : String(error) } },
        "a study of the demo could not be made",
      );
  };
  try {
    const sites = await store.demoSites(deps);
    await makeCases(deps, ports, { cases, sites, signal, line, failed });
    while (!signal.aborted) {
      await simulator
        .step(sites, { signal, progress: () => undefined })
        .catch((error: unknown) => failed(error, "simulated"));
      await pause(BEAT_MS, undefined, { signal });
    }
  } catch (error) {
    failed(error, "");
  } finally {
    line.end();
    free();
  }
}

interface Making {
  readonly cases: readonly DemoCase[];
  readonly sites: ReadonlyMap<string, store.DemoSiteRow>;
  readonly signal: AbortSignal;
  readonly line: ProgressLine;
  readonly failed: (error: unknown, accession: string) => void;
}

async function makeCases(deps: Deps, ports: DemoPorts, { cases, sites, signal, line, failed }: Making): Promise<void> {
  const began = await beganAt(deps);
  let made = 0;
  for (const [index, order] of cases.entries()) {
    const site = sites.get(order.site);
    if (signal.aborted || !site) continue;
    // The scan was a few minutes before its images came.
    const at = began - (order.minutesAgo + 3) * MINUTE;
    const progress = (spec: PhantomSpec, done: number) =>
      line.show(
        `demo images  ${index + 1} of ${cases.length}: ${spec.title}${countOf(spec, done)}`,
        done === spec.instances,
      );
    try {
      await sendOrder(ports, { order, site, at });
      if (await sendImages(deps, ports, { order, site, at, signal, progress })) made += 1;
    } catch (error) {
      failed(error, order.accession);
    }
  }
  if (made > 0 && !signal.aborted) line.show(`demo images  all ${cases.length} studies are in the archive`, true);
}

const countOf = ({ instances, modality }: PhantomSpec, done: number): string =>
  instances === 1 ? "" : `, ${done} of ${instances} ${modality === "CT" || modality === "MR" ? "slices" : "images"}`;
