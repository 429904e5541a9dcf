import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { readIfThere } from "./steps.mjs";

/**
 * When a process began, as the system tells it: with the number it names one process for good, while the number alone may
 * belong to somebody else after a crash. Undefined where there is no such process.
 */
export function beginningOf(pid) {
  if (process.platform === "linux") {
    // Fields 3 and 22 of /proc/<pid>/stat; the name in field 2 may itself hold blanks and parentheses.
    const stat = readIfThere(`/proc/${pid}/stat`);
    const boot = readIfThere("/proc/sys/kernel/random/boot_id")?.trim();
    const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
    // Killed, and not yet (in a container without an init, never) taken note of by its parent: it holds nothing any more.
    if (!fields || ["Z", "X"].includes(fields[0])) return undefined;
    return `${boot} ${fields[19]}`;
  }
  const asked = spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" });
  return asked.status === 0 ? asked.stdout.trim() : undefined;
}

function parse(text) {
  const [pid, ...beginning] = (text ?? "").trim().split(" ");
  return { pid: Number(pid), beginning: beginning.join(" ") };
}

/**
 * Takes a lock that ends with this process, however it ends: a file naming the process, stale when that process is gone.
 *
 * @param {string} file
 * @returns {{release: () => void} | {holder: number}} the lock, or the number of the living process that has it
 */
export function takeLock(file) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const mine = `${process.pid} ${beginningOf(process.pid)}\n`;
  const unfinished = `${file}.${process.pid}`;
  fs.writeFileSync(unfinished, mine);
  try {
    for (;;) {
      try {
        fs.linkSync(unfinished, file); // with its content in one step, and only where there is none
        return { release: () => readIfThere(file) === mine && fs.rmSync(file, { force: true }) };
      } catch (error) {
        if (error.code !== "EEXIST") throw error;
      }
      const held = readIfThere(file);
      const { pid, beginning } = parse(held);
      if (held !== undefined && beginning !== "" && beginningOf(pid) === beginning) return { holder: pid };
      discard(file, held);
    }
  } finally {
    fs.rmSync(unfinished, { force: true });
  }
}

/** Removes a stale lock, unless somebody else was quicker and the file is by now theirs. */
function discard(file, stale) {
  if (stale === undefined || readIfThere(file) !== stale) return;
  const aside = `${file}.stale.${process.pid}`;
  try {
    fs.renameSync(file, aside);
    if (readIfThere(aside) !== stale) fs.linkSync(aside, file);
  } catch (error) {
    if (error.code !== "ENOENT" && error.code !== "EEXIST") throw error;
  } finally {
    fs.rmSync(aside, { force: true });
  }
}

/** Does something while holding a lock, waiting for whoever has it; `onWait` is told once whom it waits for. */
export async function whileLocked(file, onWait, work) {
  let lock = takeLock(file);
  if (lock.holder) onWait(lock.holder);
  while (lock.holder) {
    await pause(200);
    lock = takeLock(file);
  }
  try {
    return await work();
  } finally {
    lock.release();
  }
}
