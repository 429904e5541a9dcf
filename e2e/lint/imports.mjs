import fs from "node:fs";
import Module, { createRequire, register } from "node:module";
import path from "node:path";

const require = createRequire(import.meta.url);

/**
 * dependency-cruiser reads TypeScript through the compiler's JavaScript interface, which the native compiler (7) no longer has:
 * it would see no TypeScript at all and be content. It is given the last compiler that has one, under whatever name it asks.
 */
function giveCruiserItsCompiler() {
  const compiler = path.dirname(require.resolve("typescript-5/package.json"));
  const resolveAsBefore = Module._resolveFilename;
  Module._resolveFilename = function (request, ...rest) {
    return resolveAsBefore.call(this, request.replace(/^typescript(?=$|\/)/, compiler), ...rest);
  };
  const hook = `export const resolve = (name, context, next) =>
    next(name === "typescript" ? ${JSON.stringify(`file://${compiler}/lib/typescript.js`)} : name, context);`;
  register(`data:text/javascript,${encodeURIComponent(hook)}`);
}

/**
 * Checks the imports below a folder that is laid out like the repository.
 *
 * @param {string} root
 * @param {number} floor number of the product's own modules that must at least be seen: a checker that saw nothing finds nothing
 * @returns {Promise<{modules: number, problems: string[]}>}
 */
export async function checkImports(root, floor) {
  giveCruiserItsCompiler();
  const { cruise } = await import("dependency-cruiser");
  const { forbidden, options } = require("../dependency-rules.cjs");
  const folders = ["shared", "server", "client"].filter((folder) => fs.existsSync(path.join(root, folder)));
  const { output } = await cruise(folders, {
    ...options,
    baseDir: path.resolve(root),
    validate: true,
    ruleSet: { forbidden },
  });
  const own = output.modules.filter(
    ({ source }) => /^(shared|server|client)\/.*\.tsx?$/.test(source) && !/\.d\.ts$/.test(source),
  );
  const problems = output.summary.violations.map(
    ({ rule, from, to, cycle }) => `${rule.name}: ${from} → ${cycle ? cycle.map((step) => step.name).join(" → ") : to}`,
  );
  if (own.length < floor) problems.push(`only ${own.length} modules seen, at least ${floor} expected`);
  return { modules: own.length, problems };
}
