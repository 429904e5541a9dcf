import { Tag } from "@readroom/shared/dicom/tags.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Identifier } from "../archive/public.js";
import { answerItem, worklistItem } from "./modality-worklist.js";
import type { ScheduledOrder } from "./store-worklist.js";
import { globs, questionOf } from "./worklist-matching.js";

const ORDER: ScheduledOrder = {
  id: "00000000-0000-4000-8000-0000000000ff",
  patientRow: "p",
  accessionNumber: "A100",
  placerOrderNumber: "PL-1",
  fillerOrderNumber: "a-filler-number-that-is-too-long",
  procedureCode: "CTH",
  procedureCodingSystem: "",
  procedureText: "CT head without contrast",
  modality: "CT",
  priority: "urgent",
  patientLocation: "ED bay 4",
  clinicalQuestion: "Fall.\nHaemorrhage?",
  studyInstanceUid: null,
  referringName: "Raman^Priya",
  patientName: { alphabetic: "Yamada^Tarou", ideographic: "山田^太郎" },
  patientId: "4711",
  issuer: "STM",
  birthDate: "19610509",
  sex: "M",
  date: "20261128",
  time: "190500",
};
const item = worklistItem(ORDER, "CT1");
const key = (tag: string, vr: string, value?: unknown): Identifier => ({
  [tag]: { vr, ...(value === undefined ? {} : { Value: [value] }) },
});
const step = (...keys: Identifier[]): Identifier => ({
  [Tag.ScheduledProcedureStepSequence]: { vr: "SQ", Value: [Object.assign({}, ...keys)] },
});
const matches = (asked: Identifier) => questionOf(asked).matches(item);

describe("the modality worklist's matching", () => {
  it("[OR18] takes names in any script and case, with wildcards; numbers exactly", () => {
    expect(matches(key(Tag.PatientName, "PN", { Alphabetic: "yama*" }))).toBe(true);
    expect(matches(key(Tag.PatientName, "PN", { Alphabetic: "山田*" }))).toBe(true);
    expect(matches(key(Tag.PatientName, "PN", { Alphabetic: "Yamada" }))).toBe(false);
    expect(matches(key(Tag.AccessionNumber, "SH", "A10?"))).toBe(true);
    expect(matches(key(Tag.AccessionNumber, "SH", "a100"))).toBe(false);
    expect(matches(key(Tag.PatientID, "LO", "4711"))).toBe(true);
    expect(matches(key(Tag.PatientID, "LO", "47.1"))).toBe(false);
    expect(matches(key(Tag.PatientID, "LO", "*"))).toBe(true);
    expect(matches(key(Tag.PatientID, "LO"))).toBe(true);
  });

  it("[OR18] looks into the scheduled step: modality, day, time; any station may carry it out", () => {
    expect(matches(step(key(Tag.Modality, "CS", "CT"), key(Tag.ScheduledStationAETitle, "AE", "ANY")))).toBe(true);
    expect(matches(step(key(Tag.Modality, "CS", "MR")))).toBe(false);
    expect(matches(step(key(Tag.ScheduledProcedureStepStartDate, "DA", "20261128")))).toBe(true);
    expect(matches(step(key(Tag.ScheduledProcedureStepStartDate, "DA", "20261127-20261128")))).toBe(true);
    expect(matches(step(key(Tag.ScheduledProcedureStepStartDate, "DA", "20261129-")))).toBe(false);
    expect(matches(step(key(Tag.ScheduledProcedureStepStartTime, "TM", "18-1905")))).toBe(true);
    expect(matches(step(key(Tag.ScheduledProcedureStepStartTime, "TM", "1906-")))).toBe(false);
    expect(matches({ [Tag.ScheduledProcedureStepSequence]: { vr: "SQ", Value: [{}] } })).toBe(true);
    const open = worklistItem({ ...ORDER, modality: "" }, "");
    expect(questionOf(step(key(Tag.Modality, "CS", "MR"))).matches(open)).toBe(true);
    expect(() => matches(step(key(Tag.ScheduledProcedureStepStartDate, "DA", "today")))).toThrow(/range of dates/);
  });

  it("[OR18] two ranges of day and time are one period, over midnight too", () => {
    const period = (days: string, times: string) =>
      matches(
        step(
          key(Tag.ScheduledProcedureStepStartDate, "DA", days),
          key(Tag.ScheduledProcedureStepStartTime, "TM", times),
        ),
      );
    expect(period("20261128-20261129", "1800-0600")).toBe(true);
    expect(period("20261128-20261129", "1910-0600")).toBe(false);
    expect(period("20261127-20261128", "2300-1904")).toBe(false);
    expect(period("20261127-20261128", "2300-1905")).toBe(true);
    expect(period("20261128", "1800-1910")).toBe(true);
  });

  it("[OR18] asks each group of a name apart, and takes letters composed or not", () => {
    const name = (value: unknown) => matches(key(Tag.PatientName, "PN", value));
    expect(name({ Alphabetic: "Yamada*", Ideographic: "山田*" })).toBe(true);
    expect(name({ Alphabetic: "Yamada*", Ideographic: "鈴木*" })).toBe(false);
    expect(globs("nu\u006e\u0303ez", "Nuñez", true)).toBe(true);
  });

  it("[OR18] a wildcard is what a regular expression makes of it, in time", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", ".", "["), maxLength: 8 });
    const pattern = fc.string({ unit: fc.constantFrom("a", "b", ".", "[", "*", "?"), maxLength: 6 });
    fc.assert(
      fc.property(pattern, text, (asked, found) => {
        const escaped = asked.replace(/[.[]/g, "\\$&").replace(/\*/g, ".*").replaceAll("?", ".");
        expect(globs(asked, found, false)).toBe(new RegExp(`^${escaped}$`).test(found));
      }),
    );
    expect(globs(`${"*?".repeat(100)}#`, "x".repeat(10_000), true)).toBe(false);
  });

  it("[OR18] refuses more keys than anybody asks for", () => {
    const many = Object.fromEntries(Array.from({ length: 501 }, (_, n) => [`0011${String(1000 + n)}`, { vr: "LO" }]));
    expect(() => questionOf(many)).toThrow(/keys/);
  });

  it("[OR18] says where a key narrows nothing", () => {
    const odd = questionOf(key("00101000", "LO", "x"));
    expect([odd.matches(item), odd.unknown]).toEqual([true, true]);
    expect(questionOf(key("00101000", "LO")).unknown).toBe(false);
  });
});

describe("the modality worklist's answer", () => {
  it("[OR18] has what was asked for, empty where the hub knows nothing, and nothing else", () => {
    const answer = answerItem(
      { ...key(Tag.PatientName, "PN"), ...key("00101030", "DS"), ...step(key(Tag.Modality, "CS")) },
      item,
    );
    expect(answer).toEqual({
      [Tag.PatientName]: { vr: "PN", Value: [{ Alphabetic: "Yamada^Tarou", Ideographic: "山田^太郎" }] },
      "00101030": { vr: "DS" },
      [Tag.ScheduledProcedureStepSequence]: { vr: "SQ", Value: [{ [Tag.Modality]: { vr: "CS", Value: ["CT"] } }] },
    });
  });

  it("[OR18] gives all of the step for an empty one, ids that fit, and the same Study Instance UID each time", () => {
    const all = answerItem({ [Tag.ScheduledProcedureStepSequence]: { vr: "SQ", Value: [] } }, item);
    expect(all[Tag.ScheduledProcedureStepSequence]?.Value?.[0]).toMatchObject({
      [Tag.ScheduledStationAETitle]: { Value: ["CT1"] },
      [Tag.ScheduledProcedureStepID]: { Value: ["A100"] },
    });
    expect(item[Tag.RequestedProcedurePriority]?.Value).toEqual(["HIGH"]);
    expect(item[Tag.ReasonForTheRequestedProcedure]?.Value).toEqual(["Fall. Haemorrhage?"]);
    expect(item[Tag.StudyInstanceUID]?.Value).toEqual([`2.25.${BigInt("0x00000000000040008000000000000000") + 255n}`]);
  });

  it("[OR18] makes one valid value of what an order says", () => {
    const odd = worklistItem(
      {
        ...ORDER,
        procedureText: `CT head\\neck\nsecond line ${"x".repeat(80)}`,
        accessionNumber: "ACC-2026-11-28-0001-LONG",
        procedureCode: "a-code-that-is-too-long",
        clinicalQuestion: "ü".repeat(40_000),
        modality: "",
      },
      "",
    );
    const description = String(odd[Tag.RequestedProcedureDescription]?.Value?.[0]);
    expect(description.startsWith("CT head neck second line")).toBe(true);
    expect(description).toHaveLength(64);
    expect(odd[Tag.RequestedProcedureID]?.Value).toEqual(["0000000000004000"]);
    expect(odd[Tag.RequestedProcedureCodeSequence]?.Value).toBeUndefined();
    expect(String(odd[Tag.RequestedProcedureComments]?.Value?.[0])).toHaveLength(10_240);
    const answer = answerItem(step(key(Tag.Modality, "CS", "MR")), odd);
    expect(answer[Tag.ScheduledProcedureStepSequence]?.Value?.[0]).toEqual({
      [Tag.Modality]: { vr: "CS", Value: ["MR"] },
    });
  });
});
