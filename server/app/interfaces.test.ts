import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { MESSAGES, ROUTES } from "./testing/policy-table.js";

const page = readFileSync(new URL("../../docs/interfaces.md", import.meta.url), "utf8");

/** The policy test holds that table equal to what the hub really has, so this page is compared with the table. */
describe("docs/interfaces.md", () => {
  it("names every route, and none that is gone", () => {
    const named = [...page.matchAll(/`(GET|POST|PUT|PATCH|DELETE) (\/(?:api|dicomweb)[^`]*)`/g)].map(
      ([, method, path]) => `${method} ${path?.replace(/\{(\w+)\}/g, ":$1")}`,
    );
    expect(Object.keys(ROUTES).filter((route) => !named.includes(route))).toEqual([]);
    expect(named.filter((route) => !(route in ROUTES) && route !== "GET /api/docs")).toEqual([]);
    expect(named.length).toBeGreaterThan(80);
  });

  it("names every socket message", () => {
    expect(Object.keys(MESSAGES).filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});
