// Installs and builds what is out of date and ends: what .ci/run and a container's build call.
//   node server/bin/prepare.mjs [name of a build]...
import { prepare, run } from "./preparation/prepare.mjs";

await run(() => prepare(process.stdout, process.argv.length > 2 ? process.argv.slice(2) : undefined));
