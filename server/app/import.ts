import { type Pipeline, sitesWithin } from "../features/ingest/public.js";
import type { Deps } from "../kernel/deps.js";

const EVERY_MS = 1_000;

/** Takes every DICOM file below the folder, DICOMDIR or not, into the first site; a line a second says how far it is, the last one what came of it. */
export async function runImport(
  deps: Deps,
  pipeline: Pipeline,
  folder: string,
  say: (line: string) => void,
): Promise<void> {
  const [site] = await sitesWithin(deps.db, null);
  if (!site)
    return say(
      "import     there is no site yet that the images could belong to: add one with `npm run -s readroom -- site add`",
    );
  const actor = { kind: "system", name: "import" } as const;
  const source = { organisationId: site.organisationId, siteId: site.siteId, actor, label: "import" };
  let said = deps.clock.now();
  const count = await pipeline.importDirectory(source, folder, ({ found, stored }) => {
    if (deps.clock.now() - said < EVERY_MS) return;
    said = deps.clock.now();
    say(`import     ${found} files, ${stored} images taken`);
  });
  const { found, stored, duplicate, conflict, skipped, refused } = count;
  const others = [
    [duplicate, "were here already"],
    [conflict, "differ from what is here and wait in the queue"],
    [skipped, "are no DICOM"],
    [refused, "could not be read and wait in the queue"],
  ] as const;
  const rest = others.filter(([n]) => n > 0).map(([n, what]) => `${n} ${what}`);
  say(`import     done: ${found} files, ${[`${stored} images taken`, ...rest].join(", ")}`);
}
