import { type Instant, MINUTE } from "@readroom/shared/kernel/instant.js";
import type { Deps } from "../kernel/deps.js";
import type { DemoCase } from "./cases-types.js";
import { type ImageJob, type ImagePorts, sendImages, sendOrder } from "./images.js";
import { type DemoSiteRow, remember, remembered } from "./store-night.js";
import { type Arrival, imagesAfter, nextArrival, simulatedCase } from "./traffic.js";

const KEY = "demo.traffic";
/** Simulated studies in all: the archive removes nothing, so the demo must stop before it fills somebody's disk. */
export const MOST_SIMULATED = 40;
/** An arrival that the hub slept through is not made up for. */
const MISSED = 10 * MINUTE;

interface Made extends Arrival {
  readonly imagesIn: boolean;
}
interface TrafficState {
  readonly made: readonly Made[];
  readonly next: Arrival;
}

/** Live traffic: orders that arrive by the sites' hours, and their images some minutes later. Where it stands survives restarts. */
export class Simulator {
  readonly #cases = new Map<string, DemoCase>();
  #full = false;

  constructor(
    private readonly deps: Deps,
    private readonly ports: ImagePorts,
    private readonly perHour: number,
  ) {}

  /** The simulated study of an accession number. */
  caseOf(accession: string): DemoCase | undefined {
    return this.#cases.get(accession);
  }

  /** Knows again what it made before a restart. */
  async load(): Promise<void> {
    if (this.perHour > 0) for (const made of (await this.#state()).made) this.#know(made);
  }

  /** Does what is due. */
  async step(sites: ReadonlyMap<string, DemoSiteRow>, job: Pick<ImageJob, "signal" | "progress">): Promise<void> {
    if (this.perHour <= 0) return;
    const state = await this.#arrive(await this.#state(), sites);
    const now = this.deps.clock.now();
    for (const made of state.made) {
      const site = sites.get(made.site);
      if (made.imagesIn || !site || scanAt(made) > now) continue;
      await sendImages(this.deps, this.ports, { ...job, order: this.#know(made), site, at: scanAt(made) });
      await remember(this.deps, KEY, {
        ...state,
        made: state.made.map((one) => (one.n <= made.n ? { ...one, imagesIn: true } : one)),
      });
      // One study a step: the next order must not wait for a backlog of images.
      return;
    }
  }

  async #arrive(state: TrafficState, sites: ReadonlyMap<string, DemoSiteRow>): Promise<TrafficState> {
    const now = this.deps.clock.now();
    const { next, made } = state;
    if (next.at > now) return state;
    if (made.length >= MOST_SIMULATED) {
      if (!this.#full)
        this.deps.log.warn({ studies: made.length }, "simulated traffic stops: the demo keeps no more studies");
      this.#full = true;
      return state;
    }
    const site = sites.get(next.site);
    if (now - next.at > MISSED || !site) {
      const skipped = { made, next: nextArrival(next.n, now, this.perHour) };
      await remember(this.deps, KEY, skipped);
      return skipped;
    }
    await sendOrder(this.ports, { order: this.#know(next), site, at: scanAt(next) });
    const after = {
      made: [...made, { ...next, imagesIn: false }],
      next: nextArrival(next.n + 1, next.at, this.perHour),
    };
    await remember(this.deps, KEY, after);
    return after;
  }

  async #state(): Promise<TrafficState> {
    const state = await remembered<TrafficState>(this.deps, KEY, {
      made: [],
      next: nextArrival(1, this.deps.clock.now(), this.perHour),
    });
    return state;
  }

  #know(arrival: Arrival): DemoCase {
    const made = simulatedCase(arrival.n, arrival.site);
    this.#cases.set(made.accession, made);
    return made;
  }
}

const scanAt = ({ n, at }: Arrival): Instant => at + imagesAfter(n);
