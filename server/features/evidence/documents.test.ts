import { describe, expect, it } from "vitest";
import { encodeIdentifier } from "../archive/public.js";
import { evidenceOf } from "./assemble.js";
import { dataset, decimal, textFor } from "./dataset.js";
import type { EvidenceInput } from "./facts.js";
import { momentOf, personName } from "./modules.js";
import { dcmtk, input, mark, STUDY, signed } from "./testing/signed.js";
import { ALL, CONTENT, first, type Item, items, LENGTH, measurementsOf, nameOf, ofKind } from "./testing/tree.js";
import { instanceUid, seriesUid, trackingUid } from "./uids.js";

describe("documents", () => {
  it("[EV6] every type 1 attribute is there; preliminary is whole and not verified", () => {
    const final = ofKind(input(signed({ marks: ALL })), "text")[0] as Item;
    expect([first(final, "0040A491"), first(final, "0040A493"), first(final, "0040A496")]).toEqual([
      ...["COMPLETE", "VERIFIED", "FINAL"],
    ]);
    const verifier = items(final, "0040A073")[0];
    expect([first(verifier, "0040A075"), first(verifier, "0040A027"), first(verifier, "0040A030")]).toEqual([
      ...["Lindqvist^Julia^^Dr", "Nordlicht Radiology", "20261124100000+0100"],
    ]);
    const preliminary = ofKind(input(signed({ kind: "preliminary" })), "text")[0] as Item;
    expect([first(preliminary, "0040A491"), first(preliminary, "0040A493"), preliminary["0040A073"]]).toEqual([
      ...["COMPLETE", "UNVERIFIED", undefined],
    ]);
    const one = ["00080005", "00080016", "00080018", "00080060", "0020000D", "0020000E", "00200011", "00200013"];
    const sr = [...one, "00080023", "00080033", "0040A040", "0040A043", "0040A050", "0040A370", "0040A375"];
    const pr = [...one, "00700080", "00700082", "00700083", "00081115", "0070005A", "00700060", "00700001", "20500020"];
    const two = [
      "00080020",
      "00080030",
      "00080050",
      "00080070",
      "00080090",
      "00100010",
      "00100020",
      "00100030",
      "00100040",
      "00200010",
    ];
    for (const { kind, dataset: made } of evidenceOf(input(signed({ marks: ALL }))).objects) {
      for (const tag of kind === "presentation" ? pr : sr)
        expect([tag, first(made as Item, tag)]).not.toContain(undefined);
      for (const tag of two) expect(made).toHaveProperty(tag);
    }
    const bare = input(signed({ marks: ALL }), { study: { studyInstanceUid: STUDY, metadata: {} } });
    for (const tag of two) expect(measurementsOf(bare)).toHaveProperty(tag);
  });

  it("[EV6] an addendum stands behind what it adds to, which is its predecessor where it is stored", () => {
    const base = signed();
    const addendum = signed({
      ...{ id: "second", version: 2, kind: "addendum" },
      sections: [{ key: "addendum", title: "Addendum", loinc: "55107-7", text: "Seen with the ward." }],
    });
    const uid = instanceUid(base.id, "text", STUDY);
    const given = input(addendum, { before: [base], stored: new Set([uid]) });
    const text = ofKind(given, "text")[0] as Item;
    expect(
      items(text, CONTENT).flatMap((item) => (first(item, "0040A040") === "CONTAINER" ? [nameOf(item)] : [])),
    ).toEqual([...["Findings", "Impression", "Addendum"]]);
    const [predecessor] = items(items(text, "0040A360")[0], "00081115");
    expect(first(items(predecessor, "00081199")[0], "00081155")).toBe(uid);
    expect(first(predecessor, "0020000E")).toBe(seriesUid(given.reportId, "text", STUDY));
    expect(ofKind({ ...given, stored: new Set() }, "text")[0]).not.toHaveProperty("0040A360");
  });

  it("[EV7] the same version makes the same bytes; another one other UIDs", () => {
    const bytes = (given: EvidenceInput) => evidenceOf(given).objects.map((one) => encodeIdentifier(one.dataset, true));
    const version = signed({ marks: ALL });
    expect(bytes(input(version))).toEqual(bytes(input(structuredClone(version))));
    const uids = ["text", "measurements", "presentation"] as const;
    const all = [version.id, "another"].flatMap((id) => uids.map((kind) => instanceUid(id, kind, STUDY)));
    expect(new Set([...all, trackingUid("s", "m"), trackingUid("s", "n")]).size).toBe(8);
    for (const uid of all) expect(uid).toMatch(/^2\.25\.[1-9]\d{30,38}$/);
  });

  it("[EV9] a mark whose image is gone leaves the others and the report as they are", () => {
    const lost = mark("lost", "probe", [[0, 30, 2]], { sopInstanceUid: "1.9.9" });
    const { objects, leftOut } = evidenceOf(input(signed({ marks: [lost, LENGTH] })));
    expect(objects.map(({ kind }) => kind)).toEqual(["text", "measurements", "presentation"]);
    expect(leftOut.map(({ markId, from, why }) => [markId, from, why])).toEqual([
      ["lost", "measurements", "its image is gone"],
      ["lost", "presentation", "its image is gone"],
    ]);
    expect(evidenceOf(input(signed({ marks: [lost] }))).objects.map(({ kind }) => kind)).toEqual(["text"]);
  });

  it("[EV10] words of people break nothing: separators, control characters, length, other scripts, no name at all", () => {
    expect(personName("Müller^=\\Anna")).toBe("Anna^Müller");
    expect(personName("  ")).toBe("Unknown");
    expect(textFor("LO", `a\\b\n\u0007c${"é".repeat(80)}`)).toBe(`a/b c${"é".repeat(59)}`);
    expect(textFor("UT", "one\ntwo\r\nthree\\four\u0000")).toBe("one\r\ntwo\r\nthree\\four ");
    expect(["0.1", 1 / 3, -123456.78901234567, 1e-9, 12].map(decimal)).toEqual([
      ...["0.1", "0.33333333333333", "-123456.78901235", "1e-9", "12"],
    ]);
    expect(() => dataset({ PatientNam: "x" })).toThrow("PatientNam");
    const wild = "Ünï\\code^=\n山田 \u0001".repeat(30);
    const marks = ALL.map((one) => ({
      ...one,
      text: wild.slice(0, 500),
      author: { id: "x", name: wild.slice(0, 200) },
    }));
    const sections = [{ key: "a-very-long-key-of-a-section", title: wild, loinc: "", text: wild }];
    const version = signed({ marks, sections, signedByName: wild, organisation: wild, authors: [wild, ""] });
    for (const { kind, dataset: made } of evidenceOf(input(version)).objects) {
      const output = kind === "presentation" ? dcmtk("dcmdump", ["-f"], made) : dcmtk("dsrdump", ["-f"], made);
      expect(output.split("\n").filter((line) => /^[WEF]: /.test(line) && !/VR checker/.test(line))).toEqual([]);
    }
  });

  it("times are the site's wall clock, or that of the images' own offset from UTC", () => {
    const at = Date.UTC(2026, 0, 1, 3, 30, 5, 900);
    expect(momentOf(at, "America/New_York").dateTime).toBe("20251231223005-0500");
    expect(momentOf(at, "Asia/Kolkata")).toEqual({ date: "20260101", time: "090005", dateTime: "20260101090005+0530" });
    const metadata = { "00080201": { vr: "SH", Value: ["-0230"] } };
    expect(momentOf(at, "Asia/Kolkata", { studyInstanceUid: STUDY, metadata }).dateTime).toBe("20260101010005-0230");
  });

  it("[EV10] null is an empty attribute, undefined none", () => {
    expect(dataset({ PatientName: null, PatientID: undefined, SeriesNumber: 9001 })).toEqual({
      "00100010": { vr: "PN" },
      "00200011": { vr: "IS", Value: [9001] },
    });
  });
});
