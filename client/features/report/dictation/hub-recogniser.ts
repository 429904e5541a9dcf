import { Dictated, SOUND_TYPES } from "@readroom/shared/contract/http/report-dictation.js";
import { api, refusalWords } from "../../../kernel/api";
import { PhraseCutter } from "./phrases";
import type { Recogniser } from "./recogniser";

const LOOK_MS = 50;
const BITS_PER_SECOND = 32_000;

/** The first kind of sound that this browser records and the hub takes; undefined where it records none. */
const soundType = (): string | undefined =>
  typeof MediaRecorder === "undefined" ? undefined : SOUND_TYPES.find((type) => MediaRecorder.isTypeSupported(type));

export const canRecord = (): boolean => soundType() !== undefined && navigator.mediaDevices !== undefined;

/** Dictation by the hub's speech server: phrases are sent as they are said and come back in that order. */
export function hubRecogniser(studyId: string, language: string): Recogniser {
  let finish: (() => void) | null = null;
  let wanted = false;
  return {
    start(heard, ended) {
      wanted = true;
      const session = new Session(studyId, language, heard);
      finish = () => session.finish().then(() => ended(null));
      session.begin().then(
        () => {
          if (!wanted) finish?.();
        },
        (thrown: unknown) => {
          finish = null;
          session.close();
          ended(microphoneWords(thrown));
        },
      );
      session.onFailed = (why) => {
        finish = null;
        session.close();
        ended(why);
      };
    },
    stop() {
      wanted = false;
      finish?.();
      finish = null;
    },
  };
}

class Session {
  onFailed: (why: string) => void = () => undefined;
  private stream: MediaStream | null = null;
  private context: AudioContext | null = null;
  private recorder: MediaRecorder | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;
  /** Phrases in the order in which they were said. */
  private answers: Promise<void> = Promise.resolve();
  private failed = false;
  private readonly cutter = new PhraseCutter();

  constructor(
    private readonly studyId: string,
    private readonly language: string,
    private readonly heard: (text: string, final: boolean) => void,
  ) {}

  async begin(): Promise<void> {
    this.stream = await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
    this.context = new AudioContext();
    const analyser = this.context.createAnalyser();
    analyser.fftSize = 2048;
    this.context.createMediaStreamSource(this.stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    this.record();
    this.timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const level = Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length);
      const cut = this.cutter.hear(level, performance.now());
      if (cut === "none") return;
      void this.take(cut === "phrase");
      this.record();
    }, LOOK_MS);
  }

  /** Sends what is under way and resolves when all that was said is written. */
  async finish(): Promise<void> {
    clearInterval(this.timer);
    await this.take(this.cutter.end() === "phrase");
    this.close();
    await this.answers;
  }

  close(): void {
    clearInterval(this.timer);
    if (this.recorder?.state === "recording") this.recorder.stop();
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    if (this.context?.state !== "closed") void this.context?.close();
  }

  private record(): void {
    if (!this.stream) return;
    const mimeType = soundType();
    this.recorder = new MediaRecorder(this.stream, {
      audioBitsPerSecond: BITS_PER_SECOND,
      ...(mimeType ? { mimeType } : {}),
    });
    this.recorder.start();
  }

  /** Ends the recording that is under way, and sends it where somebody spoke in it. */
  private async take(spoken: boolean): Promise<void> {
    const { recorder } = this;
    if (recorder?.state !== "recording") return;
    const sound = new Promise<Blob>((resolve) => {
      recorder.ondataavailable = ({ data }) => resolve(data);
    });
    recorder.stop();
    if (!spoken) return;
    this.heard("Writing…", false);
    const answer = sound.then((blob) => this.transcribe(blob));
    // An answer that comes early waits for its turn, below.
    answer.catch(() => undefined);
    const before = this.answers;
    this.answers = before.then(async () => {
      try {
        const text = await answer;
        if (text && !this.failed) this.heard(text, true);
      } catch (thrown) {
        if (!this.failed) this.onFailed(refusalWords(thrown));
        this.failed = true;
      }
    });
    await sound;
  }

  private async transcribe(sound: Blob): Promise<string> {
    const path = `/api/studies/${this.studyId}/report/dictation`;
    return (await api.post(path, Dictated, sound, { query: { language: this.language } })).text;
  }
}

function microphoneWords(thrown: unknown): string {
  const name = thrown instanceof DOMException ? thrown.name : "";
  if (name === "NotAllowedError") return "The browser was not allowed to use the microphone.";
  if (name === "NotFoundError") return "No microphone was found.";
  return "The microphone could not be used.";
}
