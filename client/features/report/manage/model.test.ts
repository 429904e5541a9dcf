import { placesIn } from "@readroom/shared/crdt/report-fields.js";
import { describe, expect, it } from "vitest";
import { freshDraft, keyFor, optionsOf, withField, withoutField } from "./model";

describe("[RP13] editing templates", () => {
  it("a field comes with its place in the text, and goes with it", () => {
    const one = withField(withField(freshDraft("own").body, 3, "Größe"), 3, "Größe");
    expect(one.sections[3]?.normalText).toBe(
      "Größe: {{gro-sse}}\nGröße: {{gro-sse-2}}".replaceAll("gro-sse", keyFor("Größe", [])),
    );
    expect(placesIn(one.sections[3]?.normalText ?? "")).toEqual(one.sections[3]?.fields?.map(({ key }) => key));
    const without = withoutField(one, 3, one.sections[3]?.fields?.[0]?.key ?? "");
    expect(placesIn(without.sections[3]?.normalText ?? "")).toHaveLength(1);
  });
  it("a pick list keeps values and codes of the words that stay", () => {
    const code = { system: "RadLex", code: "RID1", display: "" };
    const before = [{ value: "old", text: "none", code }];
    expect(optionsOf("mild\n\nnone\nnone", before)).toEqual([
      { value: "mild", text: "mild", code: null },
      { value: "old", text: "none", code },
      { value: "none", text: "none", code },
    ]);
  });
});
