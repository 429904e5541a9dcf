import { existsSync, watch } from "node:fs";
import { createRequire } from "node:module";
import { networkInterfaces } from "node:os";
import { dirname, join } from "node:path";
import type { types } from "mediasoup";
import type { MediaEngine, MediaRoom } from "../../features/consult/ports.js";
import type { Log } from "../../kernel/log.js";
import { openMediaRoom } from "./room.js";

export interface MediaOptions {
  readonly port: number;
  /** Address that browsers reach the hub's media port at, where that is not one of its own (behind NAT). */
  readonly announced: string | undefined;
  readonly log: Log;
}

const CODECS: types.RouterRtpCodecCapability[] = [
  { kind: "audio", mimeType: "audio/opus", clockRate: 48_000, channels: 2 },
  { kind: "video", mimeType: "video/VP8", clockRate: 90_000, parameters: { "x-google-start-bitrate": 600 } },
  {
    kind: "video",
    mimeType: "video/H264",
    clockRate: 90_000,
    parameters: { "packetization-mode": 1, "profile-level-id": "42e01f", "level-asymmetry-allowed": 1 },
  },
];
const RESTART_MS = 2_000;
const LOOK_AGAIN_MS = 5_000;

/** Where mediasoup looks for its worker. It may be built in the background while the hub is already up. */
export function workerBinary(): string {
  const main = createRequire(import.meta.url).resolve("mediasoup");
  const root = main.slice(0, main.lastIndexOf(join("mediasoup", "node")) + "mediasoup".length);
  return process.env.MEDIASOUP_WORKER_BIN ?? join(root, "worker", "out", "Release", "mediasoup-worker");
}

/**
 * One mediasoup worker on one port (udp and tcp). It starts when its binary is there and starts again when it dies; a room that it
 * carried is lost then and its people join again by themselves.
 */
export class MediasoupEngine implements MediaEngine {
  private worker: types.Worker | null = null;
  private server: types.WebRtcServer | null = null;
  private stopped = false;
  private timer: NodeJS.Timeout | null = null;
  private readonly listeners = new Set<(available: boolean) => void>();

  constructor(private readonly options: MediaOptions) {}

  /** Begins to look for the worker; never throws and never waits for it. */
  start(): void {
    this.attempt();
  }

  available(): boolean {
    return this.server !== null;
  }

  onAvailable(listener: (available: boolean) => void): void {
    this.listeners.add(listener);
  }

  async openRoom(_roomId: string): Promise<MediaRoom> {
    if (!this.worker || !this.server) throw new Error("the media engine is not ready");
    const router = await this.worker.createRouter({ mediaCodecs: CODECS });
    return openMediaRoom(router, this.server);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    this.worker?.close();
  }

  private attempt(): void {
    if (this.stopped) return;
    if (!existsSync(workerBinary())) return this.waitForBinary();
    this.launch().catch((error: unknown) => {
      this.options.log.error(
        { err: { message: error instanceof Error ? error.message : String(error) } },
        "media engine did not start; calls are unavailable",
      );
      this.later(LOOK_AGAIN_MS * 6);
    });
  }

  private waitForBinary(): void {
    const folder = dirname(workerBinary());
    if (!existsSync(folder)) return this.later(LOOK_AGAIN_MS);
    const watcher = watch(folder, () => {
      if (!existsSync(workerBinary())) return;
      watcher.close();
      this.later(500);
    });
    watcher.unref();
  }

  private later(ms: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => this.attempt(), ms);
    this.timer.unref();
  }

  private async launch(): Promise<void> {
    // Loaded here, while the hub already answers: it is the largest of its libraries.
    const { createWorker } = await import("mediasoup");
    const worker = await createWorker({ logLevel: "error", workerBin: workerBinary() });
    worker.on("died", () => {
      this.options.log.error("media engine died; it starts again and calls reconnect");
      this.lost();
    });
    try {
      this.server = await worker.createWebRtcServer({ listenInfos: listenInfos(this.options) });
    } catch (error) {
      worker.close();
      throw error;
    }
    this.worker = worker;
    for (const listener of this.listeners) listener(true);
  }

  private lost(): void {
    this.worker = null;
    this.server = null;
    for (const listener of this.listeners) listener(false);
    this.later(RESTART_MS);
  }
}

/** Loopback for browsers on this machine, each address of the machine for those on its network, the announced one for those beyond NAT. */
function listenInfos({ port, announced }: MediaOptions): types.TransportListenInfo[] {
  if (announced) return both({ ip: "0.0.0.0", announcedAddress: announced, port });
  const own = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter((address) => address.family === "IPv4" && !address.internal)
    .map((address) => address.address);
  return ["127.0.0.1", ...own].flatMap((ip) => both({ ip, port }));
}

const both = (info: Omit<types.TransportListenInfo, "protocol">): types.TransportListenInfo[] => [
  { ...info, protocol: "udp" },
  { ...info, protocol: "tcp" },
];
