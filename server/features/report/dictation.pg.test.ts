import type { Actor } from "@readroom/shared/domain/access.js";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { SpeechServer } from "../../../e2e/devices/speech-server.js";
import { type FreshDatabase, freshDatabase } from "../../../e2e/fixtures/database.js";
import { type ReadingWorld, seedReadingWorld } from "../../../e2e/fixtures/reading.js";
import { transcriptions } from "../../adapters/speech/transcriptions.js";
import { buildHttp } from "../../gateway/http.js";
import { systemClock } from "../../kernel/clock.js";
import { type Database, openDatabase } from "../../kernel/database.js";
import { makeLog } from "../../kernel/log.js";
import { dictationRoutes } from "./dictation.js";

let database: FreshDatabase;
let db: Database;
let world: ReadingWorld;
let speech: SpeechServer;
let app: FastifyInstance;

beforeAll(async () => {
  database = await freshDatabase();
  db = openDatabase(database.url);
  world = await seedReadingWorld(db.pool);
  speech = await SpeechServer.start();
  app = await hubWith(speech.url);
});
afterAll(async () => {
  await app.close();
  speech.close();
  await db.close();
  await database.drop();
});
beforeEach(() => {
  speech.asked.length = 0;
  speech.says(" No acute bleed. ");
});

async function hubWith(url: string | null): Promise<FastifyInstance> {
  const log = makeLog("silent");
  const built = await buildHttp({
    ...{ log, trustProxy: false, version: "test" },
    authenticate: async (headers): Promise<Actor> => {
      const { attending, stranger } = world.people;
      const people = {
        ...world.people,
        foreign: { ...attending, organisationId: stranger.organisationId, hospitalIds: [] },
      };
      return people[headers["x-test-who"] as keyof typeof people] ?? { kind: "anonymous", address: "127.0.0.1" };
    },
    register: async (http) =>
      dictationRoutes(
        http,
        { db, clock: systemClock, log },
        url === null ? null : transcriptions({ url, model: "whisper-1", key: "secret", log }),
      ),
  });
  await built.ready();
  return built;
}

const dictate = (
  who: string,
  {
    sound = Buffer.from("\x1aE\xdf\xa3 sound", "latin1"),
    type = "audio/webm;codecs=opus",
    language = "de-AT",
    on = app,
  } = {},
) =>
  on.inject({
    method: "POST",
    url: `/api/studies/${world.studyId}/report/dictation?language=${language}`,
    headers: { "content-type": type, "x-readroom": "1", "x-test-who": who },
    payload: sound,
  });

describe("dictation by the hub's speech server", () => {
  it("[RP17] sound goes to the server as it is, with model, language and key, and comes back as words", async () => {
    const heard = await dictate("attending");
    expect([heard.statusCode, heard.json()]).toEqual([200, { text: "No acute bleed." }]);
    expect(speech.asked).toEqual([
      {
        authorization: "Bearer secret",
        fields: { model: "whisper-1", response_format: "json", language: "de" },
        file: { name: "dictation.webm", type: "audio/webm", sound: Buffer.from("\x1aE\xdf\xa3 sound", "latin1") },
      },
    ]);
  });

  it("[RP17] who may not write this report, and what is no sound, reaches no speech server", async () => {
    expect((await dictate("foreign")).statusCode).toBe(404);
    expect((await dictate("referrer")).statusCode).toBe(403);
    expect((await dictate("nobody")).statusCode).toBe(401);
    expect((await dictate("attending", { type: "image/png" })).statusCode).toBe(415);
    expect((await dictate("attending", { type: "application/json", sound: Buffer.from("{}") })).statusCode).toBe(400);
    expect((await dictate("attending", { sound: Buffer.alloc(0) })).statusCode).toBe(400);
    expect((await dictate("attending", { sound: Buffer.alloc(2 * 1024 * 1024 + 1) })).statusCode).toBe(413);
    expect((await dictate("attending", { language: "../../x" })).statusCode).toBe(400);
    expect(speech.asked).toEqual([]);
  });

  it("[RP17] a speech server that fails, answers nonsense or is not there: said in words, and none is a clear answer too", async () => {
    const reasons = async (): Promise<[number, string]> => {
      const heard = await dictate("attending");
      return [heard.statusCode, heard.json<{ message: string }>().message];
    };
    speech.answer = { status: 500, body: "{}" };
    expect(await reasons()).toEqual([503, "The speech server did not take what was said."]);
    speech.answer = { status: 200, body: '{"transcript": "x"}' };
    expect(await reasons()).toEqual([503, "The speech server did not understand the request."]);
    speech.answer = { status: 200, body: "<html>" };
    expect((await reasons())[0]).toBe(503);
    const [gone, none] = [await hubWith("http://127.0.0.1:9/v1/audio/transcriptions"), await hubWith(null)];
    expect((await dictate("attending", { on: gone })).json().message).toBe("The speech server cannot be reached.");
    expect((await dictate("attending", { on: none })).json().message).toBe("This hub has no speech server.");
    await Promise.all([gone.close(), none.close()]);
  });
});
