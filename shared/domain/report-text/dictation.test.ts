import { describe, expect, it } from "vitest";
import { dictationOf, joined } from "./dictation.js";

const shown = (spoken: string) =>
  dictationOf(spoken).map((piece) => (piece.kind === "words" ? piece.text : `<${piece.command}>`));

describe("[RP17] dictation", () => {
  it.each([
    ["next field", ["<next field>"]],
    ["Next field.", ["<next field>"]],
    ["normal", ["<normal>"]],
    ["Normalbefund", ["<normal>"]],
    ["new paragraph", ["<new paragraph>"]],
    ["scratch that", ["<delete that>"]],
    ["stop dictation", ["<stop>"]],
  ])("command: %s", (spoken, pieces) => expect(shown(spoken)).toEqual(pieces));

  it.each([
    ["the ventricles are normal", ["the ventricles are normal"]],
    ["lungs clear full stop new paragraph no effusion period", ["lungs clear.", "<new paragraph>", "no effusion."]],
    ["brain normal next field normal", ["brain normal", "<next field>", "<normal>"]],
    ["kein erguss punkt neuer absatz herz normal groß punkt", ["kein erguss.", "<new paragraph>", "herz normal groß."]],
    ["nodule comma 4 millimetres open bracket new close bracket", ["nodule, 4 millimetres (new)"]],
    ["thickening of the sigmoid colon full stop", ["thickening of the sigmoid colon."]],
    ["impression colon stable", ["impression: stable"]],
    ["the next fieldwork", ["the next fieldwork"]],
    ["", []],
  ])("words and commands: %s", (spoken, pieces) => expect(shown(spoken)).toEqual(pieces));

  it.each([
    ["", "no bleed.", "No bleed."],
    ["No bleed.", "small effusion", " Small effusion"],
    ["Lungs:", "clear.", " clear."],
    ["Lungs: ", "clear.", "clear."],
    ["small", "effusion", " effusion"],
    ["effusion", ", right", ", right"],
    ["a (", "new", "new"],
    ["x", "clear. no effusion", " clear. No effusion"],
  ])("joins %j and %j", (before, words, after) => expect(joined(before, words)).toBe(after));
});
