import { isUuid } from "@readroom/shared/kernel/ids.js";
import type { Deps } from "../../kernel/deps.js";
import type { PublishedEvent } from "../../kernel/reactions.js";
import * as store from "./store.js";
import { Audience } from "./store-people.js";
import { causesOf, endedNow, sayChanged } from "./tell.js";

/** After any of these a notice about the study may have lost its cause. */
const TOUCHES =
  /^(study\.(claimed|released|claim_expired|claim_finished|routed|rerouted|late_images_seen)|delivery\.changed|critical\.\w+|report\.signed)$/;
const GATHER_MS = 100;

/** Takes notices off people's lists whose cause is gone: somebody has the study, the finding is acknowledged, the result arrived. */
export async function settle(deps: Deps, studyIds: readonly string[]): Promise<number> {
  return deps.db.tx(async (tx) => {
    const now = deps.clock.now();
    const live = await store.lockAbout(tx, studyIds);
    if (live.length === 0) return 0;
    const audience = new Audience(tx, now);
    const causes = await causesOf(tx, audience, live);
    const ended: { id: string; because: string; userId: string }[] = [];
    for (const notice of live) {
      const because = await endedNow(audience, notice, causes(notice));
      if (because !== null) ended.push({ id: notice.id, because, userId: notice.userId });
    }
    await store.endNotices(tx, ended, now);
    await sayChanged(tx, [...new Set(ended.map(({ userId }) => userId))]);
    return ended.length;
  });
}

/**
 * Settles what published events touched, gathered for a moment: a burst of claims costs one query and not one each. A hint: the timer
 * goes over everything as well, so that nothing hangs on this process having been there.
 */
export class CauseWatch {
  private readonly touched = new Set<string>();
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly deps: Deps) {}

  follow(events: readonly PublishedEvent[]): void {
    for (const { type, payload } of events)
      if (TOUCHES.test(type) && typeof payload.studyId === "string" && isUuid(payload.studyId))
        this.touched.add(payload.studyId);
    if (this.touched.size > 0)
      this.timer ??= setTimeout(() => {
        this.timer = null;
        this.running = this.running.then(() => this.drain());
      }, GATHER_MS);
  }

  async stop(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    await this.running;
  }

  private async drain(): Promise<void> {
    const ids = [...this.touched];
    this.touched.clear();
    try {
      await settle(this.deps, ids);
    } catch (error) {
      this.deps.log.error(
        { err: { message: error instanceof Error ? error.message : String(error) } },
        "notices could not be settled; the timer does it again",
      );
    }
  }
}
