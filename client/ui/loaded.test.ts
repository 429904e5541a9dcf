import { describe, expect, it } from "vitest";
import { asShown, mapLoaded } from "./loaded";

const refetch = () => undefined;

describe("loaded", () => {
  it("[UI5] draws one of the four states, and keeps what was loaded when loading again fails", () => {
    expect(asShown({ data: undefined, error: null, refetch }).state).toBe("loading");
    expect(asShown({ data: [1], error: new Error("late"), refetch })).toEqual({ state: "ready", value: [1] });
    expect(asShown({ data: undefined, error: new Error("no"), refetch }).state).toBe("error");
    expect(
      asShown({ data: undefined, error: Object.assign(new Error("no"), { code: "offline" }), refetch }).state,
    ).toBe("offline");
    expect(mapLoaded({ data: 2, error: null, refetch }, (n) => n + 1).data).toBe(3);
  });
});
