import { describe, expect, it } from "vitest";
import { heldView, sayWaiting } from "./held";

interface Row {
  id: string;
  text: string;
}
const row = (id: string, text = id): Row => ({ id, text });
const id = (r: Row) => r.id;

describe("held list", () => {
  it("[UI3] keeps known rows in place with their newest content while others wait", () => {
    const view = heldView([row("a"), row("b")], [row("new"), row("b", "changed"), row("a")], id);
    expect(view.rows).toEqual([row("a"), row("b", "changed")]);
    expect(view).toMatchObject({ arrived: 1, left: 0, moved: true });
    expect(sayWaiting(view)).toBe("1 new");
  });

  it("[UI3] keeps a row that left as it was last seen", () => {
    const view = heldView([row("a"), row("b"), row("c")], [row("a"), row("c")], id);
    expect(view.rows.map(id)).toEqual(["a", "b", "c"]);
    expect(view).toMatchObject({ arrived: 0, left: 1, moved: false });
    expect(sayWaiting(view)).toBe("1 gone");
  });

  it("[UI3] says that only the order changed, or nothing", () => {
    expect(sayWaiting(heldView([row("a"), row("b")], [row("b"), row("a")], id))).toBe("order changed");
    expect(sayWaiting(heldView([row("a")], [row("a")], id))).toBe("");
    expect(sayWaiting({ arrived: 3, left: 2, moved: true })).toBe("3 new, 2 gone");
  });
});
