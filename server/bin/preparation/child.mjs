import { spawn } from "node:child_process";
import fs from "node:fs";
import { createInterface } from "node:readline";
import { beginningOf } from "./lock.mjs";
import { at, readIfThere, replaceFile } from "./steps.mjs";

const record = at(".cache/prepare.child");

function endGroup(pid) {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

/**
 * Runs a program to its end and returns its status and the end of what it said. It never outlives this process for long: it
 * goes down with an interrupt here, and after a kill -9 the next start ends it first, since it would write where that one writes.
 *
 * @param {(text: string) => boolean} [hear] told every line that it says, and answers whether the line is worth keeping
 * @returns {Promise<{code: number | null, said: string}>}
 */
export function runOwned(command, args, options, hear = () => true) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"], detached: true });
    const interrupted = (signal) => {
      if (child.pid) endGroup(child.pid);
      process.exit(signal === "SIGINT" ? 130 : 143);
    };
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
    for (const signal of signals) process.once(signal, interrupted);
    if (child.pid) replaceFile(record, `${child.pid} ${beginningOf(child.pid)}`);
    let said = "";
    for (const input of [child.stdout, child.stderr])
      createInterface({ input }).on("line", (line) => {
        if (hear(line)) said = `${said}${line}\n`.slice(-8000);
      });
    child.once("error", reject);
    child.once("close", (code) => {
      for (const signal of signals) process.off(signal, interrupted);
      fs.rmSync(record, { force: true });
      resolve({ code, said: said.trim() });
    });
  });
}

/** Ends a program that a killed start has left at work. */
export function endLeftBehind() {
  const [pid, ...beginning] = (readIfThere(record) ?? "").split(" ");
  if (!pid || beginningOf(Number(pid)) !== beginning.join(" ")) return;
  endGroup(Number(pid));
}
