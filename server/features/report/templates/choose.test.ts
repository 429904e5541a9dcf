import { describe, expect, it } from "vitest";
import { choose } from "./choose.js";
import { SEED_TEMPLATES } from "./seed.js";

const pick = (modalities: string[], bodyPart: string, description = "") =>
  choose(SEED_TEMPLATES, { modalities, bodyPart, description })?.name;

describe("templates", () => {
  it("[RP1] the one of the modality and the body part, by the images' or the order's word; a general one for the rest", () => {
    expect(pick(["CT"], "HEAD")).toBe("CT head");
    expect(pick(["CT", "SR"], "", "CT Brain without contrast")).toBe("CT head");
    expect(pick(["CT"], "CHEST")).toBe("CT pulmonary angiogram");
    expect(pick(["DX"], "CHEST")).toBe("Chest radiograph (digital)");
    expect(pick(["MR"], "KNEE")).toBe("MR knee");
    expect(pick(["NM"], "THYROID")).toBe("General report");
  });

  it("[RP1] no template holds a finding that nobody made", () => {
    for (const template of SEED_TEMPLATES) {
      const impression = template.sections.find((section) => section.key === "impression");
      expect(impression?.normalText).toBe("");
      for (const section of template.sections) expect(section.normalText).not.toMatch(/normal|no acute|unremarkable/i);
    }
  });

  it("[RP13] the default for a procedure goes first, and a person's own before the group's", () => {
    const study = {
      modalities: ["CT"],
      bodyPart: "",
      description: "",
      procedureCode: "CTHEAD",
      procedureText: "CT Head without contrast",
    };
    const template = (name: string, more: object = {}) => ({
      name,
      modality: "",
      bodyPart: "",
      owner: "group" as const,
      ...more,
    });
    expect(choose(SEED_TEMPLATES, study)?.name).toBe("CT head");
    const own = template("own", { modality: "CT", bodyPart: "HEAD", owner: "own" });
    expect(choose([...SEED_TEMPLATES, own], study)?.name).toBe("own");
    const stroke = template("stroke", { procedures: ["cthead"] });
    expect(choose([...SEED_TEMPLATES, own, stroke], study)?.name).toBe("stroke");
    expect(choose([own, template("by words", { procedures: ["without contrast"] })], study)?.name).toBe("by words");
    expect(choose([own, template("other", { procedures: ["MRKNEE"] })], study)?.name).toBe("own");
  });
});
