import { frames } from "@readroom/shared/contract/frames.js";
import type { Server } from "socket.io";
import { PacketType } from "socket.io-parser";
import type { Screens } from "./mailbox.js";

/** Of an engine.io message's text: what kind of packet it is. */
const MESSAGE = "4";
const TEXT_FRAME = 0x81;
const encoder = new frames.Encoder();

/**
 * The hub's sockets by topic. A message to many is encoded once, as a WebSocket frame in one piece, and handed to each connection as it
 * is: emit() gives header and content apart, which each receiver pays with a gathering write.
 */
export function screensOf(io: Server): Screens {
  return {
    of: (topic) => io.sockets.adapter.rooms.get(topic) ?? [],
    send: (ids, events) => {
      const [text] = encoder.encode({ type: PacketType.EVENT, nsp: "/", data: ["events", events] });
      // Text alone: an event has no binary parts.
      if (typeof text !== "string") throw new TypeError("an event holds bytes");
      const options = { compress: false, wsPreEncodedFrame: [wholeFrame(Buffer.from(MESSAGE + text))] };
      for (const id of ids) io.sockets.sockets.get(id)?.conn.write(text, options);
    },
  };
}

/** An unfragmented text frame of a server, which masks nothing (RFC 6455 §5.2). */
export function wholeFrame(content: Buffer): Buffer {
  const { length } = content;
  const header = length < 126 ? 2 : length < 0x1_0000 ? 4 : 10;
  const frame = Buffer.allocUnsafe(header + length);
  frame[0] = TEXT_FRAME;
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
