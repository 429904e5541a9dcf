import { z } from "zod";

/** language: BCP 47, as the browser says it ("de-AT"); a speech server is told its first part. */
export const DictationQuery = z.object({
  language: z
    .string()
    .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$/, "must be a language tag, as in en or de-AT")
    .max(35)
    .optional(),
});

/** What was said, as the speech server writes it; "" where it heard no words. */
export const Dictated = z.object({ text: z.string() });

/** Largest piece of sound, bytes: two minutes of Opus at a browser's usual rate. */
export const MOST_SOUND = 2 * 1024 * 1024;
/** What browsers record: Chrome and Firefox WebM, Firefox Ogg, Safari MP4; WAV for other clients. */
export const SOUND_TYPES = ["audio/webm", "audio/ogg", "audio/mp4", "audio/wav"] as const;
