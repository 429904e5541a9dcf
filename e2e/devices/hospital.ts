import { connect, createServer, type Server, type Socket } from "node:net";

/**
 * A hospital information system for tests: sends orders over raw MLLP and receives results. Reads and writes HL7 by plain string
 * splitting, on purpose sharing no code with the hub, so that the two can't be wrong in the same way.
 */

const VT = 0x0b;
const FS = 0x1c;
const CR = 0x0d;

/** How the hospital treats the next message that it receives. */
export type Treatment =
  | { kind: "accept" }
  | { kind: "answer"; code: "AA" | "AE" | "AR" | "CA" | "CE" | "CR"; condition?: number; text?: string }
  /** Files the message and answers only when `release()` is called. */
  | { kind: "late" }
  /** Files the message and never answers. */
  | { kind: "never" }
  /** Files the message and cuts the connection before answering. */
  | { kind: "cut" }
  /** Cuts the connection as soon as bytes come, filing nothing. */
  | { kind: "hang up" }
  | { kind: "twice" }
  /** Answers AA for another control id. */
  | { kind: "wrong id" }
  | { kind: "nonsense" };

export interface ReceivedResult {
  readonly text: string;
  readonly controlId: string;
  readonly message: PlainMessage;
}

/** Segments and fields of a message, by separators alone. */
export class PlainMessage {
  readonly segments: readonly (readonly string[])[];

  constructor(text: string) {
    this.segments = text
      .split(/[\r\n]+/)
      .filter((line) => line !== "")
      .map((line) => {
        const fields = line.split("|");
        return fields[0] === "MSH" ? ["MSH", "|", ...fields.slice(1)] : fields;
      });
  }

  /** "PID-5" or "PID-5.1" of the first segment of that name; "" where absent. */
  get(path: string, nth = 0): string {
    const [name = "", place = "0"] = path.split("-");
    const [field = 0, component] = place.split(".").map(Number);
    const value = this.all(name)[nth]?.[field] ?? "";
    return component === undefined ? value : ((value.split("~")[0] ?? "").split("^")[component - 1] ?? "");
  }

  all(name: string): readonly (readonly string[])[] {
    return this.segments.filter((segment) => segment[0] === name);
  }

  /** The lines of the OBX whose OBX-3.1 is this code, unescaped. */
  lines(code: string): string[] {
    return this.all("OBX")
      .filter((obx) => (obx[3] ?? "").split("^")[0] === code)
      .map((obx) => unescapePlain(obx[5] ?? ""));
  }
}

function unescapePlain(text: string): string {
  const map: Record<string, string> = { F: "|", S: "^", T: "&", R: "~", E: "\\", ".br": "\n" };
  return text.replace(/\\(F|S|T|R|E|\.br)\\/g, (_, key: string) => map[key] ?? "");
}

/** The receiving side. Counts what it filed by control id, as a hospital that does not deduplicate would. */
export class FakeHospital {
  readonly received: ReceivedResult[] = [];
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #plan: Treatment[] = [];
  readonly #waiting = new Set<() => void>();
  #held: (() => void)[] = [];

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  static async start(port = 0): Promise<FakeHospital> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", resolve);
    });
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const hospital = new FakeHospital(server, address.port);
    server.on("connection", (socket) => hospital.#serve(socket));
    return hospital;
  }

  /** The next messages are treated like this, in order; after them everything is accepted. */
  plan(...treatments: Treatment[]): void {
    this.#plan.push(...treatments);
  }

  /** Sends the answers that were held back by "late". */
  release(): void {
    for (const answer of this.#held.splice(0)) answer();
  }

  /** Waits until the hospital has filed at least `count` messages that fit. */
  async filed(
    count: number,
    fits: (result: ReceivedResult) => boolean = () => true,
    ms = 15_000,
  ): Promise<ReceivedResult[]> {
    const deadline = Date.now() + ms;
    for (;;) {
      const found = this.received.filter(fits);
      if (found.length >= count) return found;
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`the hospital filed ${found.length} of ${count} messages within ${ms} ms`);
      await this.#somethingHappens(left);
    }
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #somethingHappens(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#waiting.add(done);
    });
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    const cutter = new PlainFrames();
    socket.on("data", (chunk) => {
      if (this.#plan[0]?.kind === "hang up") {
        this.#plan.shift();
        socket.destroy();
        return;
      }
      for (const message of cutter.push(chunk)) this.#take(socket, message);
    });
  }

  #take(socket: Socket, bytes: Buffer): void {
    const text = bytes.toString("utf8");
    const message = new PlainMessage(text);
    const treatment = this.#plan.shift() ?? { kind: "accept" };
    const refused = treatment.kind === "answer" && !["AA", "CA"].includes(treatment.code);
    if (!refused) this.received.push({ text, controlId: message.get("MSH-10"), message });
    this.#respond(socket, message, treatment);
    for (const wake of [...this.#waiting]) wake();
  }

  #respond(socket: Socket, message: PlainMessage, treatment: Treatment): void {
    const say = (text: string) =>
      socket.write(Buffer.concat([Buffer.from([VT]), Buffer.from(text, "utf8"), Buffer.from([FS, CR])]));
    const accepted = acknowledgement(message, "AA");
    switch (treatment.kind) {
      case "accept":
        say(accepted);
        break;
      case "answer":
        say(acknowledgement(message, treatment.code, treatment.condition, treatment.text));
        break;
      case "late":
        this.#held.push(() => say(accepted));
        break;
      case "twice":
        say(accepted);
        say(accepted);
        break;
      case "wrong id":
        say(accepted.replace(/MSA\|AA\|[^|\r]*/, "MSA|AA|SOMEBODY-ELSE"));
        break;
      case "nonsense":
        say("HTTP/1.1 200 OK");
        break;
      case "cut":
      case "hang up":
        socket.destroy();
        break;
      case "never":
        break;
    }
  }
}

function acknowledgement(message: PlainMessage, code: string, condition?: number, text?: string): string {
  const id = message.get("MSH-10");
  const lines = [
    `MSH|^~\\&|HIS|HOSPITAL|READROOM|HUB|20261124000000||ACK^R01^ACK|A${id}|P|2.5.1`,
    `MSA|${code}|${id}|${text ?? ""}`,
  ];
  if (condition !== undefined) lines.push(`ERR||PID^1^3|${condition}^error^HL70357|E||||${text ?? ""}`);
  return `${lines.join("\r")}\r`;
}

class PlainFrames {
  #pending = Buffer.alloc(0);

  push(chunk: Uint8Array): Buffer[] {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    const found: Buffer[] = [];
    for (;;) {
      const start = this.#pending.indexOf(VT);
      const end = this.#pending.indexOf(FS, Math.max(start, 0));
      if (start === -1 || end === -1) return found;
      found.push(this.#pending.subarray(start + 1, end));
      this.#pending = this.#pending.subarray(end + 1);
    }
  }
}

/** The sending side: one TCP connection on which raw bytes are written and replies are awaited. */
export class OrderSender {
  readonly #socket: Socket;
  readonly #frames = new PlainFrames();
  readonly #replies: Buffer[] = [];
  readonly #waiting: { resolve: (reply: string) => void; reject: (error: Error) => void }[] = [];
  closed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk) => {
      this.#replies.push(...this.#frames.push(chunk));
      this.#match();
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      this.closed = true;
      for (const waiter of this.#waiting.splice(0))
        waiter.reject(new Error("the connection was closed without a reply"));
    });
  }

  static async connect(port: number, host = "127.0.0.1"): Promise<OrderSender> {
    const socket = connect({ port, host, noDelay: true });
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    return new OrderSender(socket);
  }

  /** Bytes as they are, framed or not. */
  write(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** Sends one message in its frame and waits for the reply. */
  send(message: string | Uint8Array): Promise<string> {
    this.write(framed(message));
    return this.reply();
  }

  /** The next reply that has not been taken yet. Rejects when the connection closes first. */
  reply(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#match();
      if (this.closed)
        for (const waiter of this.#waiting.splice(0))
          waiter.reject(new Error("the connection was closed without a reply"));
    });
  }

  /** Ends the connection abruptly, as a pulled plug does. */
  cut(): void {
    this.#socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    if (this.closed) return;
    const closed = new Promise<void>((resolve) => this.#socket.once("close", () => resolve()));
    this.#socket.end();
    this.#socket.destroySoon();
    await closed;
  }

  #match(): void {
    while (this.#replies.length > 0 && this.#waiting.length > 0) {
      this.#waiting.shift()?.resolve((this.#replies.shift() ?? Buffer.alloc(0)).toString("utf8"));
    }
  }
}

/** VT message FS CR. */
export function framed(message: string | Uint8Array): Buffer {
  const body = typeof message === "string" ? Buffer.from(message, "utf8") : Buffer.from(message);
  return Buffer.concat([Buffer.from([VT]), body, Buffer.from([FS, CR])]);
}
