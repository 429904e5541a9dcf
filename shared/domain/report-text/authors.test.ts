import { expect, it } from "vitest";
import { wordsBy } from "./authors.js";

it("[RP18] tells whose words a text is made of, and how they got there", () => {
  const words = (personId: string, length: number, how?: "dictation" | "field") => ({
    personId,
    name: personId,
    length,
    how,
  });
  expect(wordsBy([words("Template", 10), words("A", 30), words("A", 20, "dictation"), words("B", 40)])).toEqual([
    "A 50 % (20 % dictated)",
    "B 40 %",
    "Template 10 %",
  ]);
  expect(wordsBy([])).toEqual([]);
});
