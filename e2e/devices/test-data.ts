import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Folder of real DICOM test files, or undefined in a clone without it: tests then run on generated files, and say so. */
export function realDicom(): string | undefined {
  const root = process.env.READROOM_TEST_DATA ?? fileURLToPath(new URL("../../../shared/data", import.meta.url));
  const folder = join(root, "dicom");
  if (existsSync(folder)) return folder;
  process.stderr.write("test data: no real DICOM files here, using generated ones\n");
  return undefined;
}
