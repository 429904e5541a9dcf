import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { CONTRACT_HISTORY } from "@readroom/shared/contract/version.js";
import { describe, expect, it } from "vitest";
import { z } from "zod";

const folder = fileURLToPath(new URL("../../shared/contract/", import.meta.url));

/** Every schema of the contract as JSON Schema, by file and name, in one order. */
async function schemas(): Promise<string[]> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .sort();
  const found: string[] = [];
  for (const file of files) {
    const module: Record<string, unknown> = await import(pathToFileURL(`${folder}${file}`).href);
    for (const name of Object.keys(module).sort()) {
      const value = module[name];
      if (!(value instanceof z.ZodType)) continue;
      // Transforms and custom types have no JSON form on one side: the wire is the input's.
      const json = z.toJSONSchema(value, { io: "input", unrepresentable: "any", cycles: "ref" });
      found.push(`${file.replaceAll("\\", "/")} ${name} ${JSON.stringify(json)}`);
    }
  }
  return found;
}

describe("the wire", () => {
  it("has a new version whenever a schema of the contract changes", async () => {
    const all = await schemas();
    expect(all.length).toBeGreaterThan(100);
    const hash = createHash("sha256").update(all.join("\n")).digest("hex").slice(0, 16);
    const last = CONTRACT_HISTORY.at(-1);
    expect(hash, "the contract changed: add a line to CONTRACT_HISTORY in shared/contract/version.ts").toBe(last?.hash);
  });

  it("counts its versions one by one, each for a reason", () => {
    expect(CONTRACT_HISTORY.map(({ version }) => version)).toEqual(CONTRACT_HISTORY.map((_, index) => index + 1));
    expect(CONTRACT_HISTORY.every(({ what }) => what.length > 10)).toBe(true);
  });
});
