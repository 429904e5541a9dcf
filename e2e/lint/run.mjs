// Checks imports against e2e/dependency-rules.cjs; exit status 1 where one breaks a rule.
//   node e2e/lint/run.mjs [folder laid out like the repository] [number of modules that must at least be seen]
import { fileURLToPath } from "node:url";
import { checkImports } from "./imports.mjs";

const [folder = fileURLToPath(new URL("../..", import.meta.url)), floor = "150"] = process.argv.slice(2);
const { modules, problems } = await checkImports(folder, Number(floor));
process.stdout.write(problems.map((problem) => `${problem}\n`).join(""));
process.stdout.write(`${modules} modules, ${problems.length} imports against the rules\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
