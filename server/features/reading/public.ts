import { refusal } from "@readroom/shared/contract/errors.js";
import { ReadingView } from "@readroom/shared/contract/http/reading.js";
import { readingDocument } from "@readroom/shared/contract/room.js";
import { readAnnotations, readKeyImages } from "@readroom/shared/crdt/reading.js";
import { may } from "@readroom/shared/domain/access.js";
import { DAY, MINUTE } from "@readroom/shared/kernel/instant.js";
import { err, ok } from "@readroom/shared/kernel/result.js";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import type { Feature } from "../../kernel/feature.js";
import { route } from "../../kernel/route.js";
import { History } from "./history/read.js";
import { historyRoutes } from "./history/routes.js";
import { forgetBefore } from "./history/store.js";
import { subjectOf } from "./policy.js";
import type { SharedDocuments } from "./ports.js";
import { peopleRoutes } from "./routes-people.js";
import { roomStudy } from "./store.js";

export { mayInviteAs, type Standing, standingIn } from "./people.js";
export { subjectOf, whyNotWrite } from "./policy.js";
export type { NewDocument, PersonOf, RoomGrant, RoomPolicy, SharedDocuments } from "./ports.js";
export { roomPolicy } from "./rooms.js";
export { type RoomStudy, roomStudy } from "./store.js";

/** How long it is kept who was in a room and what they showed, unless the hub is told otherwise. */
const HISTORY_DAYS = 180;

/**
 * The reading of a study: its marks and key images for those who don't join the room.
 *
 * @param settled waits until what was just seen in the rooms is written (`roomPolicy`)
 */
export function readingFeature(
  deps: Deps,
  documents: SharedDocuments,
  settled: () => Promise<void>,
  historyDays = HISTORY_DAYS,
): Feature {
  const history = new History(deps, historyDays, settled);
  return {
    name: "reading",
    routes: (app) => {
      readingRoutes(app, deps, documents);
      peopleRoutes(app, deps, documents);
      historyRoutes(app, history);
    },
    timers: [
      {
        name: "room.history",
        everyMs: 10 * MINUTE,
        run: () => forgetBefore(deps.db, new Date(deps.clock.now() - historyDays * DAY)),
      },
    ],
  };
}

function readingRoutes(app: FastifyInstance, deps: Deps, documents: SharedDocuments): void {
  route(app, {
    method: "GET",
    url: "/api/studies/:id/reading",
    action: "study.images",
    tag: "reading",
    summary: "Annotations and key images of a study as they stand, and who is in its room",
    params: z.object({ id: z.uuid() }),
    response: ReadingView,
    handle: async ({ actor, params }) => {
      const study = await roomStudy(deps.db, params.id);
      if (!study || !may(actor, "study.images", subjectOf(study)))
        return err(refusal("not_found", "There is no such study."));
      await audit(deps.db.pool, actor, [
        { action: "reading.read", organisationId: study.hospitalId, patientId: study.patientId, studyId: study.id },
      ]);
      const documentId = readingDocument(study.id);
      const marks = await documents.read(documentId, (doc) => ({
        annotations: readAnnotations(doc),
        keyImages: readKeyImages(doc),
      }));
      const people = documents
        .people(documentId)
        .map(({ personId, name, colour, guest }) => ({ personId, name, colour, guest }));
      return ok({
        studyId: study.id,
        documentId,
        annotations: marks?.annotations ?? [],
        keyImages: marks?.keyImages ?? [],
        people,
      });
    },
  });
}
