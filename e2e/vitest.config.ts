import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Unit and PostgreSQL tests of the three packages; the journeys are Playwright's (playwright.config.ts). */
export default defineConfig({
  root,
  resolve: {
    alias: [{ find: /^@readroom\/shared\/(.*)\.js$/, replacement: `${root}shared/$1.ts` }],
  },
  test: {
    include: [
      "shared/**/*.test.ts",
      "server/**/*.test.ts",
      "client/**/*.test.{ts,tsx}",
      "e2e/{devices,fixtures,lint}/**/*.test.ts",
    ],
    exclude: ["**/node_modules/**", "**/dist/**"],
    globalSetup: ["e2e/fixtures/database.setup.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
