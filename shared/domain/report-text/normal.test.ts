import { describe, expect, it } from "vitest";
import { normalLines } from "./normal.js";

describe("[RP14] normal text", () => {
  const normal = "Brain: no focal abnormality.\nBones: intact.\nNo acute abnormality.";
  it("goes behind headings that are still empty, else to the end", () => {
    expect(normalLines(["Brain:", "Bones: "], normal)).toEqual([
      { line: 0, text: "no focal abnormality." },
      { line: 1, text: "intact." },
      { line: null, text: "No acute abnormality." },
    ]);
  });
  it("never contradicts or repeats what is written", () => {
    expect(normalLines(["Brain: haematoma.", "No acute abnormality."], normal)).toEqual([
      { line: null, text: "Bones: intact." },
    ]);
    expect(normalLines(["Brain: no focal abnormality.", "Bones: intact.", "No acute abnormality."], normal)).toEqual(
      [],
    );
  });
});
