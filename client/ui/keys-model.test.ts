import { describe, expect, it } from "vitest";
import { comboOf, find, type KeyAction, type KeyPress, matches, remap } from "./keys-model";

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...more,
});
const action = (id: string, keys: string[], more: Partial<KeyAction> = {}): KeyAction => ({
  id,
  keys,
  label: id,
  group: "g",
  run: () => undefined,
  ...more,
});

describe("keys", () => {
  it("[UI4] knows a combo whatever the case and layout", () => {
    expect(matches("N", press("n"))).toBe(true);
    expect(matches("N", press("N", { shiftKey: true }))).toBe(false);
    expect(matches("Shift+N", press("N", { shiftKey: true }))).toBe(true);
    expect(matches("N", press("n", { ctrlKey: true }))).toBe(false);
    expect(matches("mod+K", press("k", { metaKey: true }))).toBe(true);
    expect(matches("?", press("?", { shiftKey: true }))).toBe(true);
    expect(matches("Space", press(" "))).toBe(true);
    expect(matches("+", press("+", { shiftKey: true }))).toBe(true);
  });

  it("[UI4] lets the innermost action win and keeps out of fields", () => {
    const actions = [
      action("outer", ["N"]),
      action("inner", ["N"]),
      action("search", ["mod+K"], { whileTyping: true }),
    ];
    expect(find(actions, press("n"), false)?.id).toBe("inner");
    expect(find(actions, press("n"), true)).toBeUndefined();
    expect(find(actions, press("k", { ctrlKey: true }), true)?.id).toBe("search");
  });

  it("[UI4] remaps by action, and reads a combo back from a press", () => {
    expect(remap([action("a", ["N"]), action("b", ["R"])], { a: "X" }).map((a) => a.keys)).toEqual([["X"], ["R"]]);
    expect(comboOf(press("n"))).toBe("N");
    expect(comboOf(press("N", { shiftKey: true }))).toBe("Shift+N");
    expect(comboOf(press("?", { shiftKey: true }))).toBe("?");
    expect(comboOf(press(" "))).toBe("Space");
    expect(comboOf(press("k", { metaKey: true }))).toBe("mod+K");
    expect(comboOf(press("Shift", { shiftKey: true }))).toBeNull();
  });
});
