import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { frame, MllpFrameReader } from "./frames.js";

export const DEFAULT_LIMITS = {
  /** Bytes of one message. An ORU with an embedded PDF is some megabytes; orders are kilobytes. */
  messageBytes: 16 * 1024 * 1024,
  /** A message that has begun must end within this time: a sender that drips bytes holds a connection and memory. */
  messageMs: 60_000,
  /** Bytes outside any frame after which the peer evidently speaks another protocol. */
  garbageBytes: 64 * 1024,
  /** The same before a peer's first frame: an HTTP request line is told from an engine's keep-alive bytes. */
  strangerBytes: 16,
  connections: 200,
  /** Of messages that came in one go and wait their turn on a connection; past it the socket is not read. */
  queued: 16,
};
export type MllpLimits = typeof DEFAULT_LIMITS;

export interface MllpPeer {
  readonly address: string;
  readonly port: number;
}

/** What the listener hands messages to. The promise is fulfilled after commit, with the replies to send in order. */
export interface MllpReceiver {
  receive(raw: Uint8Array, peer: MllpPeer): Promise<Uint8Array[]>;
  /** A frame that could not be read to its end; the reply is sent, and the connection closed for `oversize`. */
  broken(head: Uint8Array, why: "unfinished" | "oversize" | "timeout", peer: MllpPeer): Promise<Uint8Array[]>;
}

export interface MllpListenerOptions {
  readonly port: number;
  readonly host?: string;
  /** Encrypted instead of plain. `clientCa`: only senders with a certificate of this authority (IHE ITI TF-2 §3.19). PEM texts. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly clientCa?: string };
  readonly receiver: MllpReceiver;
  /** Things worth a log line; holds no message content. */
  readonly note: (
    event: "garbage" | "failed" | "socket",
    detail: { peer: string; error?: unknown; bytes?: number },
  ) => void;
  readonly limits?: Partial<MllpLimits>;
}

export interface MllpListener {
  readonly port: number;
  /** Takes no new connection, lets the messages under way be answered, then closes. */
  close(): Promise<void>;
}

/**
 * MLLP server (HL7 v2.5.1 Appendix C). Messages of one connection are worked on one at a time in the order they came, since a
 * change must not overtake the order it changes; connections run beside each other.
 */
export async function listenMllp(options: MllpListenerOptions): Promise<MllpListener> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const open = new Set<Connection>();
  const server = serverFor(options, (socket) => {
    const connection = new Connection(socket, options, limits);
    open.add(connection);
    socket.once("close", () => open.delete(connection));
  });
  server.maxConnections = limits.connections;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host ?? "0.0.0.0", () => {
      server.off("error", reject);
      server.on("error", (error) => options.note("socket", { peer: "", error }));
      resolve();
    });
  });
  return { port: boundPort(server), close: () => closeAll(server, open) };
}

function serverFor({ tls, note }: MllpListenerOptions, take: (socket: Socket) => void): Server {
  const transport = { keepAlive: true, noDelay: true, allowHalfOpen: true };
  if (tls === undefined) return createServer(transport, take);
  const client = tls.clientCa === undefined ? {} : { ca: tls.clientCa, requestCert: true, rejectUnauthorized: true };
  const server = createTlsServer({ ...transport, cert: tls.cert, key: tls.key, ...client }, take);
  server.on("tlsClientError", (error, socket) => {
    note("socket", { peer: socket.remoteAddress ?? "", error });
    socket.destroy();
  });
  return server;
}

function boundPort(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the MLLP listener has no TCP port");
  return address.port;
}

async function closeAll(server: Server, open: Set<Connection>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  await Promise.all([...open].map((connection) => connection.finish()));
  await closed;
}

type Work =
  | { kind: "message"; bytes: Uint8Array }
  | { kind: "broken"; head: Uint8Array; why: "unfinished" | "oversize" | "timeout" };

class Connection {
  readonly #socket: Socket;
  readonly #options: MllpListenerOptions;
  readonly #limits: MllpLimits;
  readonly #reader: MllpFrameReader;
  readonly #peer: MllpPeer;
  #queue: Work[] = [];
  #working: Promise<void> | undefined;
  #slow: NodeJS.Timeout | undefined;
  #garbage = 0;
  #greeted = false;
  #ended = false;

  constructor(socket: Socket, options: MllpListenerOptions, limits: MllpLimits) {
    this.#socket = socket;
    this.#options = options;
    this.#limits = limits;
    this.#reader = new MllpFrameReader(limits.messageBytes);
    this.#peer = { address: (socket.remoteAddress ?? "").replace(/^::ffff:/, ""), port: socket.remotePort ?? 0 };
    socket.on("data", (chunk) => this.#take(chunk));
    socket.on("end", () => this.#end());
    socket.on("close", () => clearTimeout(this.#slow));
    socket.on("error", (error) => options.note("socket", { peer: this.#peer.address, error }));
  }

  async finish(): Promise<void> {
    this.#socket.pause();
    await this.#working;
    this.#socket.end();
    this.#socket.destroySoon();
  }

  #take(chunk: Uint8Array): void {
    for (const found of this.#reader.push(chunk)) {
      if (found.kind === "garbage") {
        this.#skip(found.bytes);
        continue;
      }
      this.#greeted = true;
      if (found.kind === "message") this.#queue.push(found);
      else this.#queue.push({ kind: "broken", head: found.head, why: found.kind });
    }
    this.#watchSlowness();
    if (this.#queue.length >= this.#limits.queued) this.#socket.pause();
    this.#startWork();
  }

  #skip(bytes: number): void {
    this.#garbage += bytes;
    this.#options.note("garbage", { peer: this.#peer.address, bytes });
    const stranger = !this.#greeted && !this.#reader.inside && this.#garbage > this.#limits.strangerBytes;
    if (stranger || this.#garbage > this.#limits.garbageBytes) this.#socket.destroy();
  }

  /** Many scripts send and shut their side at once; they still wait for the answer, so ours stays open until it is given. */
  #end(): void {
    this.#ended = true;
    const head = this.#reader.end();
    if (head) this.#queue.push({ kind: "broken", head, why: "unfinished" });
    this.#watchSlowness();
    if (this.#working === undefined && this.#queue.length === 0) this.#socket.end();
    this.#startWork();
  }

  /** One clock for the whole message, not one that every byte winds up again: else a byte a minute holds on for ever. */
  #watchSlowness(): void {
    if (!this.#reader.inside) {
      clearTimeout(this.#slow);
      this.#slow = undefined;
      return;
    }
    this.#slow ??= setTimeout(() => {
      this.#queue.push({ kind: "broken", head: new Uint8Array(0), why: "timeout" });
      this.#startWork();
    }, this.#limits.messageMs);
  }

  #startWork(): void {
    if (this.#working || this.#queue.length === 0) return;
    this.#working = this.#work().finally(() => {
      this.#working = undefined;
      if (this.#ended && this.#queue.length === 0) this.#socket.end();
      this.#startWork();
    });
  }

  async #work(): Promise<void> {
    try {
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
        for (const reply of await this.#answer(next)) this.#socket.write(frame(reply));
        if (this.#queue.length < this.#limits.queued) this.#socket.resume();
        if (next.kind === "broken" && next.why !== "unfinished") {
          this.#queue = [];
          this.#socket.end();
          this.#socket.destroySoon();
        }
      }
    } catch (error) {
      // No answer is the honest answer when it is not known whether the message was stored: the sender sends it again.
      this.#options.note("failed", { peer: this.#peer.address, error });
      this.#queue = [];
      this.#socket.destroy();
    }
  }

  #answer(work: Work): Promise<Uint8Array[]> {
    const { receiver } = this.#options;
    return work.kind === "message"
      ? receiver.receive(work.bytes, this.#peer)
      : receiver.broken(work.head, work.why, this.#peer);
  }
}
