import { Tag } from "@readroom/shared/dicom/tags.js";
import { describe, expect, it } from "vitest";
import type { Identifier } from "../archive/public.js";
import { answerItem, matchItem, studyUidOf, worklistItem } from "./modality-worklist.js";
import type { ScheduledOrder } from "./store-worklist.js";

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
const matches = (asked: Identifier) => matchItem(asked, item).matches;

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
    expect(matchItem(step(key(Tag.Modality, "CS", "MR")), open).matches).toBe(true);
    expect(() => matches(step(key(Tag.ScheduledProcedureStepStartDate, "DA", "today")))).toThrow(/range of dates/);
  });

  it("[OR18] says where a key narrows nothing", () => {
    expect(matchItem(key("00101000", "LO", "x"), item)).toEqual({ matches: true, unknown: true });
    expect(matchItem(key("00101000", "LO"), item)).toEqual({ matches: true, unknown: false });
  });
});

describe("the modality worklist's answer", () => {
  it("[OR18] has what was asked for, empty where the hub knows nothing, and nothing else", () => {
    const answer = answerItem(
      { ...key(Tag.PatientName, "PN"), ...key("00101030", "DS"), ...step(key(Tag.Modality, "CS")) },
      item,
    );
    expect(answer).toEqual({
      [Tag.SpecificCharacterSet]: { vr: "CS", Value: ["ISO_IR 192"] },
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
    expect(studyUidOf(ORDER.id)).toBe(`2.25.${BigInt("0x00000000000040008000000000000000") + 255n}`);
  });
});
