import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { frames } from "@readroom/shared/contract/frames.js";
import { Server } from "socket.io";
import { io } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Sent } from "../kernel/feature.js";
import { screensOf } from "./screens.js";

const http = createServer();
const hub = new Server(http, { transports: ["websocket"], parser: frames, perMessageDeflate: false });
beforeAll(async () => {
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
});
afterAll(() => hub.close());

const event = (seq: number, text: string): Sent => ({
  ...{ seq, type: "study.changed", payload: { text }, at: 0, actor: { kind: "system", id: "", name: "" } },
});

describe("screens", () => {
  it("[MB5] one frame of any length reaches a stock client, in order with what is emitted; who left gets nothing", async () => {
    hub.on("connection", (socket) => void socket.join("group:1"));
    const heard: unknown[] = [];
    const clients = [1, 2].map(() =>
      io(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, { transports: ["websocket"], forceNew: true }),
    );
    await Promise.all(clients.map((client) => once(client as unknown as NodeJS.EventEmitter, "connect")));
    const [first, second] = clients;
    first?.on("events", (events: Sent[]) =>
      heard.push(...events.map(({ payload }) => (payload.text as string).length)),
    );
    first?.on("word", (word: string) => heard.push(word));
    const screens = screensOf(hub);
    const ids = [...screens.of("group:1")];
    expect(ids).toHaveLength(2);
    expect([...screens.of("group:2")]).toEqual([]);
    second?.disconnect();
    const sizes = [0, 1, 60, 125, 126, 60_000, 65_535, 65_536, 200_000];
    for (const [n, size] of sizes.entries()) {
      screens.send(ids, [event(n, "é".repeat(size))]);
      hub.to("group:1").emit("word", `after ${size}`);
    }
    await expect.poll(() => heard.length).toBe(sizes.length * 2);
    expect(heard).toEqual(sizes.flatMap((size) => [size, `after ${size}`]));
    first?.disconnect();
  });
});
