import type { Actor } from "@readroom/shared/domain/access.js";
import type { Deps } from "../../kernel/deps.js";
import type { Owned } from "./access.js";
import { actorKey, auditAccess } from "./store.js";

const MINUTE = 60_000;
const MOST = 20_000;

/**
 * Audit of image access: one row per actor and study and minute, not one per frame (a CT of 300 frames would write 300 rows that say
 * the same). The row is committed before the first byte goes out, so nobody sees an image that the trail does not know of.
 */
export class AccessLog {
  readonly #seen = new Map<string, number>();

  constructor(private readonly deps: Deps) {}

  async images(
    actor: Actor,
    study: Owned & { readonly patientId: string | null },
    what: "images" | "metadata",
  ): Promise<void> {
    const now = this.deps.clock.now();
    const key = `${actorKey(actor)} ${study.studyId}`;
    const last = this.#seen.get(key);
    if (last !== undefined && now - last < MINUTE) return;
    await auditAccess(this.deps.db, actor, {
      action: "study.images",
      studyId: study.studyId,
      organisationId: study.organisationId,
      patientId: study.patientId,
      detail: { what },
    });
    if (this.#seen.size >= MOST) this.#seen.clear();
    this.#seen.set(key, now);
  }

  /** A search shows names of many patients: which keys were asked for (never their values) and how many studies came back. */
  async search(actor: Actor, keys: readonly string[], count: number): Promise<void> {
    await auditAccess(this.deps.db, actor, {
      action: "studies.searched",
      detail: { keys: keys.map((key) => key.slice(0, 64)).slice(0, 32), count },
    });
  }
}
