import type { SpeechPort, Transcript } from "../../features/report/ports.js";
import type { Log } from "../../kernel/log.js";

export interface SpeechOptions {
  /** Whole address of the transcription endpoint, as in http://speech:8000/v1/audio/transcriptions. */
  readonly url: string;
  readonly model: string;
  readonly key: string | undefined;
  readonly log: Log;
}

const TIMEOUT_MS = 30_000;
const MOST_TEXT = 20_000;
const ENDINGS: Readonly<Record<string, string>> = {
  "audio/webm": "webm",
  "audio/ogg": "ogg",
  "audio/mp4": "mp4",
  "audio/wav": "wav",
};

/**
 * A speech server by the interface that most of them have in common (multipart POST of `file`, `model`, `language`; the answer is JSON
 * with `text`): whisper.cpp, faster-whisper and vLLM on one's own machines, hosted ones too. Sound and text are in no log.
 */
export function transcriptions({ url, model, key, log }: SpeechOptions): SpeechPort {
  const failed = (problem: string, reason: string): Transcript => {
    log.warn({ problem }, "speech server");
    return { ok: false, reason };
  };
  return {
    transcribe: async (sound, type, language) => {
      const form = new FormData();
      form.set("file", new Blob([new Uint8Array(sound)], { type }), `dictation.${ENDINGS[type] ?? "bin"}`);
      form.set("model", model);
      form.set("response_format", "json");
      if (language !== undefined) form.set("language", language);
      try {
        const response = await fetch(url, {
          method: "POST",
          headers: { accept: "application/json", ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) },
          body: form,
          redirect: "error",
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        if (!response.ok) {
          await response.body?.cancel();
          return failed(`answered ${response.status}`, "The speech server did not take what was said.");
        }
        const answer = (await response.json()) as { text?: unknown } | null;
        if (typeof answer?.text !== "string" || answer.text.length > MOST_TEXT)
          return failed("answered without a text", "The speech server did not understand the request.");
        return { ok: true, text: answer.text.trim() };
      } catch (error) {
        const problem = error instanceof Error ? error.message : String(error);
        return failed(problem, "The speech server cannot be reached.");
      }
    },
  };
}
