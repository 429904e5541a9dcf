import { connect, type Socket } from "node:net";
import type { ResultTransport, SendOutcome } from "../../features/delivery/ports.js";
import { frame, MllpFrameReader } from "./frames.js";
import { DEFAULT_LIMITS } from "./listener.js";

export interface MllpSenderOptions {
  readonly connectMs: number;
  /** From the last byte sent to the reply; receivers that file synchronously into an archive take tens of seconds. */
  readonly replyMs: number;
}

export const DEFAULT_SENDER: MllpSenderOptions = { connectMs: 10_000, replyMs: 30_000 };

/**
 * Sends one message and waits for one reply, on a connection of its own: a late answer to a message that was given up can then
 * never be taken for the answer to the next one. Three outcomes that must not be mixed up: `not_sent` (no byte of the message left),
 * `replied`, and `ambiguous` (bytes left and no whole reply came: the receiver may or may not have it).
 */
export function mllpSender(options: MllpSenderOptions = DEFAULT_SENDER): ResultTransport {
  return { send: (destination, message, leaving) => sendOnce(destination, message, leaving, options) };
}

function sendOnce(
  destination: { host: string; port: number },
  message: Uint8Array,
  leaving: () => Promise<void>,
  options: MllpSenderOptions,
): Promise<SendOutcome> {
  return new Promise((resolve) => {
    const socket = connect({ host: destination.host, port: destination.port, noDelay: true });
    const reader = new MllpFrameReader(DEFAULT_LIMITS.messageBytes);
    let written = false;
    let settled = false;
    const settle = (outcome: SendOutcome) => {
      settled = true;
      clearTimeout(timer);
      socket.removeAllListeners();
      // A late error on a socket that is given up must not become an uncaught exception.
      socket.on("error", () => undefined);
      socket.destroy();
      resolve(outcome);
    };
    const lost = (reason: string) => settle(written ? { kind: "ambiguous", reason } : { kind: "not_sent", reason });
    let timer = setTimeout(() => lost(`no connection within ${options.connectMs / 1000} s`), options.connectMs);
    const write = (): void => {
      if (settled) return;
      timer = setTimeout(() => lost(`no reply within ${options.replyMs / 1000} s`), options.replyMs);
      written = true;
      socket.write(frame(message));
    };
    socket.on("connect", () => {
      clearTimeout(timer);
      leaving().then(write, () => lost("that the message leaves could not be written down"));
    });
    socket.on("data", (chunk) => {
      const reply = reader.push(chunk).find((found) => found.kind === "message");
      if (reply) settle({ kind: "replied", reply: reply.bytes });
    });
    socket.on("end", () => lost("the receiver closed the connection without a reply"));
    socket.on("close", () => lost("the connection was lost before a reply came"));
    socket.on("error", (error: NodeJS.ErrnoException) => lost(explain(error, socket)));
  });
}

function explain(error: NodeJS.ErrnoException, socket: Socket): string {
  switch (error.code) {
    case "ECONNREFUSED":
      return "nothing listens there (connection refused)";
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "the host name is not known";
    case "ECONNRESET":
      return "the receiver reset the connection";
    default:
      return socket.connecting
        ? `no connection (${error.code ?? error.message})`
        : `the connection broke (${error.code ?? error.message})`;
  }
}
