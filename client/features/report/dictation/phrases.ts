/** Louder than this (root mean square, full scale 1) is a voice; a quiet room with noise suppression is well below. */
const VOICE = 0.015;
const PAUSE_MS = 700;
const SHORTEST_VOICE_MS = 120;
const LONGEST_MS = 20_000;

export type Cut = "none" | "phrase" | "silence";

/**
 * Cuts sound into phrases: a phrase ends at a pause after a voice, or when it gets too long to wait for. What held no voice is thrown
 * away after a while, so that silence is not sent.
 */
export class PhraseCutter {
  private beganAt: number | null = null;
  private voicedMs = 0;
  private lastVoiceAt = 0;
  private heardAt = 0;

  /** level: root mean square of the last samples; at: ms on any clock that runs on. */
  hear(level: number, at: number): Cut {
    this.beganAt ??= at;
    if (level >= VOICE) {
      if (this.heardAt > 0) this.voicedMs += Math.min(at - this.heardAt, 100);
      this.lastVoiceAt = at;
    }
    this.heardAt = at;
    const voiced = this.voicedMs >= SHORTEST_VOICE_MS;
    const long = at - this.beganAt >= LONGEST_MS;
    if (voiced && (long || at - this.lastVoiceAt >= PAUSE_MS)) return this.cut("phrase");
    return long ? this.cut("silence") : "none";
  }

  /** What is under way when the dictation ends. */
  end(): Cut {
    return this.cut(this.voicedMs >= SHORTEST_VOICE_MS ? "phrase" : "silence");
  }

  private cut(cut: Cut): Cut {
    this.beganAt = null;
    this.voicedMs = 0;
    this.heardAt = 0;
    return cut;
  }
}
