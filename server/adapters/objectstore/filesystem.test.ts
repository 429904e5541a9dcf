import { promises as fs } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FilesystemStore } from "./filesystem.js";

let root = "";
let store: FilesystemStore;

beforeAll(async () => {
  root = await fs.mkdtemp(join(tmpdir(), "readroom-store-"));
  store = FilesystemStore.at(root);
});

afterAll(() => fs.rm(root, { recursive: true }));

async function put(path: string, bytes: Buffer): Promise<"stored" | "exists"> {
  const file = store.create();
  for (let at = 0; at < bytes.length; at += 10_000) file.write(bytes.subarray(at, at + 10_000));
  const result = await file.commit(path);
  await file.dispose({ keep: result === "stored" });
  return result;
}

describe("object store", () => {
  it("[OS1] keeps what was committed, byte for byte, and reads any range of it", async () => {
    const bytes = Buffer.from(Array.from({ length: 700_001 }, (_, index) => index % 251));
    expect(await put("org/ab/one.dcm", bytes)).toBe("stored");
    const object = await store.open("org/ab/one.dcm");
    expect((await object.read(500_000, 200_001)).equals(bytes.subarray(500_000))).toBe(true);
    await expect(object.read(700_000, 2)).rejects.toThrow(RangeError);
    const streamed: Buffer[] = [];
    for await (const piece of object.stream(10, 100_000)) streamed.push(piece);
    expect(Buffer.concat(streamed).equals(bytes.subarray(10, 100_010))).toBe(true);
    await object.close();
  });

  it("[OS2] never overwrites: of two objects under one path the first stays", async () => {
    const [a, b] = await Promise.all([
      put("org/ab/two.dcm", Buffer.alloc(5000, 1)),
      put("org/ab/two.dcm", Buffer.alloc(5000, 2)),
    ]);
    expect([a, b].sort()).toEqual(["exists", "stored"]);
    const object = await store.open("org/ab/two.dcm");
    expect((await object.read(0, 1))[0]).toBe(a === "stored" ? 1 : 2);
    await object.close();
  });

  it("[OS3] takes no path that leads out of it", async () => {
    for (const path of ["../x.dcm", "org/../../x.dcm", "/etc/x.dcm", "org//x.dcm", "org/.x", ""]) {
      const file = store.create();
      file.write(Buffer.alloc(10));
      await expect(file.commit(path)).rejects.toThrow("not an object path");
      await file.dispose();
    }
  });

  it("[OS4] a disposed file leaves nothing; a sweep takes what a dead process left and spares the living", async () => {
    const mine = store.create();
    mine.write(Buffer.alloc(300_000));
    await mine.read(0, 1);
    await fs.writeFile(join(root, "incoming", "999999999-dead.part"), "x");
    await fs.writeFile(join(root, "incoming", `${process.ppid}-alive.part`), "x");
    expect(await store.sweep()).toBe(2);
    expect(await fs.readdir(join(root, "incoming"))).toEqual([`${process.ppid}-alive.part`]);
    await mine.dispose();
  });

  it("[OS5] lists every object with its size", async () => {
    const paths: string[] = [];
    for await (const { path, size } of store.list()) if (size > 0) paths.push(path);
    expect(paths.sort()).toEqual(["org/ab/one.dcm", "org/ab/two.dcm"]);
  });
});
