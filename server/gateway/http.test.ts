import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { ok } from "../../shared/kernel/result.js";
import { makeLog } from "../kernel/log.js";
import { route } from "../kernel/route.js";
import { buildHttp } from "./http.js";

let app: FastifyInstance;
let url = "";

beforeAll(async () => {
  app = await buildHttp({
    log: makeLog("silent"),
    authenticate: async () => ({ kind: "anonymous", address: "127.0.0.1" }),
    trustProxy: false,
    version: "test",
    register: async (http) => {
      const body = z.object({ word: z.string() });
      const spec = {
        method: "POST",
        url: "/api/echo",
        action: "public",
        tag: "test",
        summary: "Says it again",
      } as const;
      route(http, { ...spec, body, response: body, handle: async (asked) => ok(asked.body) });
    },
  });
  url = `${await app.listen({ host: "127.0.0.1", port: 0 })}/api/echo`;
});
afterAll(() => app.close());

const post = async (contentType: string, body: string) => {
  const answer = await fetch(url, { method: "POST", headers: { "content-type": contentType }, body });
  return { status: answer.status, code: ((await answer.json()) as { code?: string }).code };
};

describe("http boundary", () => {
  test("[GW1] a body of another type is 415, one that is not JSON 400, one against the contract 400", async () => {
    expect(await post("application/json", '{"word":"yes"}')).toEqual({ status: 200, code: undefined });
    expect(await post("text/plain", "word=yes")).toEqual({ status: 415, code: "unsupported" });
    expect(await post("application/x-www-form-urlencoded", "word=yes")).toEqual({ status: 415, code: "unsupported" });
    expect(await post("application/json", "{word")).toEqual({ status: 400, code: "invalid" });
    expect(await post("application/json", '{"word":1}')).toEqual({ status: 400, code: "invalid" });
  });

  test("[GW2] a body that is too large is let finish and answered 413, with a length and without", async () => {
    const much = JSON.stringify({ word: "x".repeat(8 * 1024 * 1024) });
    expect(await post("application/json", much)).toEqual({ status: 413, code: "too_large" });
    const streamed = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: new Blob([much]).stream(),
      duplex: "half",
    } as RequestInit);
    expect(streamed.status).toBe(413);
  });
});
