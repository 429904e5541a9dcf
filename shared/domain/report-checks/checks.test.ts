import { describe, expect, it } from "vitest";
import { type SignFacts, signChecks } from "./checks.js";

const facts = (change: Partial<SignFacts> & { findings?: string; impression?: string } = {}): SignFacts => ({
  sections: [
    { key: "request", title: "Clinical question", text: "Right knee pain, prostate?", required: false },
    { key: "findings", title: "Findings", text: change.findings ?? "Normal.", required: true },
    { key: "impression", title: "Impression", text: change.impression ?? "Normal.", required: true },
  ],
  emptyFields: [],
  openSuggestions: 0,
  deletedMeasurements: 0,
  criticalOpen: 0,
  criticalRaised: 0,
  imagesArriving: false,
  lateImages: 0,
  matched: true,
  order: { procedure: "", laterality: "" },
  sex: null,
  ...change,
});
const codes = (of: SignFacts) => signChecks(of).map(({ code }) => code);
const knee = { procedure: "MR Knee left", laterality: "" };

describe("[RP12] checks before a signature", () => {
  it("has nothing to say about a plain report", () => expect(signChecks(facts({ order: knee, sex: "F" }))).toEqual([]));

  it("blocks on open suggestions and empty required fields, and shows them first", () => {
    const checks = signChecks(
      facts({
        impression: "",
        openSuggestions: 2,
        emptyFields: [{ section: "findings", key: "le", label: "Embolism" }],
      }),
    );
    expect(checks.map(({ code, blocking }) => [code, blocking])).toEqual([
      ["suggestions", true],
      ["field:findings:le", true],
      ["empty:impression", false],
    ]);
  });

  it.each([
    ["No fracture of the right knee.", "side:impression:right knee"],
    ["Tear of the right medial meniscus.", "side:impression:right medial meniscus"],
    ["Knee, right: effusion.", "side:impression:knee, right"],
    ["Meniskusriss im rechten Kniegelenk.", "side:impression:rechten kniegelenk"],
  ])("finds the wrong side: %s", (impression, code) =>
    expect(codes(facts({ order: knee, impression }))).toEqual([code]),
  );

  it.each([
    "Left knee effusion.",
    "Compared with the right knee, more fluid.",
    "Both knees: right and left menisci intact.",
    "The patient left the department before contrast; right away repeated.",
    "Right ventricle not assessed.",
    "Baker cyst. Contralateral right knee not imaged.",
  ])("is silent: %s", (impression) => expect(codes(facts({ order: knee, impression }))).toEqual([]));

  it("takes the order's side from its code or a lone letter, none from both", () => {
    const impression = "Right knee effusion.";
    expect(codes(facts({ order: { procedure: "MR Knee", laterality: "L" }, impression }))).toHaveLength(1);
    expect(codes(facts({ order: { procedure: "MR Knee L", laterality: "" }, impression }))).toHaveLength(1);
    expect(codes(facts({ order: { procedure: "XR knees both, left and right", laterality: "" }, impression }))).toEqual(
      [],
    );
    expect(codes(facts({ order: { procedure: "CT Head", laterality: "" }, impression }))).toEqual([]);
  });

  it.each([
    ["Left parietal haematoma, 12 mm.", "Right parietal haematoma.", 1],
    ["Small pleural effusion on the right.", "Left pleural effusion.", 1],
    ["No left pneumothorax. Small right effusion.", "Right effusion.", 0],
    ["Left and right effusions.", "Right effusion.", 0],
    ["Left renal stone. Right renal mass.", "Left stone, right mass.", 0],
    ["Left haematoma.", "No right haematoma.", 0],
  ])("compares sides of findings and impression: %s | %s", (findings, impression, count) =>
    expect(codes(facts({ findings, impression })).filter((code) => code.startsWith("swapped"))).toHaveLength(count),
  );

  it.each([
    ["F", "Enlarged prostate.", 1],
    ["F", "65-year-old man with cough.", 1],
    ["F", "Father had prostate cancer.", 0],
    ["M", "The uterus is normal.", 1],
    ["M", "Patientin in gutem Zustand.", 1],
    ["M", "No uterus or ovaries are seen.", 0],
    ["M", "Prostate normal.", 0],
    ["O", "Uterus and prostate.", 0],
  ])("sex %s: %s", (sex, findings, count) =>
    expect(codes(facts({ sex, findings })).filter((code) => code.startsWith("sex"))).toHaveLength(count),
  );

  it.each([
    ["Acute subdural haematoma with midline shift.", true],
    ["Pulmonary embolism.", true],
    ["No acute haemorrhage, midline shift or infarct.", false],
    ["Pulmonary embolism is excluded.", false],
    ["Chronic subdural haematoma, unchanged.", false],
    ["No fracture but a small pneumothorax.", true],
    ["Keine Lungenembolie.", false],
    ["Lungenembolie beidseits.", true],
  ])("asks for a call where one is due: %s", (impression, asks) => {
    expect(codes(facts({ impression })).some((code) => code.startsWith("uncommunicated"))).toBe(asks);
    expect(codes(facts({ impression, criticalRaised: 1 }))).toEqual([]);
  });

  it("tells of images, marks, match and open calls, each with its way out", () => {
    const checks = signChecks(
      facts({ deletedMeasurements: 1, imagesArriving: true, lateImages: 3, matched: false, criticalOpen: 1 }),
    );
    expect(checks.map(({ code, mend }) => [code, mend.kind])).toEqual([
      ["measurement_deleted", "measurements"],
      ["images_arriving", "images"],
      ["late_images:3", "images"],
      ["unmatched", "order"],
      ["critical_open", "critical"],
    ]);
  });

  it("a confirmed code fits the signature and names its words", () => {
    const impression = `Right ${"x".repeat(30)} knee.`;
    for (const code of codes(facts({ order: knee, impression }))) expect(code.length).toBeLessThanOrEqual(60);
  });
});
