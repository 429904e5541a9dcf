/** What both codecs' decoders are: WebAssembly, the same builds that the viewer uses. */
interface Decoder {
  getEncodedBuffer(length: number): Uint8Array;
  decode(): void;
  getDecodedBuffer(): Uint8Array;
  delete(): void;
}

const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
};
const jpegLs = once(async () => (await import("@cornerstonejs/codec-charls/decodewasmjs")).default());
const jpeg2000 = once(async () => (await import("@cornerstonejs/codec-openjpeg/decodewasmjs")).default());

const DECODERS: Readonly<Record<string, () => Promise<Decoder>>> = {
  "1.2.840.10008.1.2.4.80": async () => new (await jpegLs()).JpegLSDecoder(),
  "1.2.840.10008.1.2.4.81": async () => new (await jpegLs()).JpegLSDecoder(),
  "1.2.840.10008.1.2.4.90": async () => new (await jpeg2000()).J2KDecoder(),
  "1.2.840.10008.1.2.4.91": async () => new (await jpeg2000()).J2KDecoder(),
};

export const isDecodable = (syntaxUid: string): boolean => syntaxUid in DECODERS;

/** A frame's samples, little endian, colour by pixel; undefined where the bytes are not what the transfer syntax says. */
export async function decodeFrame(frame: Buffer, syntaxUid: string): Promise<Buffer | undefined> {
  const decoder = await DECODERS[syntaxUid]?.();
  if (decoder === undefined) return undefined;
  try {
    decoder.getEncodedBuffer(frame.length).set(frame);
    decoder.decode();
    return Buffer.from(decoder.getDecodedBuffer());
  } catch {
    // The codecs throw bare numbers, which say nothing more than that they could not.
    return undefined;
  } finally {
    decoder.delete();
  }
}
