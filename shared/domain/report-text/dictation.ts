/** What a dictation says to the editor instead of to the reader. */
export const COMMANDS = ["next field", "new paragraph", "normal", "delete that", "stop"] as const;
export type DictationCommand = (typeof COMMANDS)[number];

export type DictationPiece =
  | { readonly kind: "words"; readonly text: string }
  | { readonly kind: "command"; readonly command: DictationCommand };

/** How each command may be spoken; longer ones first, so that "normal findings" is not "normal" and a word. */
const SPOKEN: readonly (readonly [RegExp, DictationCommand])[] = [
  [/^(?:next field|next section|nächstes feld|nächster abschnitt)$/iu, "next field"],
  [/^(?:new paragraph|new line|neuer absatz|neue zeile)$/iu, "new paragraph"],
  [/^(?:normal|normal findings|normalbefund)$/iu, "normal"],
  [/^(?:delete that|scratch that|undo that|das löschen)$/iu, "delete that"],
  [/^(?:stop dictation|diktat beenden)$/iu, "stop"],
];
/** Commands that are never part of a sentence are understood in the middle of one too; "normal" only as a phrase of its own. */
const WITHIN =
  /\b(next field|next section|nächstes feld|nächster abschnitt|new paragraph|new line|neuer absatz|neue zeile|delete that|scratch that|das löschen|stop dictation|diktat beenden)(?![\p{L}])/giu;

const MARKS: readonly (readonly [RegExp, string])[] = [
  [/\s*\b(?:full stop|period|punkt)(?![\p{L}])/giu, "."],
  [/\s*\b(?:comma|komma)(?![\p{L}])/giu, ","],
  [/\s*\b(?:semicolon|strichpunkt)(?![\p{L}])/giu, ";"],
  [/\s*\b(?:colon|doppelpunkt)(?![\p{L}])/giu, ":"],
  [/\s*\b(?:question mark|fragezeichen)(?![\p{L}])/giu, "?"],
  [/\s*\b(?:open (?:bracket|parenthesis)|klammer auf)\s*/giu, " ("],
  [/\s*\b(?:close (?:bracket|parenthesis)|klammer zu)(?![\p{L}])/giu, ")"],
];
/** Words of anatomy that are spoken like a punctuation mark: the sigmoid colon, a period of time. */
const NO_MARK =
  /\b(?:sigmoid|ascending|descending|transverse|the|of|left|right|proximal|distal|time|a)\s+(?:colon|period)\b/giu;

/** A recognised phrase as words and commands. Spoken punctuation becomes signs, "the sigmoid colon" stays words. */
export function dictationOf(transcript: string): DictationPiece[] {
  const phrase = transcript.trim().replace(/\s+/g, " ");
  const whole = commandOf(phrase.replace(/[.!?]$/, ""));
  if (whole) return [{ kind: "command", command: whole }];
  const pieces: DictationPiece[] = [];
  let at = 0;
  const words = (text: string): void => {
    const punctuated = punctuate(text.trim());
    // A recogniser may set a full stop of its own between two commands.
    if (/[\p{L}\p{N}]/u.test(punctuated) || /^[.,;:?)]+$/.test(text.trim()) === false) {
      const inner = commandOf(punctuated.replace(/[.!?,]$/, ""));
      if (inner) pieces.push({ kind: "command", command: inner });
      else if (punctuated) pieces.push({ kind: "words", text: punctuated });
    }
  };
  for (const match of phrase.matchAll(WITHIN)) {
    words(phrase.slice(at, match.index));
    const command = commandOf(match[0]);
    if (command) pieces.push({ kind: "command", command });
    at = match.index + match[0].length;
  }
  words(phrase.slice(at));
  return pieces;
}

const commandOf = (phrase: string): DictationCommand | null =>
  SPOKEN.find(([words]) => words.test(phrase.trim()))?.[1] ?? null;

function punctuate(text: string): string {
  const kept: string[] = [];
  let out = text.replace(NO_MARK, (words) => `\ue000${kept.push(words) - 1}\ue000`);
  for (const [spoken, sign] of MARKS) out = out.replace(spoken, sign);
  return out.replace(/\ue000(\d+)\ue000/g, (_, n: string) => kept[Number(n)] ?? "").trim();
}

/** The words as they go behind what stands before the caret: a space where one belongs, a capital where a sentence begins. */
export function joined(before: string, words: string): string {
  const opens = /(^|[.!?:]\s*|\n)$/.test(
    before.trimEnd() === ""
      ? ""
      : before
          .trimEnd()
          .slice(-1)
          .replace(/[^.!?:]/, "x"),
  );
  const text = opens && !/:\s*$/.test(before) ? words.charAt(0).toUpperCase() + words.slice(1) : words;
  const glue = before === "" || /[\s(]$/.test(before) || /^[.,;:?)]/.test(text) ? "" : " ";
  return glue + text.replace(/([.!?]\s+)(\p{Ll})/gu, (_, stop: string, letter: string) => stop + letter.toUpperCase());
}
