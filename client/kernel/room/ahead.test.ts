import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { isAhead, withBroughtBack } from "./ahead";

type Step = { readonly at: number; readonly kind: "write" | "erase" | "sync"; readonly place: number };

const steps = fc.array(
  fc.record({
    at: fc.integer({ min: 0, max: 2 }),
    kind: fc.constantFrom("write" as const, "erase" as const, "sync" as const),
    place: fc.nat(30),
  }),
  { maxLength: 40 },
);

/** Three documents that write, erase and now and then read another; the first is the hub's. */
function play(all: readonly Step[]): Y.Doc[] {
  const docs = [new Y.Doc(), new Y.Doc(), new Y.Doc()];
  for (const { at, kind, place } of all) {
    const doc = docs[at] as Y.Doc;
    const text = doc.getText("t");
    if (kind === "write") text.insert(place % (text.length + 1), "ab");
    else if (kind === "erase" && text.length > 0) text.delete(place % text.length, 1);
    else if (kind === "sync") Y.applyUpdate(doc, Y.encodeStateAsUpdate(docs[place % 3] as Y.Doc));
  }
  return docs;
}

describe("what a document has and the hub has not", () => {
  it("is there exactly where the hub would change by it, what is brought back taken into account", () => {
    fc.assert(
      fc.property(steps, fc.boolean(), (all, brings) => {
        const [hub, doc, other] = play(all) as [Y.Doc, Y.Doc, Y.Doc];
        const joined = Y.encodeStateAsUpdate(hub, Y.encodeStateVector(doc));
        const hubHas = Y.encodeStateVector(hub);
        Y.applyUpdate(doc, joined);
        const back = brings ? [Y.encodeStateAsUpdate(other, hubHas)] : [];
        for (const update of back) Y.applyUpdate(doc, update);
        const told = isAhead(doc, withBroughtBack(hubHas, back), [joined, ...back]);
        for (const update of back) Y.applyUpdate(hub, update);
        let changed = false;
        hub.on("update", () => {
          changed = true;
        });
        Y.applyUpdate(hub, Y.encodeStateAsUpdate(doc));
        expect(told).toBe(changed);
      }),
      { numRuns: 500 },
    );
  });
});
