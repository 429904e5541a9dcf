// `npm run generate`: the typed database client from server/prisma/schema.prisma, without a download.
import { generate } from "./preparation/build.mjs";
import { run } from "./preparation/prepare.mjs";
import { stepPrinter } from "./preparation/steps.mjs";

await run(() => stepPrinter(process.stdout).step("generating the database client", generate));
