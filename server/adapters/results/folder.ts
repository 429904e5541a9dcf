import { mkdir, open, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { ResultFolder } from "../../features/delivery/ports.js";

/**
 * Results as files under `root/<site>/`: written beside, synced, renamed, directory synced. Whoever fetches from the folder sees a whole
 * file or none, and a file that was reported as put survives a power cut.
 */
export function resultFolder(root: string): ResultFolder {
  return {
    put: async (siteCode, fileName, bytes) => {
      const directory = join(root, safeName(siteCode));
      await mkdir(directory, { recursive: true });
      const partial = join(directory, `.${safeName(fileName)}.partial`);
      try {
        const file = await open(partial, "w", 0o640);
        try {
          await file.writeFile(bytes);
          await file.datasync();
        } finally {
          await file.close();
        }
        await rename(partial, join(directory, safeName(fileName)));
      } catch (error) {
        await rm(partial, { force: true });
        throw error;
      }
      const parent = await open(directory, "r");
      try {
        await parent.sync();
      } finally {
        await parent.close();
      }
    },
  };
}

/** No path of a name: accession numbers and site codes come from outside. */
function safeName(name: string): string {
  return basename(name.replace(/[^A-Za-z0-9._-]+/g, "_")).replace(/^\.+/, "_") || "_";
}
