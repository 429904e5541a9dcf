import fc from "fast-check";
import { Message } from "node-hl7-client";
import { describe, expect, test } from "vitest";
import { PlainMessage } from "../../../e2e/devices/hospital.js";
import type { ResultMessage } from "../../features/delivery/ports.js";
import { parseMessage } from "./message.js";
import { renderOru } from "./oru.js";
import { readAcknowledgement } from "./reply.js";
import { bytesOf } from "./test-data.js";

const AT = Date.UTC(2026, 10, 24, 8, 14);

function result(change: Partial<ResultMessage["report"]> = {}, more: Partial<ResultMessage> = {}): ResultMessage {
  return {
    controlId: "RR-1",
    createdAt: AT,
    hl7Version: "2.5.1",
    timeZone: "Europe/Berlin",
    receivingApplication: "RIS",
    receivingFacility: "GENERAL",
    sendingFacility: "HUB",
    processingId: "P",
    patient: {
      mrn: "4711",
      issuer: "GENERAL",
      name: { alphabetic: "Müller^Anna^Maria^Dr", ideographic: "山田^太郎" },
      birthDate: "19610509",
      sex: "F",
    },
    visit: { patientClass: "E", location: "ED 12", referring: "Dr Lisa Cuddy", number: "V1" },
    order: {
      placer: "P100",
      filler: "F100",
      accession: "A100",
      procedureCode: "CTHEAD",
      procedureText: "CT Head",
      procedureCodingSystem: "L",
      modality: "CT",
      reason: "Headache & GCS 14",
    },
    study: { uid: "1.2.3", at: AT - 3_600_000 },
    report: {
      kind: "final",
      version: 1,
      signedAt: AT,
      signer: { id: "u1", name: "Wilson^James^^Dr" },
      sections: [
        { key: "findings", title: "Findings", loinc: "18782-3", text: "Line one\nLine | two" },
        { key: "impression", title: "Impression", loinc: "19005-8", text: "Bleed." },
        { key: "local", title: "Dose", loinc: "", text: "12 mGy" },
      ],
      fields: [],
      communications: [],
      previousSections: [],
      ...change,
    },
    pdf: null,
    ...more,
  };
}

const plain = (message: ResultMessage) => new PlainMessage(new TextDecoder().decode(renderOru(message)));

describe("ORU^R01", () => {
  test("[HL41] every field", () => {
    const oru = plain(result());
    expect(oru.all("MSH")[0]?.slice(3, 13)).toEqual([
      "READROOM",
      "HUB",
      "RIS",
      "GENERAL",
      "20261124091400+0100",
      "",
      "ORU^R01^ORU_R01",
      "RR-1",
      "P",
      "2.5.1",
    ]);
    expect(oru.get("MSH-18")).toBe("UNICODE UTF-8");
    expect(oru.get("PID-3")).toBe("4711^^^GENERAL^MR");
    expect(oru.get("PID-5")).toBe("Müller^Anna^Maria^^Dr^^L^A~山田^太郎^^^^^L^I");
    expect([oru.get("PID-7"), oru.get("PID-8")]).toEqual(["19610509", "F"]);
    expect([oru.get("PV1-2"), oru.get("PV1-3"), oru.get("PV1-8.2"), oru.get("PV1-19")]).toEqual([
      "E",
      "ED 12",
      "Dr Lisa Cuddy",
      "V1",
    ]);
    expect([oru.get("ORC-1"), oru.get("ORC-2"), oru.get("ORC-3"), oru.get("ORC-5")]).toEqual([
      "RE",
      "P100",
      "F100",
      "CM",
    ]);
    expect([2, 3, 4, 7, 18, 22, 24, 25, 31, 32].map((field) => oru.get(`OBR-${field}`))).toEqual(
      [
        "P100",
        "F100",
        "CTHEAD^CT Head^L",
        "20261124081400+0100",
        "A100",
        "20261124091400+0100",
        "CT",
        "F",
        "^Headache \\T\\ GCS 14",
      ].concat("u1&Wilson&James&&&Dr^20261124091400+0100"),
    );
    expect(oru.lines("113014")).toEqual(["1.2.3"]);
    expect(oru.lines("18782-3")).toEqual(["Line one", "Line | two"]);
    expect(oru.lines("19005-8")).toEqual(["Bleed."]);
    expect(oru.lines("local")).toEqual(["12 mGy"]);
    expect(oru.all("OBX").map((obx) => [obx[1], obx[4], obx[11]])).toEqual([
      ["1", "", "F"],
      ["2", "1", "F"],
      ["3", "1", "F"],
      ["4", "2", "F"],
      ["5", "3", "F"],
    ]);
  });

  test("[HL41] status by kind; an addendum comes with the report it adds to", () => {
    expect(plain(result({ kind: "preliminary" })).get("OBR-25")).toBe("P");
    expect(plain(result({ kind: "preliminary" })).get("ORC-5")).toBe("A");
    expect(plain(result({ kind: "corrected" })).get("OBR-25")).toBe("C");
    const addendum = plain(
      result({
        kind: "addendum",
        sections: [{ key: "addendum", title: "Addendum", loinc: "", text: "Also a fracture." }],
        previousSections: [{ key: "impression", title: "Impression", loinc: "19005-8", text: "Bleed." }],
      }),
    );
    expect(addendum.get("OBR-25")).toBe("F");
    expect(addendum.lines("19005-8")).toEqual(["Bleed."]);
    expect(addendum.lines("55107-7")).toEqual(["Also a fracture."]);
  });

  test("[HL44] coded fields of a template are observations of their own, each in its data type", () => {
    const embolism = { system: "RadLex", code: "RID4834", display: "pulmonary embolism" };
    const diameter = { system: "LOINC", code: "80069-0", display: "RV ^ diameter" };
    const side = [{ text: "left & right", code: { system: "SNOMED", code: "51440002", display: "Bilateral" } }];
    const field = { key: "f", label: "Field", code: null };
    const fields: ResultMessage["report"]["fields"] = [
      { ...field, code: embolism, value: { kind: "choices", answers: [...side, { text: "other", code: null }] } },
      { ...field, value: { kind: "choices", answers: side } },
      { ...field, code: diameter, value: { kind: "number", text: "41.5", unit: "mm" } },
      { ...field, code: diameter, value: { kind: "number", text: "about 41", unit: "mm" } },
      { ...field, code: diameter, value: { kind: "date", text: "2026-11-24" } },
      { ...field, code: diameter, value: { kind: "date", text: "November" } },
      { ...field, code: diameter, value: { kind: "text", text: "a|b" } },
    ];
    const observations = (hl7Version: string) =>
      plain(result({ sections: [], fields }, { hl7Version }))
        .all("OBX")
        .slice(1)
        .map((obx) => [obx[2], obx[3], obx[5], obx[6] ?? ""]);
    const ventricle = "80069-0^RV \\S\\ diameter^LN";
    expect(observations("2.5.1")).toEqual([
      ["CWE", "RID4834^pulmonary embolism^RADLEX", "51440002^Bilateral^SCT~^other", ""],
      ["CWE", "f^Field^L", "51440002^Bilateral^SCT", ""],
      ["NM", ventricle, "41.5", "mm"],
      ["ST", ventricle, "about 41", "mm"],
      ["DT", ventricle, "20261124", ""],
      ["ST", ventricle, "November", ""],
      ["ST", ventricle, "a\\F\\b", ""],
    ]);
    expect(observations("2.4")[0]?.[0]).toBe("CE");
  });

  test("[HL41] who was told of a critical finding, when, and what they read back", () => {
    const oru = plain(
      result({
        communications: [
          {
            category: "red",
            finding: "Subdural haematoma",
            person: "Dr Lisa Cuddy",
            at: AT,
            via: "video consult",
            readBack: "Subdural, left",
            acknowledgedAt: AT + 60_000,
          },
        ],
      }),
    );
    expect(oru.lines("73568-8")).toEqual([
      "Subdural haematoma (red)",
      "Communicated to Dr Lisa Cuddy at 2026-11-24 09:14 UTC+01:00 by video consult",
      "Read back: Subdural, left",
      "Acknowledged at 2026-11-24 09:15 UTC+01:00",
    ]);
  });

  test("[HL41] the PDF is in an ED observation, byte for byte", () => {
    const pdf = Uint8Array.from({ length: 3000 }, (_, index) => index % 256);
    const oru = plain(result({}, { pdf }));
    const ed = oru.all("OBX").at(-1) ?? [];
    expect(ed[2]).toBe("ED");
    expect((ed[5] ?? "").split("^").slice(0, 4)).toEqual(["READROOM", "Application", "PDF", "Base64"]);
    expect(new Uint8Array(Buffer.from((ed[5] ?? "").split("^")[4] ?? "", "base64"))).toEqual(pdf);
  });

  test("[HL40] any text comes out unchanged in our reader and, where it decodes all escapes, in another one", () => {
    const anyText = fc.string({ unit: "grapheme", maxLength: 80 });
    fc.assert(
      fc.property(
        anyText,
        anyText,
        fc.constantFrom("2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6"),
        (findings, name, hl7Version) => {
          const raw = renderOru(
            result(
              { sections: [{ key: "findings", title: "Findings", loinc: "18782-3", text: findings }] },
              { hl7Version, order: { ...result().order, procedureText: name } },
            ),
          );
          const parsed = parseMessage(raw);
          if (!parsed.ok) throw new Error(parsed.problem.text);
          const lines = parsed.value.segments
            .filter((s) => s.name === "OBX" && s.text(3) === "18782-3")
            .map((s) => s.text(5));
          expect(lines).toEqual(
            findings
              .replace(/\r\n?/g, "\n")
              .split("\n")
              .map((line) => (line === '""' ? "" : line.trim())),
          );
          expect(parsed.value.first("OBR")?.text(4, 2)).toBe(
            name.replace(/\r\n?/g, "\n") === '""' ? "" : name.replace(/\r\n?/g, "\n").trim(),
          );
        },
      ),
    );
  });

  test("[HL40] delimiters in names, orders and text are read back by another parser", () => {
    const nasty = "a|b^c&d~e\\f";
    fc.assert(
      fc.property(fc.stringMatching(/^[a-zé漢|^&~\\ ]{0,20}$/), (random) => {
        const text = `x${nasty}${random}x`;
        const raw = renderOru(result({ sections: [{ key: "findings", title: "Findings", loinc: "18782-3", text }] }));
        const other = new Message({ text: new TextDecoder().decode(raw).trimEnd() });
        const observations = other.get("OBX").toArray();
        expect(observations[1]?.get(5).toString()).toBe(text);
      }),
      { numRuns: 50 },
    );
  });
});

describe("replies to results", () => {
  test("[HL42] code, control id, condition and words in each version's place", () => {
    const read = (lines: string) => readAcknowledgement(bytesOf(`MSH|^~\\&|A|B|C|D|2026||ACK|1|P|2.5.1\r${lines}`));
    expect(read("MSA|AA|RR-1")).toEqual({
      kind: "acknowledgement",
      code: "AA",
      controlId: "RR-1",
      condition: null,
      text: "",
    });
    expect(read("MSA|AE|RR-1\rERR||PID^1^3|204^Unknown key^HL70357|E||||Patient not known")).toMatchObject({
      code: "AE",
      condition: 204,
      text: "Patient not known",
    });
    expect(read("MSA|AR|RR-1|refused|||207^internal")).toMatchObject({ code: "AR", condition: 207, text: "refused" });
    expect(read("MSA|AE|RR-1\rERR|PID^1^3^101&Missing&HL70357")).toMatchObject({ condition: 101, text: "Missing" });
    expect(read("PID|1").kind).toBe("unreadable");
    expect(readAcknowledgement(bytesOf("HTTP/1.1 200 OK")).kind).toBe("unreadable");
  });
});
