import { statSync } from "node:fs";
import { resolve } from "node:path";
import { ConfigError } from "./config.js";

/** The folder of `--import DIR`, or null. Throws ConfigError where it is missing or no folder. */
export function importFolder(argv: readonly string[]): string | null {
  const at = argv.findIndex((word) => word === "--import" || word.startsWith("--import="));
  if (at < 0) return null;
  const named = argv[at]?.startsWith("--import=") ? argv[at].slice("--import=".length) : argv[at + 1];
  if (!named) throw new ConfigError("--import needs a folder: npm start -- --import DIR");
  const folder = resolve(named);
  const found = statSync(folder, { throwIfNoEntry: false });
  if (!found?.isDirectory()) throw new ConfigError(`--import ${folder}: there is no such folder`);
  return folder;
}
