import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { frames } from "@readroom/shared/contract/frames.js";
import { Server } from "socket.io";
import { io } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sendToMany } from "./whole-frame.js";

const http = createServer();
const hub = new Server(http, { transports: ["websocket"], parser: frames, perMessageDeflate: false });
beforeAll(async () => {
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
});
afterAll(() => hub.close());

const sizes = [0, 1, 60, 125, 126, 60_000, 65_535, 65_536, 200_000];

describe("one frame for many", () => {
  it("[MB5] of any length, text or bytes, in order with what is emitted; who left, and who is left out, gets nothing", async () => {
    hub.on("connection", (socket) => void socket.join("room"));
    const clients = [1, 2, 3].map(() =>
      io(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, {
        ...{ transports: ["websocket"], forceNew: true, parser: frames },
      }),
    );
    await Promise.all(clients.map((client) => once(client as unknown as NodeJS.EventEmitter, "connect")));
    const [first, second, third] = clients;
    const heard: unknown[] = [];
    const aside: unknown[] = [];
    first?.on("text", ({ text }: { text: string }) => heard.push(text.length));
    first?.on("bytes", ({ bytes }: { bytes: Uint8Array }) => heard.push(`${bytes.length} of ${bytes.at(-1) ?? "-"}`));
    first?.on("word", (word: string) => heard.push(word));
    third?.onAny((name: string) => aside.push(name));
    const inside = [...(hub.sockets.adapter.rooms.get("room") ?? [])];
    expect(inside).toHaveLength(3);
    second?.disconnect();
    for (const size of sizes) {
      sendToMany(hub, inside, "text", { text: "é".repeat(size) }, { except: third?.id ?? null });
      sendToMany(hub, inside, "bytes", { bytes: new Uint8Array(size).fill(7) }, { except: third?.id ?? null });
      hub.to("room").emit("word", `after ${size}`);
    }
    await expect.poll(() => heard.length).toBe(sizes.length * 3);
    await expect.poll(() => aside.length).toBe(sizes.length);
    expect(heard).toEqual(sizes.flatMap((size) => [size, `${size} of ${size > 0 ? 7 : "-"}`, `after ${size}`]));
    expect(new Set(aside)).toEqual(new Set(["word"]));
    for (const client of clients) client.disconnect();
  });

  it("[MB5] what may be lost is left out for a connection that is busy, and nothing else is", async () => {
    const written: string[] = [];
    const busy = { transport: { writable: false }, write: (text: string) => written.push(text) };
    const server = { sockets: { sockets: new Map([["a", { conn: busy }]]) } } as unknown as Server;
    sendToMany(server, ["a"], "pointer", {}, { lossy: true });
    sendToMany(server, ["a", "gone"], "edit", {});
    expect(written).toEqual(['2["edit",{}]']);
  });
});
