import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { Decoder, Encoder, type Packet, PacketType } from "socket.io-parser";

/**
 * The socket.io parser of both sides. A message without binary parts is the standard text packet, so that a stock client can talk
 * to the hub; one with binary parts is a single binary frame where the standard parser sends a text frame and a frame per part
 * (24 % of a core against 17 % at the same load: every frame is a system call for each receiver).
 *
 * Frame: type · namespace · acknowledgement id + 1 (0: none) · JSON with {"$b": n} in place of part n · number of parts · parts.
 */
const MAX_PARTS = 4096;
const MAX_DEPTH = 16;
const PLACEHOLDER = "$b";

type Json = unknown;

const isBytes = (value: unknown): value is Uint8Array | ArrayBuffer =>
  value instanceof Uint8Array || value instanceof ArrayBuffer;

function holdsBytes(value: unknown, depth: number): boolean {
  if (value === null || typeof value !== "object") return false;
  if (isBytes(value)) return true;
  if (depth > MAX_DEPTH) return false;
  const inner = Array.isArray(value) ? value : Object.values(value);
  return inner.some((part) => holdsBytes(part, depth + 1));
}

/** A copy of the value with its binary parts moved to `parts`. Objects that begin with our own placeholder's name are refused. */
function lift(value: unknown, parts: Uint8Array[], depth: number): Json {
  if (value === null || typeof value !== "object") return value;
  if (value instanceof Uint8Array) return { [PLACEHOLDER]: parts.push(value) - 1 };
  if (value instanceof ArrayBuffer) return { [PLACEHOLDER]: parts.push(new Uint8Array(value)) - 1 };
  if (depth > MAX_DEPTH) throw new RangeError("message is nested too deeply");
  if (Array.isArray(value)) return value.map((part) => lift(part, parts, depth + 1));
  if (typeof (value as { toJSON?: unknown }).toJSON === "function") return value;
  const copy: Record<string, Json> = {};
  for (const [key, part] of Object.entries(value)) {
    if (key === PLACEHOLDER) throw new RangeError(`"${PLACEHOLDER}" is not a name for a field`);
    copy[key] = lift(part, parts, depth + 1);
  }
  return copy;
}

function settle(value: Json, parts: readonly Uint8Array[], depth: number): unknown {
  if (value === null || typeof value !== "object") return value;
  if (depth > MAX_DEPTH) throw new RangeError("message is nested too deeply");
  if (Array.isArray(value)) return value.map((part) => settle(part, parts, depth + 1));
  const fields = value as Record<string, Json>;
  if (PLACEHOLDER in fields) {
    const part = typeof fields[PLACEHOLDER] === "number" ? parts[fields[PLACEHOLDER]] : undefined;
    if (part === undefined) throw new RangeError("a binary part is missing");
    return part;
  }
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(fields)) if (key !== "__proto__") copy[key] = settle(fields[key], parts, depth + 1);
  return copy;
}

const FRAMED: ReadonlySet<number> = new Set([PacketType.EVENT, PacketType.ACK]);

/** Writes a packet as one frame: text (standard) or bytes. */
export class FrameEncoder extends Encoder {
  override encode(packet: Packet): (string | Uint8Array)[] {
    if (!FRAMED.has(packet.type) || !holdsBytes(packet.data, 0)) return super.encode(packet) as string[];
    const parts: Uint8Array[] = [];
    const json = JSON.stringify(lift(packet.data, parts, 0));
    const frame = encoding.createEncoder();
    encoding.writeUint8(frame, packet.type);
    encoding.writeVarString(frame, packet.nsp);
    encoding.writeVarUint(frame, packet.id === undefined ? 0 : packet.id + 1);
    encoding.writeVarString(frame, json);
    encoding.writeVarUint(frame, parts.length);
    for (const part of parts) encoding.writeVarUint8Array(frame, part);
    return [encoding.toUint8Array(frame)];
  }
}

/** Reads what FrameEncoder wrote; throws on anything else, at which socket.io closes that connection. */
export class FrameDecoder extends Decoder {
  override add(data: unknown): void {
    // Types 5 and 6 open the standard's sequence of several frames, which this wire does not have.
    if (typeof data === "string") {
      if (data.startsWith("5") || data.startsWith("6")) throw new Error("binary messages come in one frame");
      super.add(data);
      return;
    }
    this.emitReserved("decoded", readFrame(bytesOf(data)));
  }
}

function bytesOf(data: unknown): Uint8Array {
  if (data instanceof Uint8Array) return data;
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  throw new Error("neither text nor bytes");
}

/** One binary frame as a packet. Its parts are views of `bytes`, not copies. Throws on a malformed frame. */
export function readFrame(bytes: Uint8Array): Packet {
  const frame = decoding.createDecoder(bytes);
  const type = decoding.readUint8(frame);
  if (!FRAMED.has(type)) throw new Error("unknown type of frame");
  const nsp = decoding.readVarString(frame);
  const id = decoding.readVarUint(frame);
  const json = JSON.parse(decoding.readVarString(frame)) as Json;
  const count = decoding.readVarUint(frame);
  if (count > MAX_PARTS) throw new RangeError("too many binary parts");
  const parts: Uint8Array[] = [];
  for (let n = 0; n < count; n += 1) parts.push(readPart(frame));
  if (decoding.hasContent(frame)) throw new Error("bytes after the end of the frame");
  const data = settle(json, parts, 0);
  if (!Array.isArray(data)) throw new Error("a frame holds a list");
  if (type === PacketType.EVENT && !isEventName(data[0])) throw new Error("a message needs a name");
  return { type, nsp, data, ...(id === 0 ? {} : { id: id - 1 }) };
}

/** lib0 takes a view without looking at the end of the buffer: a length that lies must not read beyond it. */
function readPart(frame: decoding.Decoder): Uint8Array {
  const length = decoding.readVarUint(frame);
  if (length > frame.arr.length - frame.pos) throw new RangeError("a binary part is cut off");
  return decoding.readUint8Array(frame, length);
}

const RESERVED = new Set(["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"]);
const isEventName = (name: unknown): boolean => typeof name === "string" && !RESERVED.has(name);

/** Hand this to socket.io on both sides: `new Server({parser: frames})`, `io({parser: frames})`. */
export const frames = { protocol: 5, Encoder: FrameEncoder, Decoder: FrameDecoder };
