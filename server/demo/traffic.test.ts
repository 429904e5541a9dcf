import { HOUR } from "@readroom/shared/kernel/instant.js";
import { describe, expect, it } from "vitest";
import { interpret } from "../adapters/hl7/interpret.js";
import { CASES, TOUR_ACCESSION } from "./cases.js";
import { orderMessage } from "./hl7-order.js";
import { localStamp } from "./local-time.js";
import { phantomById } from "./phantoms/public.js";
import { ProgressLine } from "./progress.js";
import { arrivalWeight, nextArrival, simulatedCase } from "./traffic.js";
import { wordsFor } from "./words.js";

const MIDNIGHT_UTC = Date.UTC(2026, 10, 24);

function arrivals(count: number, perHour: number) {
  const found = [nextArrival(1, MIDNIGHT_UTC, perHour)];
  while (found.length < count) found.push(nextArrival(found.length + 1, found.at(-1)!.at, perHour));
  return found;
}

describe("demo traffic", () => {
  it("[DW1] arrives at the mean rate that was asked for, more in the site's evening than in its morning", () => {
    const list = arrivals(2_000, 12);
    const hours = (list.at(-1)!.at - MIDNIGHT_UTC) / HOUR;
    expect(2_000 / hours).toBeGreaterThan(11);
    expect(2_000 / hours).toBeLessThan(13);
    const inHours = (from: number, to: number) =>
      list.filter(({ at, site }) => {
        const zone = site === "NGT" ? "America/Chicago" : "America/New_York";
        const hour = Number(localStamp(at, zone).time.slice(0, 2));
        return hour >= from && hour < to;
      }).length;
    expect(inHours(19, 23)).toBeGreaterThan(1.8 * inHours(8, 12));
  });

  it("[DW1] the curve is the site's own: 19 h in New York is 18 h in Chicago, where the hospital still reads itself", () => {
    const at = Date.UTC(2026, 10, 25, 0);
    expect(arrivalWeight(at, "America/New_York")).toBeGreaterThan(2 * arrivalWeight(at, "America/Chicago"));
  });

  it("[DW2] is the same for the same seed, another for another", () => {
    expect(arrivals(50, 12)).toEqual(arrivals(50, 12));
    expect(simulatedCase(7, "NGT")).toEqual(simulatedCase(7, "NGT"));
    expect(simulatedCase(7, "NGT", 2)).not.toEqual(simulatedCase(7, "NGT"));
  });

  it("[DW3] mixes cases, with few CTs among all that are kept", () => {
    const kept = Array.from({ length: 40 }, (_, i) => simulatedCase(i + 1, i % 3 ? "STM-ED" : "NGT"));
    expect(kept.filter(({ phantom }) => phantom.startsWith("ct-")).length).toBeLessThanOrEqual(4);
    expect(new Set(kept.map(({ phantom }) => phantom)).size).toBeGreaterThanOrEqual(5);
    expect(new Set(kept.map(({ accession }) => accession)).size).toBe(40);
    expect(new Set(kept.map(({ patient }) => patient.mrn)).size).toBe(40);
    for (const one of kept) expect(one.question).not.toBe("");
  });
});

describe("the demo's cases", () => {
  it("[DW4] have their phantom, their own accession, words where they are reported, and one tour that nobody takes", () => {
    expect(new Set(CASES.map(({ accession }) => accession)).size).toBe(CASES.length);
    for (const one of CASES) {
      phantomById(one.phantom);
      if (one.reported || one.forColleagues) expect(wordsFor(one.phantom).impression).not.toBe("");
      if (one.reported) expect(one.minutesAgo).toBeGreaterThan(one.reported.after);
    }
    const tour = CASES.filter(({ accession }) => accession === TOUR_ACCESSION);
    expect(tour).toHaveLength(1);
    expect(tour[0]?.forColleagues).toBeUndefined();
  });

  it("[DW5] are ordered in HL7 that the hub reads back as it was meant", () => {
    for (const one of CASES.filter(({ ordered }) => ordered)) {
      const site = { timeZone: "America/New_York", issuer: "STMARY" };
      const meaning = interpret(orderMessage(one, site, MIDNIGHT_UTC), {
        patientIdIssuer: "STMARY",
        timeZone: "America/New_York",
        accessionFrom: null,
      });
      if (meaning.kind !== "orders") throw new Error(`${one.accession}: ${meaning.kind}`);
      const [family, ideographic, phonetic] = one.patient.name.split("=");
      expect(meaning.patient).toMatchObject({
        mrn: one.patient.mrn,
        issuer: "STMARY",
        birthDate: one.patient.birthDate,
        sex: one.patient.sex,
      });
      expect(meaning.patient.name).toEqual({
        alphabetic: family,
        ...(ideographic ? { ideographic } : {}),
        ...(phonetic ? { phonetic } : {}),
      });
      expect(meaning.groups[0]?.content).toMatchObject({
        accessionNumber: one.accession,
        modality: phantomById(one.phantom).modality,
        procedureText: one.procedure.text,
        clinicalQuestion: one.question,
        patientClass: one.patientClass,
        patientLocation: one.location,
        priority: { S: "stat", A: "urgent", R: "routine" }[one.priority],
        referringName: `Dr ${one.referring.given} ${one.referring.family}`,
        referringNumber: one.referring.number,
        referringPhone: one.referring.phone,
        orderedAt: MIDNIGHT_UTC,
      });
    }
  });
});

describe("the progress line", () => {
  it("[DW6] is rewritten in place on a terminal and written now and then elsewhere", () => {
    let now = 0;
    const written = (isTTY: boolean) => {
      const out: string[] = [];
      const line = new ProgressLine({ isTTY, write: (text) => out.push(text) }, () => now);
      for (let done = 1; done <= 100; done += 1) {
        now += 100;
        line.show(`${done} of 100`, done === 100);
      }
      return out;
    };
    expect(written(true)[0]).toBe("\r\u001b[2K1 of 100");
    expect(written(true).at(-1)).toBe("\r\u001b[2K100 of 100\n");
    expect(written(false)).toEqual(["1 of 100\n", "51 of 100\n", "100 of 100\n"]);
  });
});
