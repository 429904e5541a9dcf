/** The codec packages carry no types; only what is used here. */
declare module "@cornerstonejs/codec-charls/decodewasmjs" {
  interface JpegLSDecoder {
    getEncodedBuffer(length: number): Uint8Array;
    decode(): void;
    getDecodedBuffer(): Uint8Array;
    delete(): void;
  }
  export default function charls(): Promise<{ JpegLSDecoder: new () => JpegLSDecoder }>;
}

declare module "@cornerstonejs/codec-openjpeg/decodewasmjs" {
  interface J2KDecoder {
    getEncodedBuffer(length: number): Uint8Array;
    decode(): void;
    getDecodedBuffer(): Uint8Array;
    delete(): void;
  }
  export default function openjpeg(): Promise<{ J2KDecoder: new () => J2KDecoder }>;
}
