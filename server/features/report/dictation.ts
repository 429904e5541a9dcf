import { refusal } from "@readroom/shared/contract/errors.js";
import { Dictated, DictationQuery, MOST_SOUND, SOUND_TYPES } from "@readroom/shared/contract/http/report-dictation.js";
import { err, ok } from "@readroom/shared/kernel/result.js";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { Deps } from "../../kernel/deps.js";
import { route } from "../../kernel/route.js";
import { whyNotWrite } from "../reading/public.js";
import { noStudy, visibleStudy } from "./commands.js";
import type { SpeechPort } from "./ports.js";

/** What is said, to the speech server and back as words. The sound is kept nowhere; speech null: the hub has no speech server. */
export function dictationRoutes(parent: FastifyInstance, deps: Deps, speech: SpeechPort | null): void {
  parent.register(async (app) => {
    app.addContentTypeParser([...SOUND_TYPES], { parseAs: "buffer", bodyLimit: MOST_SOUND }, (_request, sound, done) =>
      done(null, sound),
    );
    route(app, {
      method: "POST",
      url: "/api/studies/:id/report/dictation",
      action: "report.write",
      tag: "report",
      summary: "A piece of dictation (audio/webm, ogg, mp4 or wav, 2 MB at most) as text, by the hub's speech server",
      params: z.object({ id: z.uuid() }),
      query: DictationQuery,
      response: Dictated,
      limit: { max: 120, timeWindow: "1 minute" },
      handle: async ({ actor, params, query, request }) => {
        const study = await visibleStudy(deps, actor, params.id);
        if (!study) return err(noStudy());
        const why = whyNotWrite(actor, study);
        if (why) return err(refusal("forbidden", why));
        if (!speech) return err(refusal("unavailable", "This hub has no speech server."));
        const type = String(request.headers["content-type"]).split(";")[0]?.trim().toLowerCase() ?? "";
        if (!Buffer.isBuffer(request.body) || request.body.length === 0)
          return err(refusal("invalid", `The body must be sound: ${SOUND_TYPES.join(", ")}.`));
        const heard = await speech.transcribe(request.body, type, query.language?.split("-")[0]?.toLowerCase());
        return heard.ok ? ok({ text: heard.text }) : err(refusal("unavailable", heard.reason));
      },
    });
  });
}
