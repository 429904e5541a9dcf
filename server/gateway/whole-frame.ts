import { frames } from "@readroom/shared/contract/frames.js";
import type { Server } from "socket.io";
import { PacketType } from "socket.io-parser";

const encoder = new frames.Encoder();
/** Of an engine.io message's text: what kind of packet it is. Binary ones are messages anyway. */
const MESSAGE = "4";
/** FIN and opcode (RFC 6455 §5.2). */
const TEXT = 0x81;
const BINARY = 0x82;

export interface ToMany {
  /** Nobody of these misses it for good: it is left out for a connection that is still busy with what it got before. */
  readonly lossy?: boolean;
  readonly except?: string | null;
}

/**
 * Sends a message to many sockets: encoded once, as a WebSocket frame in one piece, and handed to each connection as it is. emit() would
 * give header and content apart, which each receiver pays with a gathering write, and a binary message would get its header anew each time.
 */
export function sendToMany(
  io: Server,
  sockets: Iterable<string>,
  name: string,
  body: unknown,
  { lossy = false, except = null }: ToMany = {},
): void {
  const [data] = encoder.encode({ type: PacketType.EVENT, nsp: "/", data: [name, body] });
  if (data === undefined) return;
  const frame =
    typeof data === "string" ? wholeFrame(TEXT, Buffer.from(MESSAGE + data)) : wholeFrame(BINARY, Buffer.from(data));
  const options = { compress: false, wsPreEncodedFrame: [frame] };
  for (const id of sockets) {
    const conn = id === except ? undefined : io.sockets.sockets.get(id)?.conn;
    if (conn && (!lossy || conn.transport.writable)) conn.write(data, options);
  }
}

/** An unfragmented frame of a server, which masks nothing (RFC 6455 §5.2). */
function wholeFrame(kind: number, content: Buffer): Buffer {
  const { length } = content;
  const header = length < 126 ? 2 : length < 0x1_0000 ? 4 : 10;
  const frame = Buffer.allocUnsafe(header + length);
  frame[0] = kind;
  if (header === 2) frame[1] = length;
  else if (header === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  content.copy(frame, header);
  return frame;
}
