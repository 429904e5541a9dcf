import { z } from "zod";
import { DocumentId, PointerPlace } from "./room.js";

/** What people in a room say and show each other in passing: none of it is stored, and all of it is gone with the last person. */
export const COMPANY_LIMITS = { lineCharacters: 500, lines: 200, linesPerSecond: 2, reactionsPerSecond: 3 } as const;

export const REACTIONS = ["look", "agree", "question", "thanks"] as const;
export type ReactionKind = (typeof REACTIONS)[number];

/** Letters that reorder or hide what stands beside them, and control characters: a line must read as it was typed. */
const UNSEEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/** A line as it is passed on: unseen characters out, at most two line breaks in a row. */
export const plainLine = (text: string): string =>
  text
    .normalize("NFC")
    .replace(UNSEEN, "")
    .replace(/\n{3,}/gu, "\n\n")
    .trim();

export const RoomSay = z.strictObject({
  document: DocumentId,
  text: z
    .string()
    .max(COMPANY_LIMITS.lineCharacters * 2)
    .transform(plainLine)
    .pipe(z.string().min(1, "says nothing").max(COMPANY_LIMITS.lineCharacters)),
});
export const RoomLines = z.strictObject({ document: DocumentId });
/** place: where in the patient it is meant; null: at nothing in particular. */
export const RoomReact = z.strictObject({
  document: DocumentId,
  kind: z.enum(REACTIONS),
  place: PointerPlace.nullable(),
});
/** hidden: others don't see what this person looks at or points to; laser: the pointer draws a trail. */
export const RoomPresence = z.strictObject({
  document: DocumentId,
  hidden: z.boolean().optional(),
  laser: z.boolean().optional(),
});

/** Down, "room.line": somebody said something. Also the answer to room.lines, oldest first. */
export const RoomChatLine = z.object({
  document: DocumentId,
  id: z.string(),
  personId: z.string(),
  name: z.string(),
  colour: z.string(),
  guest: z.boolean(),
  at: z.number(),
  text: z.string(),
});
export type RoomChatLine = z.infer<typeof RoomChatLine>;

/** Down, "room.reaction". */
export const RoomReaction = z.object({
  document: DocumentId,
  key: z.string(),
  name: z.string(),
  colour: z.string(),
  kind: z.enum(REACTIONS),
  place: PointerPlace.nullable(),
});
export type RoomReaction = z.infer<typeof RoomReaction>;
