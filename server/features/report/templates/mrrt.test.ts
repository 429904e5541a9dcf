import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { TemplateBody } from "@readroom/shared/contract/http/report-templates.js";
import { placesIn } from "@readroom/shared/crdt/report-fields.js";
import { describe, expect, it } from "vitest";
import { realData } from "../../../../e2e/devices/test-data.js";
import { readMrrt } from "./mrrt.js";

const root = realData("templates") ?? "";
const files = root
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

  it("reads a published template: text areas that are the section, inner sections, units, ranges, codes and terms beside the form", () => {
    const template = readMrrt(`<html><head><title>Heart</title><meta name="dcterms.title" content="Heart MRI">
      <script type="text/xml"><!-- <template_attributes>
        <term type="modality"><code meaning="magnetic resonance imaging" value="RID10312" scheme="RadLex"></term>
        <term type="body part"><code meaning="heart" value="RID1385" scheme="RadLex"></term>
        <coded_content><entry ORIGTXT="e1"><term><code meaning="size" value="RID1" scheme="RadLex"></term>
          <term><code meaning="Diameter" value="8821-1" scheme="LOINC"></term></entry>
          <entry ORIGTXT="o1"><term><code meaning="normal" value="RID13173" scheme="RadLex"></term></entry></coded_content>
      </template_attributes> --></script></head><body>
      <section data-section-name="Procedure"><header class="level1">Heart MRI</header>
        <p><textarea id="p" name="Procedure"> </textarea></p></section>
      <section data-section-name="Comparison"><header class="level1">Comparison</header>
        <p><textarea id="c" name="Comparison">None. </textarea></p></section>
      <section data-section-name="Findings"><header class="level1">Findings</header>
        <section data-section-name="Wall"><header class="level2">Wall</header>
          <p>0 = normal, {{1}} = not</p>
          <section data-section-name="Base"><header class="level3">Base</header>
            <p><label for="e1">Diameter:</label><input type="number" id="e1" data-field-units="mm" min="">
              <label for="e1"> mm (normal: 36-56 mm)</label></p></section>
          <section data-section-name="Apex"><header class="level3">Apex</header>
            <p><label for="e2">Diameter:</label><input type="number" id="e2"><label for="e2"> mL/m2</label></p></section>
        <section data-section-name="Valves"><header class="level2">Valves</header>
          <p><input type="text" id="v1" name="Aortic valve" value="Normal."></p>
          <p><label for="s">Function</label><select id="s"><option id="o1" selected="selected">Normal</option></select></p>
        </section></section>
      </section>
      <section data-section-name="Impression"><header class="level1">Impression</header>
        <p><textarea id="i" name="Impression">Normal study.</textarea></p></section></body></html>`);
    expect(template).toMatchObject({ name: "Heart MRI", modality: "MR", bodyPart: "HEART", notes: [] });
    expect(template.sections.map(({ key, title, loinc, normalText }) => [key, title, loinc, normalText])).toEqual([
      ["technique", "Procedure", "55111-9", ""],
      ["comparison", "Comparison", "18834-2", "None."],
      [
        "findings",
        "Findings",
        "59776-5",
        [
          "0 = normal, { {1}} = not",
          "Wall – Base – Diameter: {{e1}} (normal: 36-56 mm)",
          "Wall – Apex – Diameter: {{e2}}",
          "Valves – Aortic valve: {{v1}}",
          "Valves – Function: {{s}}",
        ].join("\n"),
      ],
      ["impression", "Impression", "19005-8", "Normal study."],
    ]);
    const fields = template.sections[2]?.fields ?? [];
    expect(fields.map(({ unit, normal }) => [unit, normal])).toEqual([
      ["mm", ""],
      ["mL/m2", ""],
      ["", "Normal."],
      ["", "normal"],
    ]);
    expect(fields[0]?.code).toEqual({ system: "LOINC", code: "8821-1", display: "Diameter" });
    expect(fields[3]?.options[0]?.code?.code).toBe("RID13173");
  });

  it("says so where there is nothing to read", () => expect(readMrrt("<p>hello").notes[0]).toMatch(/no fields/));
});
