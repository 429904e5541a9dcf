import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
/** Folder of real test files of a kind (READROOM_TEST_DATA, else beside the repository), or undefined in a clone without it. */
export function realData(kind) {
  const root = process.env.READROOM_TEST_DATA ?? fileURLToPath(new URL("../../../shared/data", import.meta.url));
  const folder = join(root, kind);
  return existsSync(folder) ? folder : undefined;
}
/** Folder of real DICOM test files; where there is none, tests run on generated files, and say so. */
export function realDicom() {
  const folder = realData("dicom");
  if (!folder) process.stderr.write("test data: no real DICOM files here, using generated ones\n");
  return folder;
}
//# sourceMappingURL=test-data.js.map
