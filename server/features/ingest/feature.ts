import type { Deps } from "../../kernel/deps.js";
import type { Feature } from "../../kernel/feature.js";
import type { Reaction } from "../../kernel/reactions.js";
import { IndexCommitter } from "./committer.js";
import { matchOrder } from "./match.js";
import type { Pipeline } from "./pipeline.js";
import type { ObjectStore } from "./ports.js";
import { importRoutes, incidentRoutes } from "./routes.js";
import { accessionOf, applyMatch, ordersByAccession, unmatchedByAccession } from "./store-matching.js";
import { completeAnnounced, completeQuietStudies } from "./store-progress.js";

const SYSTEM = { kind: "system", name: "ingest" } as const;
const QUIET_BATCH = 100;

/** Studies that were quiet long enough become complete (`study.complete`). Returns how many. */
export async function completeQuiet(deps: Deps): Promise<number> {
  return deps.db.pgTx((client) => completeQuietStudies(client, SYSTEM, deps.clock.now(), QUIET_BATCH));
}

/** Tries the hospital's unmatched studies with this accession number again, since an order came or changed. Returns how many matched. */
export async function rematchAccession(deps: Deps, organisationId: string, accession: string): Promise<number> {
  if (accession === "") return 0;
  return deps.db.pgTx(async (client) => {
    let matched = 0;
    for (const study of await unmatchedByAccession(client, organisationId, accession)) {
      const match = matchOrder(study, await ordersByAccession(client, organisationId, accession));
      if (await applyMatch(client, SYSTEM, study.id, match)) matched += 1;
    }
    return matched;
  });
}

/** Orders that come after their images, or change afterwards. */
const onOrder: Reaction = {
  handler: "ingest.rematch",
  types: ["order.created", "order.changed"],
  run: async (deps, _tx, event) => {
    const order = await accessionOf(deps.db, String(event.payload.orderId ?? ""));
    // In its own transaction: matching twice changes nothing, and a study row must not stay locked while other reactions run.
    if (order !== undefined) await rematchAccession(deps, order.organisationId, order.accessionNumber);
  },
};

/** Every image that the modality's procedure step lists is here. */
const onAllImages: Reaction = {
  handler: "ingest.all_images",
  types: ["study.all_images"],
  run: async (deps, _tx, event) => {
    const studyId = String(event.payload.studyId ?? "");
    await deps.db.pgTx((client) => completeAnnounced(client, SYSTEM, studyId, deps.clock.now()));
  },
};

/** Uploads, the quiet timer and late orders. The pipeline is shared with the archive's STOW-RS. */
export function ingestFeature(deps: Deps, pipeline: Pipeline, objects: ObjectStore): Feature {
  const filing = { deps, objects, committer: new IndexCommitter(deps), webRoot: "/dicomweb" };
  return {
    name: "ingest",
    routes: (app) => {
      importRoutes(app, deps, pipeline);
      incidentRoutes(app, filing);
    },
    reactions: [onOrder, onAllImages],
    timers: [{ name: "ingest.quiet", everyMs: 1_000, run: async () => void (await completeQuiet(deps)) }],
    stop: async () => {
      await pipeline.stop();
      await filing.committer.stop();
    },
  };
}
