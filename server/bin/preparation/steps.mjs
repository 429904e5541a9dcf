import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout that these scripts stand in. */
export const root = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");

/** A path inside the checkout. */
export const at = (...parts) => path.join(root, ...parts);

/** What went wrong, in one line for the person at the terminal; anything else that is thrown is a defect and keeps its trace. */
export class Stop extends Error {}

/**
 * Prints one line as a step begins, lines of progress while it lasts, and one with its duration when it ends.
 *
 * @param {NodeJS.WritableStream} stream where the lines go: the terminal, or stderr for commands whose stdout is their answer
 */
export function stepPrinter(stream) {
  const say = (line) => stream.write(`${line}\n`);
  return {
    say,
    /** @template T @param {string} name @param {() => Promise<T> | T} work @returns {Promise<T>} */
    async step(name, work) {
      const began = performance.now();
      say(`  ${name} ...`);
      const result = await work();
      say(`  ${name}: done in ${((performance.now() - began) / 1000).toFixed(1)} s`);
      return result;
    },
  };
}

/** Reads a small file, or undefined where there is none. */
export function readIfThere(file) {
  try {
    return fs.readFileSync(file, "utf8");
  } catch (error) {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  }
}

/** Replaces a file in one step: a kill leaves the old content or the new, never a part. */
export function replaceFile(file, text) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  fs.writeFileSync(unfinished, text);
  fs.renameSync(unfinished, file);
}
