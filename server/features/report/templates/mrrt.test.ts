import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { TemplateBody } from "@readroom/shared/contract/http/report-templates.js";
import { placesIn } from "@readroom/shared/crdt/report-fields.js";
import { describe, expect, it } from "vitest";
import { readMrrt } from "./mrrt.js";

const root = join(process.env.READROOM_TEST_DATA ?? "", "templates");
const files = existsSync(root)
  ? readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith("template.html"))
  : [];
const read = (part: string) =>
  readMrrt(readFileSync(join(root, files.find((name) => name.includes(part)) ?? ""), "utf8"));

describe.skipIf(files.length === 0)("[RP13] MRRT templates of a hospital", () => {
  it.each(files)("%s is read whole: every field has its place, every condition its field", (file) => {
    const template = readMrrt(readFileSync(join(root, file), "utf8"));
    const body = { ...template, owner: "group", procedures: [] };
    expect(TemplateBody.safeParse(body).error?.issues ?? []).toEqual([]);
    const fields = template.sections.flatMap((section) => section.fields ?? []);
    expect(fields.length).toBeGreaterThan(15);
    for (const section of template.sections)
      expect(placesIn(section.normalText)).toEqual((section.fields ?? []).map(({ key }) => key));
    for (const field of fields) {
      if (field.kind === "choice" || field.kind === "choices")
        expect(field.options.length, field.label).toBeGreaterThan(0);
      if (field.showIf) expect(fields.map(({ key }) => key)).toContain(field.showIf.field);
    }
    expect(template.name).not.toBe("Imported template");
    expect(template.modality).toMatch(/^(CT|CR|DX)$/);
    expect(template.sections.at(-1)?.key).toBe("impression");
  });

  it("keeps labels, units, codes, pick lists, groups of boxes", () => {
    const { sections, notes, source } = read("lungenembolie");
    const fields = sections.flatMap((section) => section.fields ?? []);
    const field = (key: string) => fields.find((one) => one.key === key);
    expect(source).toBe("HJK-MRRT-CT-LUNGENEMBOLIE-v1.1");
    expect(field("rv-dia")).toMatchObject({ kind: "number", unit: "mm", code: { system: "RadLex", code: "RID1389" } });
    expect(field("ddimer")).toMatchObject({ unit: "mg/l FEU", code: { system: "LOINC", code: "48065-7" } });
    expect(field("le-nachweis")).toMatchObject({
      kind: "choice",
      options: [
        { value: "ja", text: "Ja – LE nachweisbar", code: { code: "RID4834" } },
        { value: "nein", text: "Nein – keine LE" },
        { value: "fraglich", text: "Fraglich" },
      ],
    });
    expect(field("rhb-qual")?.options[0]?.text).toBe("keine Rechtsherzbelastungszeichen");
    expect(field("lok-zentral")).toMatchObject({ kind: "choices" });
    expect(field("lok-zentral")?.options.map(({ text }) => text)).toEqual([
      "Zentral",
      "Lobär",
      "Segmental",
      "Subsegmental",
    ]);
    expect(notes.join(" ")).not.toContain("Not understood");
    expect(sections.at(-1)).toMatchObject({ key: "impression", title: "Beurteilung", required: true, normalText: "" });
  });

  it("keeps conditional parts, and tells what it leaves out", () => {
    const { sections, notes } = read("schaedel-nativ");
    const shown = sections.flatMap((section) => section.fields ?? []).filter((field) => field.showIf);
    expect(shown.map(({ key, showIf }) => [key, showIf])).toEqual([["vgl-dat", { field: "vgl", is: ["yes"] }]]);
    expect(notes.find((note) => note.startsWith("Filled from the order"))).toContain("Zugangsnummer");
    expect(read("knie-praetep").notes.some((note) => note.includes("program that the hub does not have"))).toBe(true);
  });
});

describe("[RP13] MRRT in general", () => {
  it("reads the profile's own sections, runs nothing, and says what it did not understand", () => {
    const template = readMrrt(`<html><head><title>Chest</title><script>alert(1)</script></head><body>
      <section data-section-name="Findings"><p><label for="a">Lungs</label><input type="color" id="a"></p>
      <label for="b">Size (cm)</label><input id="b" type="number"></section></body></html>`);
    expect(template.sections.map(({ key }) => key)).toEqual(["findings", "impression"]);
    expect(template.sections[0]?.normalText).toBe("Size: {{b}}");
    expect(template.notes).toContain("Not understood: Lungs.");
  });

  it("says so where there is nothing to read", () => expect(readMrrt("<p>hello").notes[0]).toMatch(/no fields/));
});
