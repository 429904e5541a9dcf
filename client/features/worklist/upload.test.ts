import { describe, expect, it } from "vitest";
import { looksLikeDicom, nothingYet, readStowAnswer, sendAll, tally, type UploadProgress } from "./upload";

const dicm = () => {
  const head = new Uint8Array(132);
  head.set([0x44, 0x49, 0x43, 0x4d], 128);
  return head;
};

describe("bringing in a folder", () => {
  it("[UP1] knows DICOM by its prefix or its name, and leaves the rest alone", () => {
    expect(looksLikeDicom("IM0001", dicm())).toBe(true);
    expect(looksLikeDicom("cd/DICOMDIR", dicm())).toBe(false);
    expect(looksLikeDicom("old.dcm", new Uint8Array(132))).toBe(true);
    expect(looksLikeDicom("readme.txt", new Uint8Array(10))).toBe(false);
  });

  it("[UP2] tells of each file what became of it", () => {
    expect(readStowAnswer(200, { "00081199": { Value: [{}] } })).toEqual({ state: "stored", warning: null });
    expect(readStowAnswer(409, { "00081198": { Value: [{ "00081197": { Value: [0xc001] } }] } })).toEqual({
      state: "refused",
      reason: "It could not be understood (0xC001)",
    });
    expect(readStowAnswer(403, { message: "Your role does not allow this." })).toEqual({
      state: "refused",
      reason: "Your role does not allow this.",
    });
    expect(readStowAnswer(503, null).state).toBe("unknown");
  });

  it("[UP3] counts as it goes and ends when every file was tried", async () => {
    const files = Array.from({ length: 9 }, (_, n) => new File(["x"], `IM${n}`));
    const seen: UploadProgress[] = [];
    const end = await sendAll(
      files,
      (progress) => seen.push(progress),
      async (file) =>
        file.name === "IM3"
          ? { state: "refused", reason: "no" }
          : file.name === "IM4"
            ? { state: "skipped" }
            : { state: "stored", warning: null },
    );
    expect(seen.map((p) => p.done)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(end).toMatchObject({
      total: 9,
      stored: 7,
      skipped: 1,
      finished: true,
      failed: [{ name: "IM3", reason: "no" }],
    });
    expect(nothingYet(0).finished).toBe(true);
  });

  it("[UP3] keeps the list of failures short", () => {
    let progress = nothingYet(500);
    for (let n = 0; n < 500; n++) progress = tally(progress, `IM${n}`, { state: "refused", reason: "no" });
    expect(progress.failed).toHaveLength(200);
    expect(progress.done).toBe(500);
  });
});
