import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

const lockModule = new URL("./lock.mjs", import.meta.url).href;

describe("locks that end with their process", () => {
  let folder: string;
  const children: ChildProcess[] = [];
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "readroom-lock-"));
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
    fs.rmSync(folder, { recursive: true });
  });

  /** Another process that asks for the lock, says what it got and stays. */
  async function ask() {
    const child = spawn(
      process.execPath,
      [
        "--input-type=module",
        "-e",
        `import { takeLock } from ${JSON.stringify(lockModule)};
         const got = takeLock(${JSON.stringify(path.join(folder, "start.lock"))});
         process.stdout.write(got.holder ? String(got.holder) : "mine");
         process.on("SIGUSR2", () => { got.release(); process.exit(); });
         setInterval(() => {}, 1000);`,
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    children.push(child);
    const [answer] = (await once(child.stdout, "data")) as [Buffer];
    return { child, answer: answer.toString() };
  }
  async function end(child: ChildProcess, signal: NodeJS.Signals) {
    child.kill(signal);
    await once(child, "exit");
  }

  it("[LK1] is given to one, and the next is told who has it", async () => {
    const first = await ask();
    expect(first.answer).toBe("mine");
    expect((await ask()).answer).toBe(String(first.child.pid));
  });

  it("[LK2] is free again after a release and after a kill -9", async () => {
    const first = await ask();
    await end(first.child, "SIGUSR2");
    const second = await ask();
    expect(second.answer).toBe("mine");
    await end(second.child, "SIGKILL");
    expect((await ask()).answer).toBe("mine");
  });

  it("[LK3] is free when its process number belongs to somebody else by now", async () => {
    fs.writeFileSync(path.join(folder, "start.lock"), `${process.pid} another beginning\n`);
    expect((await ask()).answer).toBe("mine");
  });

  it.runIf(process.platform === "linux")(
    "[LK3] is free when its process was killed and its parent has not noticed",
    async () => {
      const holding = `import { takeLock } from ${JSON.stringify(lockModule)};
      takeLock(${JSON.stringify(path.join(folder, "start.lock"))});
      process.stdout.write(String(process.pid));
      setInterval(() => {}, 1000);`;
      // The shell becomes a program that never asks what became of its children.
      const parent = spawn(
        "sh",
        ["-c", '"$0" --input-type=module -e "$1" & exec sleep 600', process.execPath, holding],
        {
          stdio: ["ignore", "pipe", "inherit"],
        },
      );
      children.push(parent);
      const [answer] = (await once(parent.stdout, "data")) as [Buffer];
      const pid = Number(answer.toString());
      process.kill(pid, "SIGKILL");
      const state = (): string | undefined => /\) (\w)/.exec(fs.readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1];
      await vi.waitFor(() => expect(state()).toBe("Z"));
      expect((await ask()).answer).toBe("mine");
    },
  );

  it("[LK4] of several that ask at once, after a crash, exactly one gets it", async () => {
    fs.writeFileSync(path.join(folder, "start.lock"), "999999999 long ago\n");
    const answers = (await Promise.all([1, 2, 3, 4].map(ask))).map(({ answer }) => answer);
    expect(answers.filter((answer) => answer === "mine")).toHaveLength(1);
    expect(fs.readdirSync(folder)).toEqual(["start.lock"]);
  });
});
