import { createHash } from "node:crypto";
import { inflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { printedText } from "./glyphs.js";
import { type ReportPdfInput, type ReportPdfVersion, renderReportPdf } from "./render.js";

const AT = Date.UTC(2026, 10, 24, 8, 14);
const version = (change: Partial<ReportPdfVersion> = {}): ReportPdfVersion => ({
  version: 1,
  kind: "final",
  sections: [{ title: "Findings", text: "Acute subdural haematoma, 12 mm. Привет Ωμέγα" }],
  communications: [],
  signedByName: "Dr Julia Lindqvist",
  signedAt: AT,
  contentHash: "ab".repeat(32),
  ...change,
});
const input = (change: Partial<ReportPdfInput> = {}): ReportPdfInput => ({
  letterhead: { group: "Nightline Radiology", lines: ["1 Night Street"] },
  hospital: "St Mary",
  site: "St Mary ED",
  timeZone: "America/New_York",
  patient: { name: "Müller^Anna", mrn: "4711", birthDate: "19610509", sex: "F" },
  study: { procedure: "CT Head", modality: "CT", accession: "A100", at: AT },
  referring: "Dr Cuddy",
  clinicalQuestion: "Bleed?",
  versions: [version()],
  ...change,
});

const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");
const pages = (bytes: Uint8Array) => latin1(bytes).match(/\/Type \/Page\b/g)?.length ?? 0;

describe("report PDF", () => {
  test("[DE8] the same version gives the same bytes; another version others", async () => {
    const hash = async (of: ReportPdfInput) =>
      createHash("sha256")
        .update(await renderReportPdf(of))
        .digest("hex");
    const first = await hash(input());
    expect(await hash(input())).toBe(first);
    expect(await hash(input({ versions: [version({ version: 2 })] }))).not.toBe(first);
  });

  test("[DE8] a well-formed PDF with its metadata, that says who signed", async () => {
    const pdf = await renderReportPdf(input());
    const text = latin1(pdf);
    expect(text.slice(0, 5)).toBe("%PDF-");
    expect(text.trimEnd().endsWith("%%EOF")).toBe(true);
    expect(pages(pdf)).toBe(1);
    expect(text).toContain("D:20261124081400Z");
    expect(streams(pdf).length).toBeGreaterThan(0);
  });

  test("[DE8] a long report has pages, an addendum is under its report", async () => {
    const long = version({
      sections: [{ title: "Findings", text: Array(200).fill("A line of findings.").join("\n") }],
    });
    expect(pages(await renderReportPdf(input({ versions: [long] })))).toBeGreaterThan(3);
    const communications = [
      {
        finding: "Subdural",
        category: "red",
        person: "Dr Raman",
        at: AT,
        via: "video",
        readBack: "Subdural left",
        acknowledgedAt: AT,
        acknowledgedBy: "Dr Raman",
      },
    ];
    const added = await renderReportPdf(
      input({
        versions: [version({ communications }), version({ version: 2, kind: "addendum", signedAt: AT + 3_600_000 })],
      }),
    );
    expect(added.length).toBeGreaterThan((await renderReportPdf(input())).length);
  });

  test("[DE8] what the font can't show is marked, never left out", () => {
    expect(printedText("山田 5 mm → 7 mm ≥ ±")).toEqual({ text: "\ufffd\ufffd 5 mm -> 7 mm ≥ ±", missing: 2 });
    expect(printedText("Ünïcödé Ωμέγα Привет — “x” µm 37 °C")).toEqual({
      text: "Ünïcödé Ωμέγα Привет — “x” µm 37 °C",
      missing: 0,
    });
    expect(printedText("e\u0301\u0007").text).toBe("é");
  });
});

/** Content streams that inflate: the body is really there. */
function streams(pdf: Uint8Array): string[] {
  const found: string[] = [];
  const bytes = Buffer.from(pdf);
  for (let at = bytes.indexOf("stream\n"); at !== -1; at = bytes.indexOf("stream\n", at + 7)) {
    const end = bytes.indexOf("\nendstream", at);
    if (end === -1) break;
    if (bytes[at + 7] === 0x78) found.push(inflateSync(bytes.subarray(at + 7, end)).toString("latin1"));
  }
  return found;
}
