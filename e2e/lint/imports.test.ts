import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const script = fileURLToPath(new URL("./run.mjs", import.meta.url));

/** Files that break one rule each, and the rule; every other file of the planted tree is in order. */
const planted: [rule: string, file: string, imports: string][] = [
  ["server-kernel-upwards", "server/kernel/outbox.ts", "../features/reading/public.js"],
  ["server-features-upwards", "server/features/reading/commands.ts", "../../adapters/hl7/mllp.js"],
  ["server-gateway-upwards", "server/gateway/http.ts", "../app/main.js"],
  ["server-relay-upwards", "server/relay/leader.ts", "../gateway/socket.js"],
  ["server-feature-door", "server/features/report/views.ts", "../reading/store.js"],
  ["adapter-beyond-ports", "server/adapters/hl7/mllp.ts", "../../features/reading/public.js"],
  ["adapter-to-adapter", "server/adapters/dimse/scp.ts", "../hl7/mllp.js"],
  ["client-feature-door", "client/features/report/page.tsx", "../reading/model.js"],
  ["client-feature-upwards", "client/features/reading/model.ts", "../../app/main.js"],
  ["client-base-upwards", "client/kernel/api.ts", "../features/reading/public.js"],
  ["design-system-alone", "client/ui/button.tsx", "../kernel/session.js"],
  ["client-to-server", "client/app/main.ts", "../../server/kernel/clock.js"],
  ["server-to-client", "server/app/pages.ts", "../../client/kernel/session.js"],
  ["product-to-tests", "server/kernel/seed.ts", "../../e2e/fixtures/people.js"],
  ["shared-outwards", "shared/domain/claim.ts", "../../server/kernel/clock.js"],
  ["shared-no-node", "shared/kernel/ids.ts", "node:crypto"],
  ["shared-libraries", "shared/domain/study.ts", "fastify"],
  ["database-in-stores", "server/features/reading/routes.ts", "pg"],
  ["models-in-stores", "server/features/reading/views.ts", "../../prisma/generated/client.js"],
  ["cornerstone-in-viewport", "client/features/reading/page.tsx", "@cornerstonejs/core"],
  ["mediasoup-in-its-adapter", "server/features/consult/routes.ts", "mediasoup"],
  ["mediasoup-client-in-media", "client/features/consult/call.ts", "mediasoup-client"],
];

/** Allowed imports, so that a rule which forbids everything is found too. */
const allowed: [file: string, imports: string][] = [
  ["server/features/reading/store.ts", "pg"],
  ["server/features/reading/public.ts", "./store.js"],
  ["server/features/delivery/views.ts", "../reading/public.js"],
  ["server/features/delivery/ports.ts", "../../kernel/clock.js"],
  ["server/adapters/objectstore/directory.ts", "../../features/delivery/ports.js"],
  ["server/kernel/clock.ts", "pg"],
  ["server/kernel/clock.test.ts", "../../e2e/fixtures/people.js"],
  ["server/gateway/socket.ts", "../features/reading/public.js"],
  ["server/app/main.ts", "../adapters/objectstore/directory.js"],
  ["server/prisma/generated/client.ts", "@prisma/client"],
  ["client/viewport/stack.ts", "@cornerstonejs/core"],
  ["client/features/reading/public.ts", "../../viewport/stack.js"],
  ["client/kernel/session.ts", "zod"],
  ["shared/kernel/result.ts", "zod"],
  ["e2e/fixtures/people.ts", "../../server/kernel/clock.js"],
];

describe("import rules", () => {
  let root: string;
  let output: string;
  let status: number | null;

  beforeAll(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), "readroom-imports-"));
    const write = (file: string, text: string) => {
      fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
      fs.writeFileSync(path.join(root, file), text);
    };
    write("package.json", "{}");
    for (const name of [
      "pg",
      "@prisma/client",
      "@cornerstonejs/core",
      "mediasoup",
      "mediasoup-client",
      "zod",
      "fastify",
    ]) {
      write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: "1.0.0", main: "index.js" }));
      write(`node_modules/${name}/index.js`, "module.exports = {};");
    }
    // Half of them as types only: those are dependencies as well.
    for (const [n, [file, imports]] of [...planted.map(([, ...rest]) => rest), ...allowed].entries())
      write(
        file,
        `${n % 2 ? "import type" : "import"} * as needed from "${imports}";\nexport type Needed = typeof needed;\n`,
      );
    write("shared/crdt/a.ts", `export { b } from "./b.js";\nexport const a = 1;\n`);
    write("shared/crdt/b.ts", `export { a } from "./a.js";\nexport const b = 1;\n`);
    ({ stdout: output, status } = spawnSync(process.execPath, [script, root, "30"], { encoding: "utf8" }));
  });
  afterAll(() => fs.rmSync(root, { recursive: true }));

  it.each(planted)("[IM1] finds a planted breach of %s", (rule, file) => {
    expect(output).toContain(`${rule}: ${file} → `);
  });

  it("[IM2] finds a cycle", () => {
    expect(output).toMatch(/no-cycles: shared\/crdt\/a\.ts → shared\/crdt\/b\.ts/);
  });

  it("[IM3] fails, and finds nothing against what is allowed", () => {
    expect(status).toBe(1);
    for (const [file] of allowed) expect(output).not.toContain(`: ${file} → `);
  });

  it("[IM4] fails where it sees fewer modules than there must be", () => {
    const blind = spawnSync(process.execPath, [script, root, "5000"], { encoding: "utf8" });
    expect(blind.status).toBe(1);
    expect(blind.stdout).toMatch(/only \d+ modules seen, at least 5000 expected/);
  });
});
