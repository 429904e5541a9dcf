import { connect } from "node:net";

export interface RawAnswer {
  /** closed: the hub ended the connection; answered: it said something and left it open. */
  readonly end: "closed" | "answered";
  readonly bytes: Buffer;
}

/** A peer that writes any bytes to a port and waits for the hub to answer or to hang up. shut: closes its own side after writing. */
export function rawPeer(port: number, bytes: Uint8Array, options: { shut?: boolean } = {}): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const received: Buffer[] = [];
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    const limit = setTimeout(() => {
      socket.destroy();
      reject(new Error("neither an answer nor a hang-up within 40 s"));
    }, 40_000);
    const done = (end: RawAnswer["end"]): void => {
      clearTimeout(limit);
      socket.destroy();
      resolve({ end, bytes: Buffer.concat(received) });
    };
    socket.on("connect", () => (options.shut ? socket.end(bytes) : socket.write(bytes)));
    socket.on("data", (chunk: Buffer) => {
      received.push(chunk);
      if (!options.shut) done("answered");
    });
    socket.on("end", () => done("closed"));
    // A hang-up while bytes are still on their way arrives as a reset.
    socket.on("error", () => done("closed"));
  });
}
