// `npm run -s readroom -- ...`: the administrator's command line. Standard output belongs to the command, whose answer may be a
// token that a script reads; whatever has to be built first is told on standard error.
import { pathToFileURL } from "node:url";
import { prepare, run } from "./preparation/prepare.mjs";
import { at } from "./preparation/steps.mjs";

const cli = at("server/dist/app/cli.js");

await run(async () => {
  await prepare(process.stderr, ["database client", "server"]);
  process.argv = [process.argv[0], cli, ...process.argv.slice(2)];
  process.setSourceMapsEnabled(true);
  await import(pathToFileURL(cli).href);
});
