export type Transcript =
  | { readonly ok: true; readonly text: string }
  /** reason: a sentence for who dictates. */
  | { readonly ok: false; readonly reason: string };

/** A server that turns speech into text. Never rejects. */
export interface SpeechPort {
  /** type: the sound's media type. language: ISO 639, undefined where it is for the server to find out. */
  transcribe(sound: Buffer, type: string, language: string | undefined): Promise<Transcript>;
}
